ivcsim check - </dev/null
