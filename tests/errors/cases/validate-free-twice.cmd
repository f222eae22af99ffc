# A parameter that is free twice: by itself and with another one, and twice in one.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {machine.read.l2: [20cycles, 40cycles], "machine.write.l2, machine.read.l2": [20cycles, 30cycles]}' >>suite.yaml
ivcsim validate suite.yaml -q
{ cat "$files/suite.yaml"; echo 'free: {"machine.read.l2,machine.read.l2": [20cycles, 30cycles]}'; } >suite.yaml
ivcsim validate --calibrate suite.yaml -q
