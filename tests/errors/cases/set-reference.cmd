cp "$files/good.yaml" .
ivcsim run good.yaml --set 'channels.pair.between=[sender, reciever]'
