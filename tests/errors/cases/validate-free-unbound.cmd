# The only row to calibrate is wrong: that is all that is to be said.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/64KiB/64KB/; $afree: {channels.pair.alloc: [1us, 200us]}' suite.yaml
ivcsim validate suite.yaml -q
