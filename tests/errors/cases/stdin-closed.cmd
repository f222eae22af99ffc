ivcsim check - <&-
