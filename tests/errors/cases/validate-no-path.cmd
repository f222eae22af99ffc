# Entries without a path: one that leaves nothing over, and one of a metric that the data set has not.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '/^limits/i\  - {metric: bandwidth, predict: bandwidth}\n  - {metric: bandwith, predict: bandwidth}' suite.yaml
ivcsim validate suite.yaml -q
