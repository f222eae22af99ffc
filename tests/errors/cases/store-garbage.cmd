cp "$files/good.yaml" .
mkdir out

yes 'this is somebody else'"'"'s text' | head -n 200 >out/results.sqlite
ivcsim sweep good.yaml -q -o out
echo "sweep: $?"
ivcsim export out
