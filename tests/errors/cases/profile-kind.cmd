# A kind that does not exist.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: guessed, source: "a guess"}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
