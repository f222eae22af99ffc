ivcsim check nowhere.yaml
