# The name of a result is taken by a folder.
cp "$files/good.yaml" .
mkdir -p out/point.csv
ivcsim run good.yaml -o out
