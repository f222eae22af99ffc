cat "$files/good.yaml" - >points.yaml <<'END'
sweep:
  axes:
    workload.message: {from: 1B, to: 4096B, step: 1B}
    workload.warmup: {from: 1, to: 4096, step: 1}
END
ivcsim check points.yaml
echo "check: $?"
ivcsim sweep points.yaml -n
