cp "$files/good.yaml" .
ivcsim list parameters stram
