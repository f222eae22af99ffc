# Arguments whose quotes do not end; measured, and by which clock; a key of other workloads' kinds.
echo 'int main(void) { return 0; }' >a.c
sed 's/^workload:.*/workload: {kind: mpi-program, program: a.c, arguments: "1 '"'"'2", computation: measured}/' \
    "$files/good.yaml" >a.yaml
ivcsim check a.yaml
sed 's/^workload:.*/workload: {kind: mpi-program, computation: guessed, gap: 1us}/' "$files/good.yaml" >b.yaml
ivcsim check b.yaml
