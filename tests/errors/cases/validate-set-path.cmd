# A setting of a parameter that is not there.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/workload.total/workload.totl/' suite.yaml
ivcsim validate suite.yaml -q
