cp "$files/good.yaml" .
ivcsim plot out --to gif
