# What a program reads when a suite is wrong.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/predict: bandwidth/predict: speed/' suite.yaml
ivcsim validate suite.yaml -q --format json
