# A range that is upside down.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.read.l2: [40cycles, 20cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
