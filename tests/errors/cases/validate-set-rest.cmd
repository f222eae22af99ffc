# Wrong settings of an entry for all paths: said once, not for each path.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '/path: pair/d; s/^    metric/  - metric/' suite.yaml
sed -n 's/,pair,/,pear,/p' data.csv >more && cat more >>data.csv
sed 's/{workload.total: 64KiB}/[workload.total]/' suite.yaml >form.yaml
sed 's/64KiB/64KB/' suite.yaml >value.yaml
ivcsim validate form.yaml -q; ivcsim validate value.yaml -q
