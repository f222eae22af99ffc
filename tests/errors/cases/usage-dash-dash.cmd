cp "$files/good.yaml" .
ivcsim run -- --format
