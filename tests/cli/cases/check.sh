# `check`: several files, text and JSON.
cp "$source/tests/cli/tiny.yaml" good.yaml
sed 's/stream/straem/' good.yaml >bad.yaml
try check good.yaml
status_is 0
is_empty err
grep -qE '^good\.yaml: ok, [0-9]+ parameters, [0-9]+ assumed$' out || fail 'another verdict'
try check -q good.yaml
status_is 0
is_empty out
try check good.yaml bad.yaml missing.yaml
status_is 3
[ "$(wc -l <out)" = 1 ] || fail 'only the good file is ok'
has err "bad.yaml:11:18: error: "
has err "missing.yaml: error: cannot read the file: No such file or directory [io]"
try check --format json good.yaml bad.yaml
status_is 3
is_empty err
json_holds out 'json["schema"] == "ivcsim-check/1" and json["status"] == "error"'
json_holds out '[f["ok"] for f in json["files"]] == [True, False]'
json_holds out 'json["files"][1]["diagnostics"][0]["line"] == 11'
try check --format json good.yaml
status_is 0
json_holds out 'json["status"] == "ok" and json["files"][0]["diagnostics"] == []'
tried='check - <good.yaml'
"$ivcsim" check - <good.yaml >out 2>err
status=$?
status_is 0
try check good.yaml --set workload.message=1Gib
status_is 3
has err "--set argument 1"
