# shellcheck shell=bash
# With many guests, alike neighbours share a row and the stages are those of all guests together.
cat >many.yaml <<'END'
schema: ivcsim/1
name: many
machine: {profile: manycore-1024}
guests:
  vm: {count: 20, cores: [0]}
channels:
  polls: {mechanism: nemesis, mode: native}
  fast: {mechanism: register-shmem}
channel: polls
workload: {kind: pingpong, total: 6400B, message: 64B, warmup: 0}
END
try run many.yaml
status_is 0
grep -Eq '^vm-2 to vm-3 +100.0 %' out || fail 'alike guests have rows of their own'
[ "$(grep -c '^vm-' out)" -lt 18 ] || fail 'few alike guests share a row'
# Guests that differ keep their rows; stages are those of all.
try run many.yaml --set channel=fast
[ "$(grep -c '^vm-' out)" = 20 ] || fail 'guests that differ share a row'
grep -Eq '^register-load +all +machine ' out || fail 'stages are not those of all guests'
has out 'all stages'
try run many.yaml --set channel=fast --format json
python3 - out <<'END' || fail 'the sum of the stages is not the one that was printed'
import json, sys
point = json.load(open(sys.argv[1]))["points"][0]
assert len(point["cpu_running_share"]) == 20
one = [s["cycles"] for s in point["stages"] if s["stage"] == "register-load" and s["cycles"]]
assert len(one) == 20 and sum(one) > 0
loads = [s for s in point["stages"] if s["stage"] == "register-load"]
open("wanted", "w").write("%.4f" % sum(s["cycles_per_byte"] for s in loads))
END
try run many.yaml --set channel=fast
grep -Eq "^register-load +all +machine +$(cat wanted) " out || fail "expected $(cat wanted)"
try run many.yaml --set channel=fast --verbose
[ "$(grep -c '^vm-[0-9]* ' out)" -ge 20 ] || fail '--verbose leaves guests out'
grep -Eq '^register-load +vm-19 +machine ' out || fail '--verbose merges stages'
# Sixteen guests and fewer are shown one by one.
try run many.yaml --set channel=fast --set guests.vm.count=16
[ "$(grep -c '^vm-[0-9]* ' out)" -ge 16 ] || fail 'sixteen guests are not shown one by one'
