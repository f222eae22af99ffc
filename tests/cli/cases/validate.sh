# `validate`: a suite and its data outside of the sources, with a known outcome.
mkdir suite data other
# An expression about the first set, `s`, of what was printed as JSON.
holds() { json_holds out "(lambda s: $1)(json['sets'][0])"; }
cp "$source/tests/cli/tiny.yaml" suite/scenario.yaml
bytes_per_s() {
    "$ivcsim" run suite/scenario.yaml --format json -q --set workload.message="$1"B \
        --set machine.profile=octeon-cn5650 --set workload.total="$2" |
        python3 -c "import json,sys
print(json.load(sys.stdin)['points'][0]['bandwidth_bytes_per_s'])"
}
# What comes out, and measurements that it misses by 0, -50, +25 and -20 % where it is to predict.
small=$(bytes_per_s 64 64KiB)
large=$(bytes_per_s 1024 64KiB)
twice=$(bytes_per_s 64 128KiB)
number() { python3 -c "print(repr($1))"; }
{
    echo 'role,source,dataset,path,metric,unit,message_bytes,value'
    echo "predict,here,d,\"one, way\",bandwidth,MB/s,64,$(number "$small / 1e6")"
    echo "predict,here,d,\"one, way\",bandwidth,MB/s,1024,$(number "$large / 1e6 * 2")"
    echo "predict,here,d,other way,bandwidth,Mbit/s,64,$(number "$twice / 125000 / 1.25")"
    echo "predict,here,d,other way,cost,GiB/s,,$(number "$twice / 2 ** 30 / 0.8")"
    echo "calibrate,here,d,other way,bandwidth,Mbit/s,1024,1"
    echo "predict,here,d,third way,bandwidth,MB/s,64,1e9"
} >data/set.csv
cat >suite/suite.yaml <<'END'
schema: ivcsim-suite/1
data: ../data/set.csv
profile: octeon-cn5650
scenario: scenario.yaml
set: {workload.total: 64KiB}
entries:
  - {path: "one, way", metric: bandwidth, predict: bandwidth}
  - {path: other way, metric: bandwidth, predict: bandwidth, set: [workload.total=128KiB]}
  - path: other way
    metric: cost
    predict: bandwidth
    set: {workload.total: 128KiB, workload.message: 64B}
limits: {median_error: 22.6%, p90_error: 42.6%}
END
tried='validate from another folder'
(cd other && "$ivcsim" validate ../suite/suite.yaml -q --format json >../out 2>../err)
status=$?
status_is 0
is_empty err
json_holds out 'json["schema"] == "ivcsim-validate/1" and json["status"] == "ok"'
sed 's|"../suite/|"suite/|' out >all.json
json_holds out 'len(json["sets"]) == 1 and json["sets"][0]["name"] == "set"'
holds '[r["status"] for r in s["rows"]] == ["predicted"] * 5 + ["not predicted"]'
holds '[round(r["error"], 6) for r in s["rows"][:4]] == [0, -0.5, 0.25, -0.2]'
holds 'abs(s["median_error"] - 0.225) < 1e-6'
holds 'abs(s["p90_error"] - (0.25 + 0.7 * 0.25)) < 1e-6'
holds 's["within_limits"] is True and s["rows_predicted"] == 4'
holds 's["rows_to_predict"] == 5 and s["rows_to_calibrate"] == 1'
# The sizes of "one, way" and "other way" have one metric, but not one unit: not compared.
holds 's["order"]["pairs"] == 0 and s["order_right"] is True'
holds 's["parameters"]["count"] > len(s["parameters"]["assumed"]) > 10'

# The table says the same; rows of the other role are left out.
try validate suite/suite.yaml -q --role predict
status_is 0
has out 'error: median 22.5%, 90th percentile 42.5%; limits 22.6% and 42.6%'
grep -qE '^one, way .* 0\.0%  predict$' out || fail 'an error of nothing has no sign'
has out 'rows: 5 to predict, 4 of them predicted; 0 to calibrate; 1 not predicted'
grep -qE '^other way +cost +GiB/s +[0-9.]+ +[0-9.]+ +-20\.0%  predict$' out || fail 'no such row'
grep -qE '^third way .* not predicted  predict$' out || fail 'a row was dropped'
try validate suite/suite.yaml -q --format csv
status_is 0
[ "$(wc -l <out)" = 7 ] || fail 'a row for each row, and a header'
has out 'set,path,metric,unit,message_bytes,role,measured,'
has out 'set,"one, way",bandwidth,MB/s,64,predict,'

