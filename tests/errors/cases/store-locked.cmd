cp "$files/good.yaml" .
mkdir out

# Another sweep holds the folder.
command -v flock >/dev/null || exit 77
flock out ivcsim sweep good.yaml -q -o out
