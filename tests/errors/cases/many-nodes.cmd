# 70,000 values: fewer bytes than allowed, more nodes.
{ printf 'schema: ivcsim/1\nname: ['; yes 0, | head -n 70000 | tr -d '\n'; printf '0]\n'; } >nodes.yaml
ivcsim check nodes.yaml
