# A unit that is not in the table.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's,MB/s,Mb/s,' data.csv
ivcsim validate suite.yaml -q
