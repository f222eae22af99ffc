# A scheduler that is not known.
ivcsim sweep "$files/good.yaml" --emit slrm
