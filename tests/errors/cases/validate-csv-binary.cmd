# A data set that is no text.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
printf 'path,metric\n\377\376\n' >data.csv
ivcsim validate suite.yaml -q
printf 'path,met\000ric\n' >data.csv
ivcsim validate suite.yaml -q
