cp "$files/good.yaml" .
ivcsim run good.yaml --set limits.events_max=10
