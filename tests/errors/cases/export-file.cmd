cp "$files/good.yaml" .
ivcsim export good.yaml
