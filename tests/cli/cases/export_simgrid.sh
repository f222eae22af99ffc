# `export simgrid` prints a table, or what --format asks for.
cp "$source/tests/cli/tiny.yaml" .
small() { try export simgrid tiny.yaml -q -o folder --set channels.nemesis.mechanism=ring "$@"; }
small
status_is 0
grep -qE '^sender to receiver +2 +[0-9]+ ' out || fail 'no table'
sizes=$(sed -n 's/^sender to receiver  *2  *\([0-9]*\) .*/\1/p' out)
small --format json
status_is 0
json_holds out 'json["schema"] == "ivcsim-export/1" and json["status"] == "ok"'
json_holds out '[p["pair"] for p in json["pairs"]] == ["sender to receiver"]'
json_holds out "json['pairs'][0]['sizes'] == $sizes"
json_holds out 'json["pairs"][0]["fit_error_median"] <= json["pairs"][0]["fit_error_max"] < 0.03'
json_holds out 'json["pairs"][0]["fit_error_median"] >= 0'
small --format csv
status_is 0
[ "$(head -n 1 out)" = pair,pairs,sizes,link_latency_s,link_bytes_per_s,fit_error_max,\
fit_error_median,between_error_max,between_error_median ] || fail 'other columns'
[ "$(wc -l <out)" = 2 ] || fail 'not a row a pair'
small --format jsonl
status_is 0
json_holds out "json['pairs'] == 2 and json['sizes'] == $sizes"
