# A role that is misspelt.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '3s/predict/perdict/' data.csv
ivcsim validate suite.yaml -q
