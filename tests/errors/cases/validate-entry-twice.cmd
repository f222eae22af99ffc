# Two entries for one path and metric.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '/^limits/i\  - {path: pair, metric: bandwidth, predict: bandwidth}' suite.yaml
ivcsim validate suite.yaml -q
