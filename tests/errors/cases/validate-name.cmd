# A data set whose name is that of the figures' style.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
mv data.csv common.csv
sed -i 's/data\.csv/common.csv/' suite.yaml
ivcsim validate suite.yaml -q
