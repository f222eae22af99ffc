# A unit of another quantity.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's,MB/s,us,' data.csv
ivcsim validate suite.yaml -q
