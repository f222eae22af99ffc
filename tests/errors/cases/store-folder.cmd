cp "$files/good.yaml" .
mkdir out

mkdir out/results.sqlite
ivcsim sweep good.yaml -q -o out
