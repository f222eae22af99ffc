# `validate --calibrate`: finds the values that measurements were made with, and rows to predict
# have no part in it.
# Few cells, which stay in L2: else its cost would hardly matter.
sed 's/mechanism: nemesis,/mechanism: nemesis, cells: 4,/' "$source/tests/cli/tiny.yaml" \
    >scenario.yaml
made_with() {
    "$ivcsim" run scenario.yaml --format json -q --set workload.message="$1"B \
        --set machine.read.l2="$2"cycles --set channels.nemesis.send_overhead="$3"cycles |
        python3 -c "import json,sys
print(json.load(sys.stdin)['points'][0]['bandwidth_bytes_per_s'] / 1e6)"
}
{
    echo 'path,metric,unit,message_bytes,value,role'
    for size in 64 1024 16384; do
        echo "pair,bandwidth,MB/s,$size,$(made_with $size 31 2345),calibrate"
    done
    echo "pair,bandwidth,MB/s,4096,$(made_with 4096 31 2345),predict"
} >data.csv
cat >suite.yaml <<'END'
schema: ivcsim-suite/1
data: data.csv
profile: octeon-cn5650
scenario: scenario.yaml
entries: [{path: pair, metric: bandwidth, predict: bandwidth}]
free:
  machine.read.l2: [20cycles, 40cycles]
  channels.nemesis.send_overhead: [100cycles, 5000cycles]
END
try validate --calibrate suite.yaml -q --format json --write fitted.yaml
status_is 0
is_empty err
cp out first.json
json_holds out 'json["schema"] == "ivcsim-calibrate/1" and json["set"] == "data"'
json_holds out 'len(json["rows"]) == 3 and [p["path"] for p in json["parameters"]] == [
  "machine.read.l2", "channels.nemesis.send_overhead"]'
json_holds out 'json["trials"] < 180'
json_holds out 'json["sum_before"] > 0.1 and json["sum_after"] < 1e-5'
json_holds out 'all(abs(r["error_after"]) < 0.002 < abs(r["error_before"]) for r in json["rows"])'
json_holds out 'abs(int(json["parameters"][0]["after"][:-6]) - 31) <= 1'
json_holds out 'abs(int(json["parameters"][1]["after"][:-6]) - 2345) <= 40'

# Rows to predict may say what they will: the same values, the same profile, the same bytes.
cp data.csv honest.csv
awk -F, -v OFS=, '$6 == "predict" { $5 = 1 } { print }' honest.csv >data.csv
try validate --calibrate suite.yaml -q --format json --write again.yaml
cmp -s out first.json || fail 'rows to predict have changed the fit'
sed 's/^name: again/name: fitted/' again.yaml | cmp -s - fitted.yaml || fail 'another profile'
# Some parameters alone, by how their names begin, on the rows of one path.
cp honest.csv data.csv
sed -i '$a other,bandwidth,MB/s,64,1,calibrate' data.csv
sed 's/^entries.*/entries: [{path: pair, metric: bandwidth, predict: bandwidth},\
  {path: other, metric: bandwidth, predict: bandwidth}]/' suite.yaml >paths.yaml
try validate --calibrate paths.yaml -q --format json --path pair --free channels,cluster
status_is 0
json_holds out '[p["path"] for p in json["parameters"]] == ["channels.nemesis.send_overhead"]'
json_holds out '[r["path"] for r in json["rows"]] == ["pair"] * 3'
has err "warning: no free parameter's name begins with 'cluster'"
try validate --calibrate paths.yaml -q --format json --path pair --free ', machine, channels,'
status_is 0
is_empty err
json_holds out 'len(json["parameters"]) == 2'
try validate --calibrate paths.yaml -q --format json --path pair
cp out alone.json
python3 -c 'import json; one, other = (json.load(open(f)) for f in ("alone.json", "first.json"))
assert one["parameters"] == other["parameters"]' || fail 'another path has a part in it'
try validate --calibrate paths.yaml -q --path nobody
status_is 2
has err "no row to calibrate has the path 'nobody'"
try validate --calibrate paths.yaml -q --free hypervisor
status_is 2
has err "no free parameter's name begins with 'hypervisor'"
try validate paths.yaml -q --path pair
status_is 2
has err "options '--path' and '--free' need '--calibrate'"
# Rows to calibrate do matter.
awk -F, -v OFS=, '$6 == "calibrate" { $5 = $5 / 2 } { print }' honest.csv >data.csv
try validate --calibrate suite.yaml -q --format json
status_is 0
cmp -s out first.json && fail 'rows to calibrate do not matter'
cp honest.csv data.csv

