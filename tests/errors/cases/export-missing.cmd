ivcsim export nowhere
