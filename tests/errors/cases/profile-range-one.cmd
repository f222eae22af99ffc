# A range of one number.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: assumed, source: "a guess", range: 40cycles}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
