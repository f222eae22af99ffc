cat > ipi.yaml <<'END'
schema: ivcsim/1
name: case
machine: {profile: xeon-e5-2630v4}
guests:
  vm: {cores: [0, 1]}
channels:
  c: {mechanism: virtual-ipi, between: [vm], delivery: bare, mode: native}
workload: {kind: pingpong, message: 9B, total: 1KiB}
END
ivcsim run ipi.yaml
