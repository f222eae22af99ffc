cp "$files/good.yaml" .
mkdir out

ivcsim sweep good.yaml -j1 -q -o out >/dev/null
head -c 9000 out/results.sqlite >cut
cp cut out/results.sqlite
ivcsim export out --format json
echo "export: $?"
ivcsim sweep good.yaml -q -o out
status=$?
cmp cut out/results.sqlite
exit $status
