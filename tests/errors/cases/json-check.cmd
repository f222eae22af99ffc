# All facts of the text, as JSON; nothing on standard error.
cat >wrong.yaml <<'END'
schema: ivcsim/1
name: wrong
machine: {profile: octeon-cn5650}
guests:
  sender: {cores: [0]}
  receiver: {cores: [0, 12]}
channels:
  pair: {mechanism: register-shmem, regoin: 1MiB}
workload: {kind: stream, total: 1GB, message: 4096}
END
ivcsim check --format json wrong.yaml >out
status=$?
python3 -m json.tool --no-ensure-ascii out
exit $status
