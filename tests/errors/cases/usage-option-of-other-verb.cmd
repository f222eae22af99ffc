cp "$files/good.yaml" .
ivcsim run good.yaml -n
