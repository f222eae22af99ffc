cp "$files/good.yaml" .
ivcsim run good.yaml --set 'workload.mesage=4KiB'
