# A number without its source.
sed 's/atomic: .*/atomic: 60cycles/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
