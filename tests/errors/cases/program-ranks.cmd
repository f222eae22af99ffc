# A program has the virtual CPUs of all machines of a cluster.
: >a.c
sed 's/^workload:.*/workload: {kind: mpi-program, program: a.c, ranks: 6}/' "$files/good.yaml" >a.yaml
ivcsim check a.yaml --set cluster.machines=3
ivcsim check a.yaml --set cluster.machines=2
