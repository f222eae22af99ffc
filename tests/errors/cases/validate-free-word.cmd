# A word that is to be fitted.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.l1.scope: [1, 2]}' >>suite.yaml
ivcsim validate suite.yaml -q
