# The value lies outside its own range.
sed 's/atomic: .*/atomic: {value: 60cycles, kind: assumed, source: "a guess", range: [70cycles, 80cycles]}/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
