ivcsim check nowhere/nothing.yaml
