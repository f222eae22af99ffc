# Bytes that are no text and control characters stay valid JSON.
printf 'schema: ivcsim/1\nname: "\\e[31m"\n' >wrong.yaml
ivcsim check --format json wrong.yaml "$(printf 'caf\351.yaml')" | python3 -m json.tool --no-ensure-ascii
