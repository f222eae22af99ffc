# A data set that would not fit into memory, and one below a file.
cp "$files/good.yaml" "$files/suite.yaml" .
truncate -s 1T data.csv 2>/dev/null || exit 77
ivcsim validate suite.yaml -q
sed -i 's,data.csv,good.yaml/data.csv,' suite.yaml
ivcsim validate suite.yaml -q
