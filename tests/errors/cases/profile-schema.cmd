# A scenario in the place of a profile.
sed 's,^schema: .*,schema: ivcsim/1,' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
