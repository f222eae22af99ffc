# One of two points cannot be simulated: the other one is there, and the status says so.
cat "$files/good.yaml" - >fails.yaml <<'END'
sweep:
  axes:
    limits.horizon: [1us, 1s]
END
ivcsim sweep fails.yaml -j1 -q -o out --format csv | cut -d, -f1-4
ivcsim sweep fails.yaml -j1 -q -o out >/dev/null
