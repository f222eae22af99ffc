# What `show` prints is the same scenario.
cp "$source/tests/cli/tiny.yaml" .
try show tiny.yaml --set workload.message=1KiB
status_is 0
is_empty err
has out 'message: 1KiB'
cp out resolved.yaml
try show tiny.yaml --set workload.message=1KiB --origin
status_is 0
has out '--set argument 1'
cp out origin.yaml
"$ivcsim" run tiny.yaml --set workload.message=1KiB --format csv >first || fail 'run'
for file in resolved origin; do
    "$ivcsim" run $file.yaml --format csv >second || fail "run $file.yaml"
    cmp -s first second || fail "$file.yaml gives another result: $(diff first second)"
done
try show resolved.yaml
cmp -s out resolved.yaml || fail 'show of show differs'

# What an axis chooses brings its own values: written down, those of the first would hold for all.
cat >axes.yaml <<'YAML'
schema: ivcsim/1
name: axes
machine: {profile: octeon-cn5650, memory: {size: 3GiB}}
hypervisor: {mode: native}
guests: {a: {cores: [0, 1]}}
channels: {c: {mechanism: nemesis}, d: {mechanism: loopback}}
workload: {kind: stream, total: 16KiB}
YAML
for axis in 'machine.profile: [octeon-cn5650, xeon-e5-2630v4]' \
    'channels.c.mechanism: [nemesis, shmem]' \
    'channel: [d], workload.kind: [netperf-tcp-stream, netperf-udp-rr]'; do
    swept=(-q --format jsonl --set "sweep.axes={$axis}")
    try show axes.yaml --set "sweep.axes={$axis}"
    status_is 0
    has out 'size: 3GiB'
    cp out shown.yaml
    "$ivcsim" sweep axes.yaml -o swept "${swept[@]}" >first.jsonl || fail "sweep over $axis"
    "$ivcsim" sweep shown.yaml -o again -q --format jsonl >second.jsonl || fail "shown: $axis"
    cmp -s first.jsonl second.jsonl || fail "shown, a sweep over $axis gives other results"
    try show shown.yaml
    cmp -s out shown.yaml || fail "show of show differs: $axis"
done
