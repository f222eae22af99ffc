# A size that is no key, with two free parameters: said once, at the suite, and nothing else.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/predict: bandwidth/&\n    size: workload.mesage/' suite.yaml
echo 'free: {machine.read.l2: [20cycles, 40cycles], machine.write.l2: [20cycles, 40cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
