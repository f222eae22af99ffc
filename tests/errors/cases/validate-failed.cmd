# Rows that cannot be simulated: ten of them are named, and the others counted.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i '/^limits/d; s/^entries:/set: {limits.horizon: 1us}\n&/' suite.yaml
{
    echo 'path,metric,unit,message_bytes,value,role'
    for size in 1 2 3 4 5 6 7 8 9 10; do
        echo "pair,bandwidth,MB/s,${size}024,100,predict"
    done
    echo 'pair,bandwidth,MB/s,,100,predict'
    echo 'pair,bandwidth,MB/s,64,100,calibrate'
} >data.csv
ivcsim validate suite.yaml -q >/dev/null
