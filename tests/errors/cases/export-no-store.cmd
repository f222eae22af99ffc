mkdir out
ivcsim export out
