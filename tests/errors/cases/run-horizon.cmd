cp "$files/good.yaml" .
ivcsim run good.yaml --set limits.horizon=1us
