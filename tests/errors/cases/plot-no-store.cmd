mkdir out
ivcsim plot out
