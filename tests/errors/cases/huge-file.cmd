# More than 1 MiB: refused before it is read as YAML.
cp "$files/good.yaml" huge.yaml
yes '# a comment that never ends' | head -c 1100000 >>huge.yaml
ivcsim check huge.yaml
