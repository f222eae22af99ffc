# Random input: repeats, intervals and estimates in every format; shards make the same whole.
cat >random.yaml <<'END'
schema: ivcsim/1
name: random
machine: {profile: octeon-cn5650}
guests:
  client: {cores: [0]}
  server: {cores: [1]}
channels:
  fast: {mechanism: register-shmem, region: 1MiB}
  slow: {mechanism: sock}
workload:
  kind: stream
  total: 64KiB
  message: 256B
  sizes: {kind: exponential}
  arrivals: {kind: poisson, rate: 10000}
statistics: {repeats: 4}
sweep:
  axes:
    channel: [fast, slow]
    workload.arrivals.rate: [5000, 20000]
report: {baseline: slow}
END

# One run: the same random input on both channels, and other input with another seed.
for channel in fast slow; do
    try run random.yaml --set channel=$channel --format json
    status_is 0
    cp out $channel.json
done
json_holds fast.json 'json["points"][0]["repeats"] == 4 == len(json["points"][0]["samples"])'
json_holds fast.json 'json["points"][0]["confidence"] == 0.95'
json_holds fast.json 'json["manifest"]["recurrence"][0]["outcome"] == "random"'
json_holds fast.json '"random input" in json["manifest"]["recurrence"][0]["reason"]'
json_holds fast.json 'json["manifest"]["statistics"][0]["n"] == 4'
json_holds fast.json 'json["points"][0]["messages"] == 1024'
json_holds fast.json "json['points'][0]['bytes'] == J.load(open('slow.json'))['points'][0]['bytes']"
try run random.yaml --seed 2 --format json
json_holds out "json['points'][0]['bytes'] != J.load(open('fast.json'))['points'][0]['bytes']"
try run random.yaml
has out 'repeats    4 with streams of their own, summed up; 95 % intervals'
has out ' MiB/s) +- '
try run random.yaml --repeats auto --precision 0.01% --confidence 90% --set statistics.repeats_max=6
has out 'repeats    6 with streams of their own, summed up; 90 % intervals, wider than asked for'
try run random.yaml --repeats 1 --format csv
has_not out repeats
has_not out half_width

# An estimate is marked wherever it goes, and is not said to have stopped at a cap.
estimate=(--estimate --repeats 1 --precision 10% --set workload.total=1TiB)
try run random.yaml "${estimate[@]}" --set workload.messages_max=1000000
has out 'estimated'
has_not out 'stopped at workload.messages_max'
# Of two pairs one is faster: they are never equally far, and no mix of them is an estimate.
cat >unequal.yaml <<'END'
schema: ivcsim/1
name: unequal
machine: {profile: loongson3a-2way}
guests: {a: {cores: [0]}, b: {cores: [1]}, c: {cores: [2]}, d: {cores: [4]}}
channels: {shm: {mechanism: shmem}}
workload: {kind: stream, message: 700B, total: 64GiB}
END
most=$((6000000 / ${IVC_TEST_EACH:-1}))
try run unequal.yaml --estimate --precision 5% --set limits.events_max=$most
has err 'events_max'
# Ranks that go on until the measured phase is over are as far as they get: not equally.
cat >lock.yaml <<'END'
schema: ivcsim/1
name: lock
machine: {profile: xeon-e5-4620}
guests: {a: {cores: [0, 1]}, b: {cores: [4]}}
channels: {lock: {mechanism: lock, kind: test-and-set}}
workload: {kind: critical-section, total: 64GiB, compute: {kind: exponential, mean: 1us}}
END
try run lock.yaml --estimate --precision 5% --set limits.events_max=$most
status_is 0
grep -qE '^estimated  95 % intervals, from [0-9]* batches; [0-9]{4,5} of 68719476738 ' out ||
    fail 'a lock is not estimated'
has out 'jain_of_ranks'
try run random.yaml "${estimate[@]}" -o folder
status_is 0
grep -q '^estimated  95 % intervals, from [0-9]* batches; [0-9]* of 4294967296 messages were' out ||
    fail 'not marked in the table'
json_holds folder/point.json 'json["points"][0]["estimated"] is True'
json_holds folder/point.json 'json["points"][0]["bandwidth_half_width_bytes_per_s"] > 0'
json_holds folder/manifest.json 'json["recurrence"][0]["outcome"] == "estimated"'
json_holds folder/manifest.json 'json["statistics"][0]["samples"] == "batches"'
json_holds folder/manifest.json 'json["statistics"][0]["messages_simulated"] < 1e6'
python3 - <<'END' || fail 'not marked in CSV'
import csv
row = next(csv.DictReader(open("folder/point.csv", newline="")))
assert row["estimated"] == "true" and float(row["latency_mean_half_width_ps"]) > 0
END
# Ranks without rounds do not keep a run from being one: who only answers, who is no target.
cat >some.yaml <<'END'
schema: ivcsim/1
name: some
machine: {profile: xeon-e5-2630v4}
hypervisor: {mode: native}
guests: {a: {cores: [0, 1, 2, 3]}}
channels: {c: {mechanism: loopback}}
workload: {kind: flood-ping, total: 4MiB, ranks: 2, arrivals: {kind: poisson, rate: 5000}}
END
try run some.yaml --estimate --precision 5% --format json
json_holds out 'json["points"][0]["estimated"] is True'
try run some.yaml --estimate --precision 5% --format json --set workload.kind=futex-wake \
    --set workload.ranks=4 --set workload.targets=2 --set workload.gap=1us \
    --set workload.total=400KiB --set workload.compute='{kind: exponential, mean: 20us}'
