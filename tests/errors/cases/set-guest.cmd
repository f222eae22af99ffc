# A misspelt guest is not a new one.
cp "$files/good.yaml" .
ivcsim run good.yaml --set guests.sendre.memory=1GiB
