# Standard output on a full disk.
cp "$files/good.yaml" .
ivcsim run good.yaml >/dev/full
