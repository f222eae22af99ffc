# A quote that is never closed.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/measurement"/measurement/' data.csv
ivcsim validate suite.yaml -q
