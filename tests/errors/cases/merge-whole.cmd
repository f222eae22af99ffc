# A whole sweep is no shard; asked in JSON, told in JSON.
ivcsim sweep "$files/good.yaml" -q -o whole >/dev/null
ivcsim merge whole -o out --format json
