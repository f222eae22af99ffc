ivcsim check ''
