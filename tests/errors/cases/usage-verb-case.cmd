cp "$files/good.yaml" .
ivcsim RUN good.yaml
