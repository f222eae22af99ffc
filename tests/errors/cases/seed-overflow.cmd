cp "$files/good.yaml" .
ivcsim run good.yaml --seed 18446744073709551616
