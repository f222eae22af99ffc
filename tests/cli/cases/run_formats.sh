# The four formats say the same.
cp "$source/tests/cli/tiny.yaml" .
for format in table csv json jsonl; do
    try run tiny.yaml --format $format
    status_is 0
    is_empty err
    cp out "out.$format"
    try run - --format $format
    [ "$status" = 3 ] || fail 'an empty standard input is no scenario'
done
json_holds out.json 'json["schema"] == "ivcsim-result/1" and json["status"] == "ok"'
json_holds out.json 'len(json["points"]) == 1 and json["manifest"]["scenario"] == "tiny"'
json_holds out.json 'json["points"][0]["messages"] == 64 and json["points"][0]["bytes"] == 262144'
json_holds out.json 'json["points"][0]["capped"] is False'
python3 - <<'END' || fail 'csv, json and jsonl disagree'
import csv, json
point = json.load(open("out.json"))["points"][0]
assert point == json.loads(open("out.jsonl").read())
rows = list(csv.DictReader(open("out.csv", newline="")))
assert len(rows) == 1
row = rows[0]
def text(value):
    if value is None: return ""
    if isinstance(value, bool): return "true" if value else "false"
    return value
for key, value in point.items():
    if isinstance(value, dict):
        prefix = {"counts": "count", "counts_per_mb": "count_per_mb"}.get(key, key)
        for name, inner in value.items():
            assert float(row[f"{prefix}.{name}"]) == float(inner), (key, name)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        assert float(row[key]) == float(value), key
    elif not isinstance(value, list):
        assert row[key] == text(value), key
# Time of every core is accounted for, and the shares of a guest sum to one.
for core in point["cores"]:
    total = sum(core[k] for k in ("running_ps", "waiting_ps", "blocked_ps", "idle_ps"))
    assert total == point["elapsed_ps"], core
for guest in point["cpu_running_share"]:
    shares = sum(point[f"cpu_{s}_share"][guest] for s in ("running", "waiting", "blocked", "idle"))
    assert abs(shares - 1) < 4e-9, guest
messages = sum(n for low, high, n in point["latency_histogram_ps"])
assert messages == point["messages"]
wanted = point["bytes"] * 10**12 / point["elapsed_ps"]
assert abs(point["bandwidth_bytes_per_s"] - wanted) <= 0.001 + wanted * 1e-14
END
for text in 'tiny: channel nemesis (nemesis), stream of 4 KiB messages' 'bandwidth ' 'latency ' \
    'sender ' 'receiver ' 'cycles/byte' 'are assumed'; do
    has out.table "$text"
done
try run tiny.yaml --set workload.messages_max=10
has out 'note: stopped at workload.messages_max: 10 of 64 messages were simulated'
try run tiny.yaml --set workload.messages_max=10 --format csv
grep -q ',10,64,true,' out || fail 'not capped in CSV'
# --seed is --set workload.seed, and the last one counts.
try run tiny.yaml --seed 7 --format json
json_holds out 'json["points"][0]["seed"] == 7 and json["manifest"]["seed"] == 7'
# What became of recurrence, and why nothing was skipped.
try run tiny.yaml --set workload.total=64MiB --format json
json_holds out 'json["manifest"]["recurrence"][0]["outcome"] == "found"'
json_holds out 'json["manifest"]["recurrence"][0]["skips"] == 1'
json_holds out '"reason" not in json["manifest"]["recurrence"][0]'
try run tiny.yaml --set workload.total=64MiB --format json --no-skip
json_holds out 'json["manifest"]["recurrence"][0]["reason"].startswith("--no-skip")'
json_holds out.json 'json["manifest"]["recurrence"][0]["reason"].startswith("the run ended before")'
# The largest seed is not a JSON integer for every reader, so it is a string there.
try run tiny.yaml --seed 18446744073709551615
status_is 0
has out 'seed 18446744073709551615;'
try run tiny.yaml --seed 18446744073709551615 --format json
json_holds out 'json["points"][0]["seed"] == "18446744073709551615" == json["manifest"]["seed"]'
# The same bytes again.
"$ivcsim" run tiny.yaml --format json >again
cmp -s out.json again || fail 'two runs differ'
