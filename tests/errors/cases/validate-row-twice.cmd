# One path, metric and size in two rows.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/,4096,/,64,/' data.csv
ivcsim validate suite.yaml -q
