# A size that its setting does not take: where the data set says it.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/predict: bandwidth/size: workload.ranks/; s/size: workload.ranks/&\n    predict: bandwidth/' suite.yaml
ivcsim validate suite.yaml -q