# Worse than the limits: exit status 4, and everything is printed all the same.
sed 's/22.6%/22.4%/' suite/suite.yaml >suite/strict.yaml
try validate suite/strict.yaml -q --format json
status_is 4
has err "set 'set' is worse than its limits: median error 22.5%, 90th percentile 42.5%"
holds 'json["status"] == "inaccurate" and s["within_limits"] is False'
sed 's/42.6%/42.4%/' suite/suite.yaml >suite/strict.yaml
try validate suite/strict.yaml -q
status_is 4
has out 'limits 22.6% and 42.4%: EXCEEDED'

# What is left open: every choice is predicted, and the stated one counts.
cat suite/suite.yaml - >suite/open.yaml <<'END'
choice: slow
choices:
  slow: {channels.nemesis.send_overhead: 100us}
  fast: {}
END
try validate suite/open.yaml -q --format json
cp out open.json
python3 - <<'END' || fail 'choices'
import json, sys
plain, both = (json.load(open(name))["sets"][0]["rows"] for name in ("all.json", "open.json"))
for a, b in zip(plain[:5], both[:5]):
    assert b["predicted_high"] == a["predicted"] and b["high_choice"] == "fast", b
    assert b["predicted"] == b["predicted_low"] < a["predicted"] and b["low_choice"] == "slow", b
END

# What suites of one machine share is laid under them: the same bytes, whoever says it.
mkdir suite/shared
cat >suite/shared/machine.yaml <<'END'
schema: ivcsim-suite-shared/1
about: The machine of all sets.
profile: octeon-cn5650
set: {workload.total: 64KiB, channels.nemesis.send_overhead: 5us}
choice: slow
choices:
  slow: {channels.nemesis.send_overhead: 100us}
  fast: {}
END
sed '/^profile/d; /^choice/,$d
    s/^set: .*/set: [channels.nemesis.send_overhead=7us]\nshared: shared\/machine.yaml/' \
    suite/open.yaml >suite/sharing.yaml
sed 's/^set: .*/set: [workload.total=64KiB, channels.nemesis.send_overhead=7us]/' \
    suite/open.yaml >suite/alone.yaml
try validate suite/alone.yaml -q --format json
status_is 4
sed 's/alone.yaml/sharing.yaml/' out >alone.json
try validate suite/sharing.yaml -q --format json
status_is 4
cmp -s out alone.json || fail 'a shared file is not laid under the suite'
# Both may set things; the rest is said once.
echo 'profile: scc48' >>suite/sharing.yaml
try validate suite/sharing.yaml -q
status_is 3
has err "'profile' is said by the shared file already"
sed -i 's/^about/entries/' suite/shared/machine.yaml
try validate suite/sharing.yaml -q
status_is 3
has err "unknown key 'entries' in a shared file"
sed -i 's/suite-shared/suite/' suite/shared/machine.yaml
try validate suite/sharing.yaml -q
status_is 3
has err 'this is not a shared file that this version reads'

