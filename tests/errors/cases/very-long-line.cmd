# 900,000 characters on one line: the message shows the part around the mistake.
{ cat "$files/good.yaml"; printf 'about: "'; head -c 900000 /dev/zero | tr '\0' 'x'; printf '" "\n'; } >long.yaml
ivcsim check long.yaml
