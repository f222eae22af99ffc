cp "$files/good.yaml" .
ivcsim run good.yaml --repeats many --precision 2 --quiet
