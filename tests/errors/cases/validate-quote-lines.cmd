# A field of two lines.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/,pair,/,"pa\nir",/' data.csv
ivcsim validate suite.yaml -q
