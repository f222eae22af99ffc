ivcsim export simgrid nowhere.yaml -o out
