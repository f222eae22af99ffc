# A profile without a machine.
sed '/^machine:/,$d' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
