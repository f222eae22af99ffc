# Without a verb: the help, on standard error (its first lines).
ivcsim 2>help
status=$?
head -n 4 help >&2
exit $status
