# The JSON Schema is JSON and draft-07.
try schema
status_is 0
is_empty err
json_holds out 'json["$schema"].startswith("http://json-schema.org/draft-07/schema")'
# Of suites, and of what they share; the scenario's is the first.
cp out scenario.json
try schema scenario
cmp -s out scenario.json || fail 'another schema'
for what in suite shared; do
    try schema "$what"
    status_is 0
    json_holds out 'json["title"].startswith("ivcsim s") and json["additionalProperties"] is False'
done
