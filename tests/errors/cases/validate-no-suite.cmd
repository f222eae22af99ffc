# A suite that is not there.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
ivcsim validate nowhere.yaml
