# Requests and grants of a lock have 8 bytes, whatever messages have.
cat >ring.yaml <<'END'
schema: ivcsim/1
name: ack-too-large
machine: {profile: xeon-e5-2450}
guests:
  a: {cores: [0], memory: 512MiB}
  b: {cores: [1], memory: 512MiB}
channels:
  ring: {mechanism: ring, slot: 4B, between: [a, b]}
workload: {kind: lock-server, message: 1B, total: 1000B}
END
ivcsim run ring.yaml
