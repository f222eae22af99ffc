# A parameter that chips do not have.
sed 's/atomic: /atomics: /' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
