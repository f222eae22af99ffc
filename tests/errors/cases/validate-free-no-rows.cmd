# Free parameters without a row to calibrate.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/calibrate/predict/' data.csv
echo 'free: {machine.read.l2: [20cycles, 40cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
