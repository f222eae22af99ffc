cp "$files/good.yaml" .
ivcsim check good.yaml --quiet=1
