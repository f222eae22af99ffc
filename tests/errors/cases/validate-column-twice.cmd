# A column that stands there twice.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '1s/source/unit/' data.csv
ivcsim validate suite.yaml -q
