# The JSON Schema is JSON and draft-07.
try schema
status_is 0
is_empty err
json_holds out 'json["$schema"].startswith("http://json-schema.org/draft-07/schema")'
