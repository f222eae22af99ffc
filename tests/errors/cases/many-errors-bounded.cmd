# A thousand wrong keys: twenty in full, the others counted.
cp "$files/good.yaml" many.yaml
i=0
while [ $i -lt 1000 ]; do
    echo "wrong$i: 1"
    i=$((i + 1))
done >>many.yaml
ivcsim check many.yaml
