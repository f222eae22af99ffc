# A data set without a header.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
: >data.csv
ivcsim validate suite.yaml -q
