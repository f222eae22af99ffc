cp "$files/good.yaml" .
ivcsim run good.yaml --set 'workload=4KiB'