# The profile is one, says where the value comes from, and gives the same as the fit.
has fitted.yaml 'name: fitted'
grep -E '^ *l2: \{value: (30|31|32)cycles, kind: calibrated, ' fitted.yaml >line ||
    fail 'no calibrated value'
has line 'source: "fitted to rows of data: pair, bandwidth at 64 B, 1024 B, 16384 B"'
has line 'range: [20cycles, 40cycles]}'
[ "$(grep -c 'kind: calibrated' fitted.yaml)" = 1 ] || fail 'one parameter of the chip was free'
overhead=$(python3 -c 'import json; print(json.load(open("first.json"))["parameters"][1]["after"])')
sed "s/octeon-cn5650/fitted.yaml/; /^free/,\$d" suite.yaml >fitted-suite.yaml
echo "set: {channels.nemesis.send_overhead: $overhead}" >>fitted-suite.yaml
try validate fitted-suite.yaml -q --format json
status_is 0
cp out fitted.json
python3 - <<'END' || fail 'the profile gives something else than the fit'
import json
fit = json.load(open("first.json"))["rows"]
rows = json.load(open("fitted.json"))["sets"][0]["rows"]
assert [r["after"] for r in fit] == [r["predicted"] for r in rows if r["role"] == "calibrate"]
assert abs(rows[3]["error"]) < 0.002, rows[3]
END
json_holds out '[p["path"] for p in json["sets"][0]["parameters"]["calibrated"]] == [
  "machine.read.l2"]'

# Values that do not go together in the scenario are tried, and left alone: 'eager_max' is at most
# a cell.
sed 's/machine.read.l2.*/channels.nemesis.eager_max: [1KiB, 128KiB]/' suite.yaml >refused.yaml
try validate --calibrate refused.yaml --format json
status_is 0
grep -qE '^[0-9]+ of them with values that a scenario refuses$' err || fail 'none were refused'
json_holds out 'json["sum_after"] < json["sum_before"] / 10'

# What an entry sets itself is not moved: a variant without a cost stays without it.
sed '/machine.read.l2/d; s/predict: bandwidth}/predict: bandwidth,\
  set: {channels.nemesis.send_overhead: 0cycles}}/' suite.yaml >fixed.yaml
try validate --calibrate fixed.yaml -q --format json
status_is 0
json_holds out 'json["sum_before"] == json["sum_after"] > 0.01'

# For people: values, errors, and what belongs into the suite.
try validate --calibrate suite.yaml -q
status_is 0
has out 'set data: calibration, '
grep -qE '^machine.read.l2 +20cycles to 40cycles +' out || fail 'no parameter'
has out "for 'set:' of the suite:"
grep -qE '^  channels.nemesis.send_overhead: \{value: [0-9]+cycles, kind: calibrated' out ||
    fail 'no setting'
# One parameter alone; and a value at the end of its range says so.
sed -i '/machine.read.l2/d; s/5000cycles/1500cycles/' suite.yaml
try validate --calibrate suite.yaml -q
status_is 0
has out 'at the end of its range: channels.nemesis.send_overhead'
# A profile that cannot be written is told before anything is simulated; when it turns out at the
# end, the values are printed.
sed 's/^free:/&\n  machine.read.l2: [20cycles, 40cycles]/' suite.yaml >two.yaml
try validate --calibrate two.yaml --write nowhere/new.yaml
status_is 5
has err "cannot write 'nowhere/new.yaml': No such file or directory"
! grep -q trials err || fail 'simulated first'
mkdir folder
try validate --calibrate two.yaml --write folder
status_is 5
has err "cannot write 'folder': Is a directory"
! grep -q trials err || fail 'simulated first'
try validate --calibrate two.yaml -q --write /dev/full
status_is 5
has out 'set data: calibration, '
try validate --calibrate two.yaml -q --write /dev/full --format json
status_is 5
json_holds out 'json["exit_status"] == 5'
# Then there is no profile to write.
try validate --calibrate suite.yaml -q --write none.yaml
status_is 2
has err 'no parameter of the machine is free'
[ ! -e none.yaml ] || fail 'a file was written'

