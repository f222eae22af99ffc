cp "$files/good.yaml" .
ivcsim export simgird good.yaml -o out
