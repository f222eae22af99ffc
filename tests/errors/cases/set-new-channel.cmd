# A whole channel may be added.
cp "$files/good.yaml" .
ivcsim check -q good.yaml --set 'channels.other={mechanism: shmem}' --set channels.other.region=64KiB --set channel=other
echo "check: $?"
