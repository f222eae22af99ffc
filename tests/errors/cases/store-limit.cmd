# A store that may not grow: why, in the system's words. With room the sweep goes on.
cp "$files/good.yaml" .
(
    ulimit -f 32
    ivcsim sweep good.yaml -q -o out
    echo "sweep: $?"
)
ivcsim sweep good.yaml -o out 2>&1 >/dev/null | grep -o '^1 points: . simulated'
