# The program is looked for beside the scenario, not where the command is typed.
mkdir there
sed 's/^workload:.*/workload: {kind: mpi-program, program: halo.c}/' "$files/good.yaml" >there/a.yaml
ivcsim check there/a.yaml
