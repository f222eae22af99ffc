cp "$files/good.yaml" .
ivcsim run good.yaml --set 'name=a
--- b'
