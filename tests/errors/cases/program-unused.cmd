# a program sends its own messages: what decides those of the engine is said to do nothing
cp "$files/good.yaml" .
touch a.out
ivcsim check good.yaml --set 'workload={kind: mpi-program, program: a.out, ranks: 2, message: 4KiB, sizes: {kind: fixed}}'
