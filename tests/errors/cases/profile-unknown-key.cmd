# A key that numbers do not take.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: measured, sourse: "a bench"}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
