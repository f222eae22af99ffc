# A number with a kind, but without a source.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: measured}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
