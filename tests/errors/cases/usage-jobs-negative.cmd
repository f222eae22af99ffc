cp "$files/good.yaml" .
ivcsim sweep good.yaml -j-2
