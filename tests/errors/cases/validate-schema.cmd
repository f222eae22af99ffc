# The schema of a scenario.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
ivcsim validate good.yaml
