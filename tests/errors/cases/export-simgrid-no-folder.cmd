cp "$files/good.yaml" .
ivcsim export simgrid good.yaml
