# the folder is a file: nothing is simulated for nothing, and it stays
cp "$files/good.yaml" .
echo mine >out
ivcsim export simgrid good.yaml -o out -q --set 'channels.pair.mechanism=register'
status=$?
cat out
exit $status
