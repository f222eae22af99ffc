# A path and a metric that no row has together.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '$s/pair/ring/; 3s/bandwidth/latency/' data.csv
sed -i 's/metric: bandwidth/metric: latency/' suite.yaml
ivcsim validate suite.yaml -q
