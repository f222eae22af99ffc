cp "$files/good.yaml" .
ivcsim completion fish
