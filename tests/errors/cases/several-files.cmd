# Good and bad files: the verdicts on standard output, the errors on standard error.
cp "$files/good.yaml" .
sed 's/stream/straem/' good.yaml >bad.yaml
ivcsim check good.yaml bad.yaml nowhere.yaml good.yaml >verdicts
status=$?
sed 's/[0-9][0-9]* /N /g' verdicts
exit $status
