# A setting with a wrong value: where the suite says it.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/64KiB/64KB/' suite.yaml
ivcsim validate suite.yaml -q
