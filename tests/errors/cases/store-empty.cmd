cp "$files/good.yaml" .
mkdir out

: >out/results.sqlite
ivcsim export out