# The size may go to a count: cells of a queue.
{
    echo 'path,metric,unit,message_bytes,value,role'
    echo 'queue,bandwidth,MB/s,2,10,predict'
    echo 'queue,bandwidth,MB/s,8,10,predict'
} >data/cells.csv
cat >suite/cells.yaml <<'END'
schema: ivcsim-suite/1
data: ../data/cells.csv
profile: octeon-cn5650
scenario: scenario.yaml
set: {workload.total: 64KiB, workload.message: 4KiB, channels.nemesis.fastbox: false}
entries: [{path: queue, metric: bandwidth, predict: bandwidth, size: channels.nemesis.cells}]
END
try validate suite/cells.yaml -q --format json
status_is 0
bandwidth=$("$ivcsim" run suite/scenario.yaml --format json -q --set workload.message=4KiB \
    --set workload.total=64KiB --set channels.nemesis.fastbox=false \
    --set channels.nemesis.cells=8 | python3 -c "import json,sys
print(json.load(sys.stdin)['points'][0]['bandwidth_bytes_per_s'] / 1e6)")
holds "abs(s['rows'][1]['predicted'] / $bandwidth - 1) < 1e-9"
sed 's/channels.nemesis.cells/channels.nemesis.fastbox/' suite/cells.yaml >suite/no-cells.yaml
try validate suite/no-cells.yaml -q
status_is 3

# One that fails costs its end of the range, not the row.
sed 's/^  fast: {}/&\n  broken: {limits.horizon: 1us}/; s/^choice: slow/choice: fast/' \
    suite/open.yaml >suite/half.yaml
try validate suite/half.yaml -q --format json
status_is 1
has err 'set: one, way, bandwidth, 64 B, another choice: '
holds 's["rows_failed"] == 0 and s["rows_predicted"] == 4 and json["status"] == "partial"'
holds 'all(r["points_failed"] == 1 and r["low_choice"] == "slow" for r in s["rows"][:5])'

# Limits that nothing is held against are not kept.
cat >suite/nothing.yaml <<'END'
schema: ivcsim-suite/1
data: ../data/nothing.csv
profile: octeon-cn5650
scenario: scenario.yaml
entries: [{path: here, metric: bandwidth, predict: bandwidth}]
limits: {median_error: 10%, p90_error: 10%}
END
{
    echo 'path,metric,unit,message_bytes,value,role'
    echo 'here,bandwidth,MB/s,64,10,calibrate'
    echo 'there,bandwidth,MB/s,64,10,predict'
} >data/nothing.csv
try validate suite/nothing.yaml -q --format json
status_is 4
has err "set 'nothing' has limits, but no row to predict is predicted"
holds 's["within_limits"] is False'

# Order: two paths of one metric, size and unit that differ by more than a tenth.
{
    echo 'path,metric,unit,message_bytes,value,role'
    echo 'slower,bandwidth,MB/s,64,10,predict'
    echo 'faster,bandwidth,MB/s,64,11.1,calibrate'
    echo 'near,bandwidth,MB/s,64,10.9,predict'
} >data/order.csv
cat >suite/order.yaml <<'END'
schema: ivcsim-suite/1
data: ../data/order.csv
profile: octeon-cn5650
scenario: scenario.yaml
set: {workload.total: 64KiB}
entries:
  - path: slower
    metric: bandwidth
    predict: bandwidth
    set: {channels.nemesis.send_overhead: 100us}
  - {path: faster, metric: bandwidth, predict: bandwidth}
  - path: near
    metric: bandwidth
    predict: bandwidth
    set: {channels.nemesis.send_overhead: 200us}
END
try validate suite/order.yaml -q --format json
status_is 0
holds 's["order"]["pairs"] == 1 and s["order_right"] is True'
sed 's/^slower,\(.*\),10,/slower,\1,12.3,/' data/order.csv >data/wrong.csv
sed 's/order.csv/wrong.csv/' suite/order.yaml >suite/wrong.yaml
try validate suite/wrong.yaml -q --format json
holds 's["order_right"] is False'
holds 's["order"] == {"pairs": 2, "wrong": [{"metric": "bandwidth", "message_bytes": 64,
  "less": "faster", "more": "slower"}]}'

# A point that fails is named, and its row has no prediction.
sed 's/set: {workload.total: 64KiB}/set: {workload.total: 64KiB, limits.horizon: 1us}/' \
    suite/order.yaml >suite/fails.yaml
try validate suite/fails.yaml -q --format json
status_is 1
has err 'order: slower, bandwidth, 64 B: '
holds 'json["status"] == "partial" and s["rows"][0]["predicted"] is None'

# Kept with -o: files, and nothing is simulated twice. Equal bytes whatever the number of workers.
try validate suite/suite.yaml -o kept -j1
status_is 0
has err '4 points: 4 simulated'
for file in validation.json validation.csv validation.txt set.gp set.dat common.gp \
    results.sqlite; do
    [ -s "kept/$file" ] || fail "no $file"
done
cmp -s kept/validation.json all.json || fail 'kept/validation.json is another result'
cmp -s kept/validation.txt out || fail 'kept/validation.txt is another table'
if command -v gnuplot >/dev/null; then
    grep -q '</svg>' kept/set.svg || fail 'no figure'
