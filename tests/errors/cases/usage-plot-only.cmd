cp "$files/good.yaml" .
ivcsim plot out --only bandwith