json_holds out 'json["points"][0]["estimated"] is True'

# A run that repeats itself is exact, and says so.
try run random.yaml --estimate --repeats 1 --set workload.total=1GiB \
    --set workload.sizes.kind=fixed --set workload.arrivals.kind=none
has err 'the result is exact, and no estimate: the run repeats itself'
has out ' messages: '
has_not out estimated

# A sweep, in one piece by one and by two, and in shards.
for jobs in 1 2; do
    try sweep random.yaml -j $jobs -o whole$jobs
    status_is 0
    cp out table$jobs
done
cmp -s table1 table2 || fail 'two workers do not give what one gives'
for file in points.csv points.json points.jsonl manifest.json table.txt; do
    cmp -s whole1/$file whole2/$file || fail "two workers do not give the same $file"
done
has table1 'as multiples of slow, repeat by repeat'
# Other rates carry other bytes: a ratio near 1 is one of the same requests.
for rate in 5000 20000; do
    grep -Eq "^fast .* $rate +(1\.0|0\.9)[0-9]* \+- 0\.0[0-9]* " table1 ||
        fail "fast over slow at $rate is not of the same requests"
done
# Repeats of one point at a time or several: the same.
for jobs in 1 4; do
    try run random.yaml --repeats 6 -j $jobs --format json
    cp out jobs$jobs
done
cmp -s jobs1 jobs4 || fail 'several repeats at a time give another result'
for shard in 1 2 3; do
    try sweep random.yaml --shard $shard/3 -o shards/shard-$shard-of-3 -q
    status_is 0
done
try merge -o merged shards/shard-1-of-3 shards/shard-2-of-3 shards/shard-3-of-3
status_is 0
for file in points.csv points.json points.jsonl table.txt; do
    cmp -s whole1/$file merged/$file || fail "shards do not give the same $file"
done
# What was stored is not done again; another number of repeats is another point.
try sweep random.yaml -o whole1
has err '4 points: 0 simulated in'
try sweep random.yaml -o whole1 --repeats 3
has err '4 points: 4 simulated in'
try sweep random.yaml -o estimates "${estimate[@]}"
has out estimated
json_holds estimates/points.json 'all(p["estimated"] for p in json["points"])'

# Sizes against channels: a matrix of bandwidths.
matrix=(--set 'sweep.axes={channel: [fast, slow], workload.message: [64B, 1KiB]}')
try sweep random.yaml -o matrix "${matrix[@]}"
has out '+- half of the interval of confidence'
has_not out '~'
grep -Eq '^ +64 B +[0-9.]+ \+- [0-9.]+  +[0-9.]+ \+- [0-9.]+$' out || fail 'cells without intervals'
try sweep random.yaml -o matrix "${matrix[@]}" "${estimate[@]}"
has out '~ estimated: the run was stopped at that precision'
grep -Eq '^ +1 KiB +[0-9.]+ \+- [0-9.]+~ +[0-9.]+ \+- [0-9.]+~$' out || fail 'estimates not marked'

# The options go into the scripts for clusters.
try sweep random.yaml --emit slurm --seed 5 --repeats auto --precision 1%
has out '--set workload.seed=5 --set statistics.repeats=0 --set statistics.precision=1%'

# What sends no messages of the workload's sizes counts their mean.
sed '/^sweep/,$d; /arrivals/d' random.yaml >locks.yaml
for kind in critical-section barrier lock-server; do
    mechanism=lock
    [ $kind != barrier ] || mechanism=barrier
    [ $kind != lock-server ] || mechanism=nemesis
    try run locks.yaml --set workload.kind=$kind --repeats 1 --format json --set channel=slow \
        --set "channels={slow: {mechanism: $mechanism, mode: native}}"
    status_is 0
    json_holds out '[p["messages"] * p["message_bytes"] for p in json["points"]] == [
  p["bytes"] for p in json["points"]]'
done
try run "$source/scenarios/exits.yaml" --set 'workload.sizes={kind: exponential}' --format json \
    --set workload.message=64B --set workload.total=64KiB
status_is 0
json_holds out 'json["points"][0]["bytes"] == 65536'

# The round trip that ends the measured phase is one of it, with and without a warm-up.
for warmup in 0 1; do
    for kind in netperf-udp-rr:2 osu-latency:2 flood-ping:1; do
        try run locks.yaml --set channel=slow --set 'workload.sizes={kind: fixed}' --repeats 1 \
            --set workload.kind=${kind%:*} --set workload.warmup=$warmup --format json
        status_is 0
        json_holds out "json['points'][0]['counts']['transactions'] * ${kind#*:} == 256"
    done
done
