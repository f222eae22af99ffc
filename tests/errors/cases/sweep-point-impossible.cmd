# Each value is fine alone, two together are not: found before anything runs.
cat "$files/good.yaml" - >pair.yaml <<'END'
sweep:
  axes:
    channels.pair.region: [64KiB, 1MiB]
    channels.pair.piece: [16KiB, 256KiB]
END
ivcsim check pair.yaml
echo "check: $?"
ivcsim sweep pair.yaml -q -o out
