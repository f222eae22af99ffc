# A value with its source among the settings of a suite.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/set: {/set: {channel: {value: 3}, /' suite.yaml
ivcsim validate suite.yaml -q
