# A metric that the data set does not have.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/metric: bandwidth/metric: bandwith/' suite.yaml
ivcsim validate suite.yaml -q
