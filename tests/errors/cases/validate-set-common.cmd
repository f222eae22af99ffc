# A wrong setting that all entries have: said once, not for each entry.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -n 's/,pair,/,pear,/p' data.csv >more && cat more >>data.csv
sed -i 's/^limits.*/  - {path: pear, metric: bandwidth, predict: bandwidth}\nset: {workload.seed: 1s}/' suite.yaml
ivcsim validate suite.yaml -q
