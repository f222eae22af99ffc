cp "$files/good.yaml" .
ivcsim plot good.yaml
