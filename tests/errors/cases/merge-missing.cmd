# A folder that does not exist.
ivcsim merge nowhere -o out
status=$?
ls
exit $status
