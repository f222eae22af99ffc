# A limit that is no percentage.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/median_error: 10%/median_error: 0.1/' suite.yaml
ivcsim validate suite.yaml -q