fi
# Its figure: a line over one size would not be seen; long names differ, long labels have lines.
grep -q "^# Set set: measured (marks) and predicted (lines, crosses)$" kept/set.gp ||
    fail 'another title'
[ "$(grep -c 'using 1:5 with lines ' kept/set.gp)" = 2 ] || fail 'lines that are none'
[ "$(grep -c 'using 1:5 with points pointtype 2 ' kept/set.gp)" = 1 ] || fail 'no crosses'
{
    echo 'path,metric,unit,message_bytes,value,role'
    for cores in 2 8 48; do
        printf '"%s, %u cores",%s,MB/s,,1,predict\n' 'spin lock with exponential backoff' \
            "$cores" 'time of a call that goes a long way'
    done
} >data/names.csv
cat >suite/names.yaml <<'END'
schema: ivcsim-suite/1
data: ../data/names.csv
profile: octeon-cn5650
scenario: scenario.yaml
set: {workload.total: 64KiB, workload.message: 64B}
entries:
  - path: spin lock with exponential backoff, 2 cores
    metric: time of a call that goes a long way
    predict: bandwidth
END
try validate suite/names.yaml -o names -q
for name in koff,\ 2 koff,\ 8 off,\ 48; do
    grep -qF "'spin lock wi...$name cores'" names/names.gp || fail 'names that are alike'
done
grep -qF "set ylabel 'time of a call that goes a'.\"\\n\".'long way, MB/s'" names/names.gp ||
    fail 'a label beyond its panel'
grep -q '^# Set names: measured and predicted$' names/names.gp || fail 'another title of points'
# The same with one size for all: what differs are the paths.
sed 's/,MB.s,,/,MB\/s,64,/' data/names.csv >data/one.csv
sed 's/names.csv/one.csv/' suite/names.yaml >suite/one.yaml
try validate suite/one.yaml -o one -q
cmp -s names/names.dat one/one.dat || fail 'other data of one size'
grep -q '^# Set one: measured and predicted$' one/one.gp || fail 'a line of one size'
# Rows of a metric without a size have a panel of their own: a path is named once.
sed '2{p;s/,MB.s,,/,MB\/s,64,/}; 3s/,MB.s,,/,MB\/s,64,/' data/names.csv >data/mixed.csv
sed 's/names.csv/mixed.csv/' suite/names.yaml >suite/mixed.yaml
try validate suite/mixed.yaml -o mixed -q
[ "$(grep -c '^# x measured' mixed/mixed.dat)" = 2 ] || fail 'rows with and without a size'
[ "$(grep -c '^2 ' mixed/mixed.dat)" = 0 ] || fail 'a point without a name'
[ "$(grep -c '^set xrange .-0.5:1.5.$' mixed/mixed.gp)" = 2 ] || fail 'not two names a panel'
try validate suite/suite.yaml -o kept -j4 --format json
has err '4 points: 0 simulated'
cmp -s out all.json || fail 'another result'
try validate suite/suite.yaml -o kept -j4 --force --format json
has err '4 points: 4 simulated'
cmp -s out all.json || fail 'another result with four workers'
# Without -o nothing stays, wherever temporary files are.
mkdir temporary
tried='validate with a TMPDIR of its own'
TMPDIR=$PWD/temporary "$ivcsim" validate suite/suite.yaml --format json >out 2>err
cmp -s out all.json || fail 'another result'
[ -z "$(ls -A temporary)" ] || fail "left behind: $(ls -A temporary)"

# A byte order mark and lines that end in CR LF are how some programs write CSV.
{ printf '\357\273\277'; sed 's/$/\r/' data/set.csv; } >data/other.csv
sed 's/set.csv/other.csv/' suite/suite.yaml >suite/other.yaml
try validate suite/other.yaml -q --format csv
status_is 0
sed 's/^other,/set,/' out | cmp -s - kept/validation.csv || fail 'another reading of the data'

# Two sets of one name.
try validate suite/suite.yaml suite/strict.yaml
status_is 2
has err "both have a data set of the name 'set'"
# The name of a shipped suite, and one that is none.
try validate mpi-shm -q
status_is 3
has err 'mpi-shm: error: cannot read the file: No such file or directory [io]'
