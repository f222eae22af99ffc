cp "$files/good.yaml" .
ivcsim export simgrid good.yaml --set channel=pear -o out
status=$?
ls
exit $status
