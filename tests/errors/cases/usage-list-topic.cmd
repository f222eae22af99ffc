cp "$files/good.yaml" .
ivcsim list mechanism
