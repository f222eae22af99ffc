# Wherever a value stands, a map may stand that says where it comes from: names as well.
cat >two.yaml <<'EOF'
schema: ivcsim/1
name: two
machine: {profile: octeon-cn5650}
hypervisor: {mode: native}
guests: {sender: {cores: [0]}, receiver: {cores: [1]}}
channels: {shm: {mechanism: nemesis}, ring: {mechanism: ring}}
workload: {kind: stream, total: 4KiB, message: 64B}
sweep:
  axes: {channel: [shm, ring], workload.message: [32B, 64B]}
EOF
map() { echo "{value: $1, kind: assumed, source: a guess}"; }
# The channel that runs.
for channel in shm ring; do
    try run two.yaml --format csv --set channel=$channel
    mv out plain
    try run two.yaml --format csv --set "channel=$(map $channel)"
    status_is 0
    cmp -s plain out || fail 'a channel with a source is another one'
    try sweep two.yaml --dry-run --set "channel=$(map $channel)"
    status_is 0
done
try show two.yaml --set "channel=$(map ring)" --set "machine.profile=$(map octeon-cn5650)"
status_is 0
has out 'channel: {value: ring, kind: assumed, source: "a guess"}'
has out '  profile: {value: octeon-cn5650, kind: assumed, source: "a guess"}'
cp out shown.yaml
try show shown.yaml
cmp -s out shown.yaml || fail 'show of show differs'
# What is wrong in the map is said there.
try check two.yaml --set 'channel={value: rind}' --set 'machine.profile={value: octeon}'
status_is 3
has err "--set argument 1:1:17: error: unknown channel 'rind'"
has err "hint: did you mean 'ring'?"
has err "--set argument 2:1:25: error: unknown profile 'octeon'"
try check two.yaml --set 'channel={value: ring, kin: assumed}' \
    --set 'machine.profile={value: octeon-cn5650, kind: guessed}'
status_is 3
has err "--set argument 1:1:23: error: unknown key 'kin'"
has err "--set argument 2:1:46: error: 'kind' cannot be 'guessed'"
# Values of axes.
sed '/^  axes/d' two.yaml >axes.yaml
cat >>axes.yaml <<'EOF'
  axes:
    channel: [{value: shm}, {value: ring, kind: assumed, source: a guess}]
    machine.clock: [{value: 1GHz, kind: assumed, source: a guess}]
EOF
try run axes.yaml --set 'report.rows=channel' --set 'report.columns=[machine.clock]'
status_is 0
has out 'channel '
has out ' 1GHz'
has out 'ring '
sed 's/{value: shm}/{value: shn}/' axes.yaml >wrong.yaml
try check wrong.yaml
status_is 3
has err "error: unknown channel 'shn'"
# What figures and tables take from the scenario.
for baseline in ring "$(map ring)"; do
    try sweep two.yaml -o folder --force --quiet --set "report.baseline=$baseline"
    status_is 0
    PATH=/nonexistent try plot folder --only bandwidth
    [ ! -f scripts ] || cmp -s folder/plots/bandwidth.gp scripts ||
        fail 'a baseline with a source is drawn otherwise'
    cp folder/plots/bandwidth.gp scripts
done
[ "$(grep -o dashtype scripts | wc -l)" = 2 ] || fail "the baseline has no dashes"
