# 33 levels, in block style: one more than allowed.
i=0
while [ $i -lt 33 ]; do
    printf '%*sa:\n' $i ''
    i=$((i + 1))
done >deep.yaml
ivcsim check deep.yaml
