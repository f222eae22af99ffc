# A calibration without a free parameter.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
ivcsim validate --calibrate suite.yaml
