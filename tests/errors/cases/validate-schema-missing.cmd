# No schema.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 1d suite.yaml
ivcsim validate suite.yaml -q
