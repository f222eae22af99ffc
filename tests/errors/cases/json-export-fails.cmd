ivcsim export nowhere --format json
