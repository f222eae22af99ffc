# A suite without entries.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '/^entries/,/set:/d' suite.yaml
ivcsim validate suite.yaml -q
