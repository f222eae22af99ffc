ivcsim plot nowhere
