cp "$files/good.yaml" .
ivcsim sweep good.yaml -q -o out >/dev/null && ivcsim export out -o /dev/full
