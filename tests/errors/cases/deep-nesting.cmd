# A million brackets.
{ printf 'schema: ivcsim/1\nname: '; head -c 1000000 /dev/zero | tr '\0' '['; } >deep.yaml
ivcsim check deep.yaml
