cp "$files/good.yaml" .
ivcsim run good.yaml --set channels.pair.mechanism=register --format jsonl
