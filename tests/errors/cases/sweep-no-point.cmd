cat "$files/good.yaml" - >none.yaml <<'END'
sweep:
  axes:
    workload.message: [1KiB, 4KiB]
  where: workload.message < 1B
END
ivcsim check -q none.yaml
echo "check: $?"
ivcsim sweep none.yaml -q -o out
