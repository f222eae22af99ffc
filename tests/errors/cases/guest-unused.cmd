# A guest that takes no part is worth a warning, no more; one with a load is there to be in the way.
cat >guest-unused.yaml <<'END'
schema: ivcsim/1
name: case
machine: {profile: octeon-cn5650}
guests:
  sender: {cores: [0]}
  receiver: {cores: [1]}
  idle: {cores: [2]}
  hog: {cores: [3], load: busy}
channels:
  pair: {mechanism: register-shmem, between: [sender, receiver]}
workload: {kind: stream, total: 1MiB, message: 4KiB}
END
ivcsim check -q guest-unused.yaml
