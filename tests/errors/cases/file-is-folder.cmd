mkdir folder.yaml
ivcsim check folder.yaml
