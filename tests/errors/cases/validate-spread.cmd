# A spread without its other end, and one that is upside down.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
cat >data.csv <<'END'
path,metric,unit,message_bytes,value,spread_low,spread_high,role
pair,bandwidth,MB/s,64,120.5,110,,calibrate
pair,bandwidth,MB/s,4096,620,700,600,predict
END
ivcsim validate suite.yaml -q
