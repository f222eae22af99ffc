# A path that the data set does not have.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/path: pair/path: pear/' suite.yaml
ivcsim validate suite.yaml -q
