# A table of results has no place for errors: standard output stays empty.
cp "$files/good.yaml" .
ivcsim run good.yaml --set channels.pair.mechanism=register --format csv
