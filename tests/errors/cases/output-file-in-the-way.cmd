cp "$files/good.yaml" .
echo kept >out
ivcsim run good.yaml -o out
status=$?
cat out
exit $status
