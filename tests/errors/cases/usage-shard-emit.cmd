# A task of a script is a shard already.
ivcsim sweep "$files/good.yaml" --shard 1/2 --emit slurm
# Without a script there are no tasks.
ivcsim sweep "$files/good.yaml" --tasks 2
