cp "$files/good.yaml" .
ivcsim run good.yaml --set 'wrokload.message=4KiB'
