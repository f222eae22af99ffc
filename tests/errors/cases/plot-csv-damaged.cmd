printf 'message_bytes,channel\n64\n' >points.csv
ivcsim plot points.csv
