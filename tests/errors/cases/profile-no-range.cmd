# An assumed number states how far off it may be.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: assumed, source: "a guess"}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
