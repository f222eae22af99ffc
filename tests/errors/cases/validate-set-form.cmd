# Settings that are none.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/{workload.total: 64KiB}/[workload.total]/; $aset: fast' suite.yaml
ivcsim validate suite.yaml -q
