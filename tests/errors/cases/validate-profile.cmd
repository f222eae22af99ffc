# A profile that is not there.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/octeon-cn5650/octeon-cn5560/' suite.yaml
ivcsim validate suite.yaml -q
