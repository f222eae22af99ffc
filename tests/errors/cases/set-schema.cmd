cp "$files/good.yaml" .
ivcsim run good.yaml --set 'schema=ivcsim/9'
