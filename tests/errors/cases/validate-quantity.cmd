# A quantity that results do not have.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/predict: bandwidth/predict: bandwith/' suite.yaml
ivcsim validate suite.yaml -q
