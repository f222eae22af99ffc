# `run --format json` prints JSON also when it fails, and nothing else.
cp "$source/tests/cli/tiny.yaml" .
try run missing.yaml --format json
status_is 3
is_exactly err <<'END'
missing.yaml: error: cannot read the file: No such file or directory [io]
END
json_holds out 'json["status"] == "error" and json["exit_status"] == 3'
json_holds out 'json["error"]["diagnostics"][0]["code"] == "io"'
try run missing.yaml --format csv
status_is 3
is_empty out
mkdir folder
try run folder
status_is 3
is_empty out
is_exactly err <<'END'
folder: error: cannot read the file: Is a directory [io]
END
try run tiny.yaml --set workload.mesage=1KiB --format jsonl
status_is 3
json_holds out 'json["error"]["diagnostics"][0]["code"] == "config-unknown-key"'
has err "did you mean 'message'"
# An error of the simulation.
try run tiny.yaml --set limits.horizon=1ns --format json
status_is 1
json_holds out 'json["status"] == "error" and json["error"]["code"] == "sim-horizon"'
has err 'ivcsim run: error: '
try run tiny.yaml --set limits.horizon=1ns
status_is 1
is_empty out
# A file that may not be read, unless this is root, who may read everything.
if [ "$(id -u)" != 0 ]; then
    chmod 000 tiny.yaml
    try run tiny.yaml
    status_is 3
    has err 'tiny.yaml: error: cannot read the file: Permission denied [io]'
fi
