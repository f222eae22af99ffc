# a bench that is not there
ivcsim bench pingpong lok
