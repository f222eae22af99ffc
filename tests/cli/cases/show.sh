# What `show` prints is the same scenario.
cp "$source/tests/cli/tiny.yaml" .
try show tiny.yaml --set workload.message=1KiB
status_is 0
is_empty err
has out 'message: 1KiB'
cp out resolved.yaml
try show tiny.yaml --set workload.message=1KiB --origin
status_is 0
has out '--set argument 1'
cp out origin.yaml
"$ivcsim" run tiny.yaml --set workload.message=1KiB --format csv >first || fail 'run'
for file in resolved origin; do
    "$ivcsim" run $file.yaml --format csv >second || fail "run $file.yaml"
    cmp -s first second || fail "$file.yaml gives another result: $(diff first second)"
done
try show resolved.yaml
cmp -s out resolved.yaml || fail 'show of show differs'
