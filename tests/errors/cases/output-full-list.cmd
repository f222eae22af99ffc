ivcsim list parameters >/dev/full
