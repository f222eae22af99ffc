# Every wrong assignment is reported, each under its own number.
cp "$files/good.yaml" .
ivcsim check good.yaml --set workload.message=4KB --set workload.total=8MiB --set machine.clock=800
