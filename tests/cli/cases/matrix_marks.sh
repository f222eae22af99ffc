# A matrix shows all points, those of axes that it does not name as well, and what they are.
cat >marks.yaml <<'EOF'
schema: ivcsim/1
name: marks
machine: {profile: octeon-cn5650}
hypervisor: {mode: native}
guests: {sender: {cores: [0]}, receiver: {cores: [1]}}
channels: {shm: {mechanism: nemesis}, ring: {mechanism: ring}}
workload: {kind: stream, total: 4KiB, message: 64B}
sweep:
  axes:
    channel: [shm, ring]
    machine.clock: [800MHz, 1GHz]
    workload.message: [32B, 64B]
report: {rows: workload.message, columns: [channel]}
EOF
show() { sed '/assumed/d' out | tr -s ' ' | grep . >shown; }
try run marks.yaml
status_is 0
show
is_exactly shown <<'END2'
bandwidth in MB/s (10^6 bytes a second)
clock 800MHz
message shm ring
32 B 34.69 512.00
64 B 68.73 882.76
clock 1GHz
message shm ring
32 B 43.37 640.00
64 B 85.91 1103.45
END2
sed '/^ivcsim /d' out >run
try sweep marks.yaml -o folder --quiet
status_is 0
sed '$d' run | diff - folder/table.txt || fail 'the table of the sweep is another one'
# Rows alone, and axes in lock-step: what tells points apart is named, and no more than that.
try run marks.yaml --set report.rows=channel --set 'report.columns=[]'
status_is 0
[ "$(grep -c '^clock .*, message ' out)" = 4 ] || fail 'not a table for each clock and message'
sed '/^  axes/,/^report/d' marks.yaml >lockstep.yaml
cat >>lockstep.yaml <<'EOF'
  axes:
    "channel,machine.clock": [[shm, 800MHz], [ring, 800MHz], [ring, 1GHz]]
    "guests.sender.cores,workload.message": [[[0], 32B], [[2], 64B]]
report: {rows: workload.message, columns: [channel]}
EOF
try run lockstep.yaml
status_is 0
show
is_exactly shown <<'END2'
bandwidth in MB/s (10^6 bytes a second)
clock 800MHz
message shm ring
32 B 34.69 512.00
64 B 68.73 882.76
clock 1GHz
message ring
32 B 640.00
64 B 1103.45
END2
# A word says by itself what it is of.
try run marks.yaml --set report.rows=workload.message \
    --set 'report.columns=[channel, machine.clock]'
status_is 0
grep -qx 'shm' out || fail 'a channel is headed by its name'
try run "$source/scenarios/time-stamps.yaml"
status_is 0
[ "$(grep -cxE 'time_stamps (false|true)' out)" = 2 ] || fail 'true and false say not of what'
# Points that stopped early, repeated and estimated ones.
star='* the point stopped at workload.messages_max, before all of workload.total was moved'
half='+- half of the interval of confidence'
about='~ estimated: the run was stopped at that precision'
try run marks.yaml --set workload.messages_max=80
status_is 0
show
has shown '32 B 34.72* 512.00*'
has shown '64 B 68.73 882.76'
has out "$star"
has_not out '+-'
cat >>marks.yaml <<'EOF'
statistics: {repeats: 5}
EOF
sed -i 's/message: 64B}/message: 64B, sizes: {kind: exponential}}/
        s/total: 4KiB/total: 1MiB/' marks.yaml
small() {
    try run marks.yaml --set 'sweep.axes={workload.message: [32B], channel: [shm]}' "$@"
    status_is 0
    show
}
small --set report.columns=[]
grep -qE '^32 B [0-9.]+ \+- [0-9.]+$' shown || fail 'no interval'
has out "$half"
has_not out '~'
has_not out '*'
small --set report.cells=latency
grep -qE '^32 B [0-9.]+ \+- [0-9.e-]+$' shown || fail 'no interval of a latency'
small --set report.cells=messages
has_not out '+-'
small --set statistics.repeats=1 --estimate --precision 20%
grep -qE '^32 B [0-9.]+ \+- [0-9.]+~$' shown || fail 'no sign of an estimate'
has out "$half
$about"
small --set statistics.repeats=1 --estimate --precision 20% --set report.cells=messages
grep -qE '^32 B [0-9.]+~$' shown || fail 'no sign of an estimate of messages'
has out "$about"
