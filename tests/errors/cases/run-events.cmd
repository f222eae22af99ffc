# The time at which it happens is the model's business.
cp "$files/good.yaml" .
ivcsim run good.yaml --set limits.events_max=10 2>err
status=$?
sed 's/, at .*/, at a time/' err >&2
exit $status
