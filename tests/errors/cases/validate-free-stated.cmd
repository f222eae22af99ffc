# A free parameter with a range beyond that which its value states.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.read.l2: [10cycles, 40cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
