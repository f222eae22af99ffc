cp "$files/good.yaml" .
echo kept >out
ivcsim sweep good.yaml -q -o out/deep/down
