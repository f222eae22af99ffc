# A free parameter with a range beyond that of its table.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {channels.pair.alloc: [1us, 2ms]}' >>suite.yaml
ivcsim validate suite.yaml -q
