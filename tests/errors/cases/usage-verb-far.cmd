cp "$files/good.yaml" .
ivcsim frobnicate
