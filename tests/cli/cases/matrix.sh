# A scenario that asks for a matrix: run does all points, and prints what sweep prints.
cat >matrix.yaml <<'END'
schema: ivcsim/1
name: matrix
machine: {profile: xeon-e5-2450}
hypervisor: {mode: hardware-nested}
guests: {vm: {cores: [0], memory: 1MiB}, host: {cores: [1], memory: 1MiB}}
channels: {vcpu: {mechanism: vcpu}}
workload: {kind: exits, operation: page-fault, total: 8B}
sweep:
  axes:
    hypervisor.mode: [native, hardware-nested]
    machine.profile: [xeon-e5-2450, arm-xgene-m400]
    workload.operation: [hypercall, page-fault, tlb-miss]
  where:
    - hypervisor.mode != native or workload.operation != hypercall
report:
  rows: workload.operation
  columns: [machine.profile, hypervisor.mode]
  cells: latency-cycles
END
try run matrix.yaml
status_is 0
is_empty err
sed '/^ivcsim /d' out >run
# What native lacks comes first all the same, and each chip has a table.
sed '/assumed parameters/d' run | tr -s ' ' >shown
is_exactly shown <<'END'
mean latency in cycles of the cores

xeon-e5-2450

operation native hardware-nested
hypercall - 1300
page-fault 1093 1093
tlb-miss 32 192

arm-xgene-m400

operation native hardware-nested
hypercall - 6500
page-fault 1093 1093
tlb-miss 32 192

END
grep -c '^(assumed parameters)  *[0-9]* of [0-9]*  *[0-9]* of [0-9]*$' run >lines
[ "$(cat lines)" = 2 ] || fail 'each table says how much is assumed'
has out 'parameters'
try sweep matrix.yaml --output folder --quiet
status_is 0
sed '$d' run | diff - out || fail 'sweep and run print different tables'
# From a pipe, which can be read once.
tried='run - <matrix.yaml'
cat matrix.yaml | "$ivcsim" run - >out 2>err
status=$?
status_is 0
diff run <(sed '/^ivcsim /d' out) || fail 'standard input gives another table'
try run <(cat matrix.yaml)
status_is 0
diff run <(sed '/^ivcsim /d' out) || fail 'a pipe gives another table'
# The other formats have all points.
try run matrix.yaml --format json --jobs 1
status_is 0
json_holds out 'len(json["points"]) == 10 and json["status"] == "ok"'
json_holds out '[p["hypervisor.mode"] for p in json["points"]].count("native") == 4'
try run matrix.yaml --format csv --output written
status_is 0
[ "$(wc -l <written/point.csv)" = 11 ] || fail 'not all points were written'
# One axis makes one column; a point that fails says so.
try run matrix.yaml --set 'report.columns=[]' --set 'sweep.axes={workload.operation: [tlb-miss]}'
status_is 0
has out 'latency-cycles'
try run matrix.yaml --set limits.horizon=1ns
status_is 1
has out 'failed'
has err 'limits.horizon'
