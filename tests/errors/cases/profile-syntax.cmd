# A profile that is no YAML.
sed 's/atomic: {/atomic: {{/' "$files/profile.yaml" >mine.yaml
sed 's/octeon-cn5650/mine.yaml/' "$files/good.yaml" >good.yaml
ivcsim check good.yaml
