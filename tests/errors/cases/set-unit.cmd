cp "$files/good.yaml" .
ivcsim run good.yaml --set 'workload.message=4KB'
