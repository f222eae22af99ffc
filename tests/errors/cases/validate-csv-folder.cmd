# The data set is a folder.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
rm data.csv && mkdir data.csv
ivcsim validate suite.yaml -q
