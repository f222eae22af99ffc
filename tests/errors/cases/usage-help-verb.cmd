cp "$files/good.yaml" .
ivcsim help swep
