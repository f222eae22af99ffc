# Values that are no numbers above 0.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '2s/120.5/120,5/; 2s/120,5/fast/; 3s/620/-620/' data.csv
ivcsim validate suite.yaml -q
