cp "$files/good.yaml" .
ivcsim run good.yaml --set "name=$(printf 'a\033b')"
