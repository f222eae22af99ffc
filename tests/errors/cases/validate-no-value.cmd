# A row without a value.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/,620,/,,/' data.csv
ivcsim validate suite.yaml -q
