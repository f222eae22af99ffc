# A free parameter that is misspelt.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.read.l22: [20cycles, 40cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
