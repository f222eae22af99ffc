# Settings of paths: for a path that no entry has, of a wrong kind, and one that is not there.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'paths: {pare: {channel: other}}' >>suite.yaml
sed '$s/.*/paths: {pair: far}/' suite.yaml >kind.yaml
sed '$s/.*/paths: {pair: {"workload.warmup,workload.warmap": 8}}/' suite.yaml >key.yaml
ivcsim validate suite.yaml -q; ivcsim validate kind.yaml -q; ivcsim validate key.yaml -q