# Options that say nothing to a calibration are refused, before anything is simulated.
try validate --calibrate suite.yaml -q --role predict
status_is 2
has err "'--role' does not go with '--calibrate'"
try validate --calibrate suite.yaml -q --format csv
status_is 2
has err 'not csv'

# Rows to predict are not even bound.
cat >other.csv <<'END'
path,metric,unit,message_bytes,value,role
pair,bandwidth,MB/s,64,10,calibrate
wrong,bandwidth,MB/s,64,10,predict
END
cat >unbound.yaml <<'END'
schema: ivcsim-suite/1
data: other.csv
profile: octeon-cn5650
scenario: scenario.yaml
entries:
  - {path: pair, metric: bandwidth, predict: bandwidth, set: {machine.copy.setup: 77cycles}}
  - {path: wrong, metric: bandwidth, predict: bandwidth, set: {workload.nothing: 1B}}
free: {"machine.read.other,machine.read.l2": [1cycles, 90cycles]}
END
# The value of read.l2 states 20 to 40 cycles: it holds for both.
try validate --calibrate unbound.yaml -q
status_is 3
has err "'machine.read.l2': its value states the range 20cycles to 40cycles"
sed -i 's/: \[1cycles, 90cycles\]/: [20cycles, 40cycles]/' unbound.yaml
try validate --calibrate unbound.yaml -q --write chip.yaml
status_is 0
# What an entry says of the chip is no part of it.
has chip.yaml 'setup: {value: 40cycles, kind: assumed'
# Without ranges, what is left of those that the values state; different quantities have no range.
sed -i 's/: \[20cycles, 40cycles\]//; s/^free: {\(.*\)}/free: [\1]/' unbound.yaml
sed 's/read.other,machine.read.l2/read.memory,machine.read.l2/' unbound.yaml >apart.yaml
try validate --calibrate apart.yaml -q
status_is 3
has err "the ranges of 'machine.read.l2' and of those before it have nothing in common"
sed 's/machine.read.other,machine.read.l2/machine.memory.rate,machine.read.l2/' \
    unbound.yaml >apart.yaml
try validate --calibrate apart.yaml -q
status_is 3
has err "'machine.read.l2' cannot have the value of 'machine.memory.rate': it is another quantity"
sed 's/machine.read.other,machine.read.l2/machine.read.l2,machine.copy.word/' \
    unbound.yaml >apart.yaml
try validate --calibrate apart.yaml -q
status_is 3
has err 'nothing in common'

# Suites of one machine are calibrated together: on the rows of both, and what is free is said once.
sed '/^free/,$d; /^profile/d' suite.yaml >first.yaml
echo 'shared: machine.yaml' >>first.yaml
sed 's/data.csv/second.csv/' first.yaml >second.yaml
sed 's/data.csv/third.csv/' first.yaml >third.yaml
cat >machine.yaml <<'END'
schema: ivcsim-suite-shared/1
profile: octeon-cn5650
free:
  machine.read.l2: [20cycles, 40cycles]
  channels.nemesis.send_overhead: [100cycles, 5000cycles]
END
grep -e value -e ',64,' -e predict data.csv >less.csv
grep -v ',64,' data.csv >second.csv
mv less.csv data.csv
grep -e value -e predict data.csv >third.csv
try validate --calibrate first.yaml second.yaml third.yaml -q --format json --write both.yaml
status_is 0
json_holds out 'json["set"] == "data, second, third"'
json_holds out '[r["set"] for r in json["rows"]] == ["data", "second", "second"]'
json_holds out 'json["sum_after"] < 1e-5'
json_holds out 'abs(int(json["parameters"][0]["after"][:-6]) - 31) <= 1'
has both.yaml 'fitted to rows of data: pair, bandwidth at 64 B; and of second: pair, bandwidth at'
# One without rows to calibrate only shares what others fit.
try validate third.yaml -q
status_is 0
try validate --calibrate third.yaml -q
status_is 3
has err 'there is no row to calibrate'
sed 's/^shared: .*/profile: octeon-cn5650/' second.yaml >apart.yaml
try validate --calibrate first.yaml apart.yaml -q
status_is 2
has err 'have not the same profile and free parameters'
try validate --calibrate -q
status_is 2
has err 'takes a suite, or several of one machine'
