cp "$files/good.yaml" .
ivcsim run good.yaml --set 'channels.pair.region=1KiB'
