# Text behind the quote that ends a field.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/,620,/,"62"0,/' data.csv
ivcsim validate suite.yaml -q
