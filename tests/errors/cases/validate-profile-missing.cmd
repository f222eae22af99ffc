# A profile that is not there: said once, not for each entry.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -n 's/,pair,/,pear,/p' data.csv >more && cat more >>data.csv
sed -i 's/octeon-cn5650/.\/none.yaml/; s/^limits.*/  - {path: pear, metric: bandwidth, predict: bandwidth}/' suite.yaml
ivcsim validate suite.yaml -q 2>&1 | sed "s,$PWD,HERE,"
