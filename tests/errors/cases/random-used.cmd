# Nothing is warned of: what another axis makes use of, and what stands at its default.
cat >used.yaml <<'END'
schema: ivcsim/1
name: used
machine: {profile: octeon-cn5650}
guests:
  left: {cores: [0], memory: 1GiB}
  right: {cores: [1], memory: 1GiB}
channels:
  ring: {mechanism: register-shmem, region: 1MiB}
workload:
  kind: stream
  total: 64KiB
  sizes: {list: [64B, 1500B], weights: [3, 1], min: 4B, max: 8KiB}
  arrivals: {kind: none, rate: 1000}
  compute: {kind: exponential}
statistics: {confidence: 90%, precision: 1%}
sweep:
  axes:
    workload.sizes.kind: [fixed, uniform, exponential, list]
    workload.arrivals.kind: [none, poisson]
    workload.compute.mean: [0ps, 1us]
    workload.message: [1KiB, 2KiB]
    statistics.repeats: [1, 2]
END
ivcsim check -q used.yaml
sed '/^sweep/,$d; /^statistics/d; s/list: .*8KiB/kind: fixed/; s/, rate: 1000//; /compute/d' used.yaml >plain.yaml
ivcsim show plain.yaml >all.yaml
ivcsim check -q all.yaml
