# Root may read everything: the case is for others.
[ "$(id -u)" != 0 ] || exit 77
cp "$files/good.yaml" locked.yaml
chmod 000 locked.yaml
ivcsim check locked.yaml
