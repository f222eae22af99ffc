# Parameters that have one value: ranges without a common part, and different quantities.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
{ cat "$files/suite.yaml"; echo 'free: ["machine.read.l2,machine.read.memory"]'; } >suite.yaml
ivcsim validate --calibrate suite.yaml -q
{ cat "$files/suite.yaml"; echo 'free: ["machine.memory.rate,machine.read.l2"]'; } >suite.yaml
ivcsim validate --calibrate suite.yaml -q
