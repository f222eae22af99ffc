# Sizes that are no whole numbers of bytes.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '2s/,64,/,64B,/; 3s/,4096,/,0,/' data.csv
ivcsim validate suite.yaml -q
