# A list of parameters, one of which states no range.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: [machine.read.l2, machine.l1.size]' >>suite.yaml
ivcsim validate suite.yaml -q
