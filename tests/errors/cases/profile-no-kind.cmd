# A number with a source, but without its kind.
sed 's/atomic: .*/atomic: {value: 60cycles, source: "somewhere"}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
