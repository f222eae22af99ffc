cp "$files/good.yaml" .
ivcsim sweep good.yaml -j many
