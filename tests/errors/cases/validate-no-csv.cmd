# The data set is not there: where it is named.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
rm data.csv
ivcsim validate suite.yaml -q
