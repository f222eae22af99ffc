# A program to run, and no SimGrid: that is this computer's fault, and not kept as the points' failure.
cp "$files/good.yaml" program.yaml
echo 'int main(void) { return 0; }' >halo.c
sed -i 's/^workload.*/workload: {kind: mpi-program, program: halo.c}/' program.yaml
printf 'sweep:\n  axes: {workload.arguments: [a, b]}\n' >>program.yaml
PATH=$(dirname "$(command -v ivcsim)")
ivcsim run program.yaml
echo "run: $?"
ivcsim run program.yaml --format json 2>/dev/null
ivcsim sweep program.yaml -q -j1 -o out
echo "sweep: $?"
ivcsim sweep program.yaml -n -o out
