# Free parameters in forms that mean nothing.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed '$afree: all' suite.yaml >other.yaml
echo 'free: {machine.read.l2: 30cycles}' >>suite.yaml
ivcsim validate suite.yaml; ivcsim validate other.yaml
