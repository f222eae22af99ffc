cp "$files/good.yaml" .
ivcsim list mechanisms register-shmen
