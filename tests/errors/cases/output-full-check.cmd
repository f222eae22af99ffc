cp "$files/good.yaml" .
ivcsim check good.yaml >/dev/full
