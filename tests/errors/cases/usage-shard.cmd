# What is not I/N, 1 <= I <= N, is refused before anything is read.
for shard in 3 0/4 5/4 1/0 1/4/2 a/b -1/4 1/10001; do
    ivcsim sweep missing.yaml --shard "$shard"
done
