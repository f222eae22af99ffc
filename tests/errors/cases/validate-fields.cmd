# A comma without quotes makes one field more.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/"//g' data.csv
ivcsim validate suite.yaml -q
