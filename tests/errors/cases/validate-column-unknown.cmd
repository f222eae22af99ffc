# A column that means nothing.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '1s/role/rule/' data.csv
ivcsim validate suite.yaml -q
