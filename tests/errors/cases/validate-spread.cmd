# A spread without its other end, one that is upside down, and values outside of theirs.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
cat >data.csv <<'END'
path,metric,unit,message_bytes,value,spread_low,spread_high,role
pair,bandwidth,MB/s,64,120.5,110,,calibrate
pair,bandwidth,MB/s,4096,620,700,600,predict
pair,bandwidth,MB/s,1024,620,630,700,predict
pair,bandwidth,MB/s,2048,620,600,610,predict
pair,bandwidth,MB/s,8192,620,620,620,predict
END
ivcsim validate suite.yaml -q
