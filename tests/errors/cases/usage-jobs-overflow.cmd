cp "$files/good.yaml" .
ivcsim sweep good.yaml --jobs=99999999999999999999
