cp "$files/good.yaml" .
ivcsim export
