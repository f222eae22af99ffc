cp "$files/good.yaml" .
ivcsim run good.yaml --repeats 3 --format csv >/dev/null
