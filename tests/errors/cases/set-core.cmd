cp "$files/good.yaml" .
ivcsim run good.yaml --set 'guests.sender.cores=[12]'
