sed 's/4KiB/4096/' "$files/good.yaml" | ivcsim check -
