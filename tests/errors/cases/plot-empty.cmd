: >points.csv
ivcsim plot points.csv
