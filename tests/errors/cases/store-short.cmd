cp "$files/good.yaml" .
mkdir out

printf 'SQLite format 3\000' >out/results.sqlite
ivcsim export out
