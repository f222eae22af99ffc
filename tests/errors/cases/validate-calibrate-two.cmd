# A calibration of one data set twice, and a profile to write without a calibration.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
ivcsim validate --calibrate suite.yaml suite.yaml; ivcsim validate suite.yaml --write x.yaml
