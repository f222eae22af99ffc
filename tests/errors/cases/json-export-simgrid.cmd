# a mechanism that carries no messages
ivcsim export simgrid "$source/scenarios/locks.yaml" -o out --format json
