# A count that results do not have.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/predict: bandwidth/predict: count.doorbels/' suite.yaml
sed -i 's,MB/s,1/MB,' data.csv
ivcsim validate suite.yaml -q
