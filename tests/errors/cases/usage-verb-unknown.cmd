cp "$files/good.yaml" .
ivcsim rnu good.yaml
