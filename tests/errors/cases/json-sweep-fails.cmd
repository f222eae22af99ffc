sed 's/4KiB/4KB/' "$files/good.yaml" >wrong.yaml
ivcsim sweep wrong.yaml --format json
