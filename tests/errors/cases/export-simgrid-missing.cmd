# SimGrid's commands are not in PATH
cp "$files/good.yaml" .
PATH=$(dirname "$(command -v ivcsim)") ivcsim export simgrid good.yaml -o out -q --check --set 'channels.pair.mechanism=register'
status=$?
ls
exit $status
