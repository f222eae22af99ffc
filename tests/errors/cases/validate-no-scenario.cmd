# The scenario is not there.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
rm good.yaml
ivcsim validate suite.yaml -q
