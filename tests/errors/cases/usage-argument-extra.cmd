cp "$files/good.yaml" .
ivcsim run good.yaml other.yaml
