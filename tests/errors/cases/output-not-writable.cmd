# Root may write everywhere: the case is for others.
[ "$(id -u)" != 0 ] || exit 77
cp "$files/good.yaml" .
mkdir locked
chmod 555 locked
ivcsim run good.yaml -o locked/out
