# A path and parameters that a calibration does not have, and both without one.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
printf 'free:\n  machine.read.l2: [20cycles, 40cycles]\n' >>suite.yaml
ivcsim validate --calibrate suite.yaml --path nowhere; ivcsim validate --calibrate suite.yaml --free hypervisor; ivcsim validate suite.yaml --path pair
