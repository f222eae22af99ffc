cp "$files/good.yaml" .
ivcsim export simgrid good.yaml --set 'channels.pair.between=[sender]' -o out
status=$?
ls
exit $status
