# One of the two limits.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/, p90_error: 25%//' suite.yaml
ivcsim validate suite.yaml -q
