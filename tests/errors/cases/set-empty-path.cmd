cp "$files/good.yaml" .
ivcsim run good.yaml --set '=4KiB'
