# A range in two units.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.read.l2: [20cycles, 50ns]}' >>suite.yaml
ivcsim validate suite.yaml -q
