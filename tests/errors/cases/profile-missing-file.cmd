# The file of the profile does not exist.
sed '/^/p' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
rm mine.yaml
ivcsim check good.yaml
