# A set that is worse than its limits.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/,620,/,62000,/' data.csv
ivcsim validate suite.yaml -q --format csv
