# As many bytes as there can be: ended by the simulated horizon, not by patience.
cp "$files/good.yaml" .
ivcsim run good.yaml --set workload.total=16000000TiB --set workload.message=16000000TiB \
    --set limits.horizon=1ms 2>err
status=$?
sed 's/, at .*/, at a time/' err >&2
exit $status
