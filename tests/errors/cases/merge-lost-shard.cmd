# A shard that was not given, and one that was given twice.
cat "$files/good.yaml" - >three.yaml <<'END'
sweep:
  axes:
    workload.message: [64B, 128B, 256B]
END
for i in 1 2 3; do
    ivcsim sweep three.yaml --shard $i/3 -q -o shard$i >/dev/null
done
ivcsim merge shard1 shard3 -o out
ivcsim merge shard1 shard2 shard3 shard1 -o out
