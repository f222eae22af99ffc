# Every topic in every format; every name that a topic lists can be asked for.
for topic in mechanisms profiles workloads stages parameters errors columns suites quantities \
    modes; do
    try list $topic
    status_is 0
    is_empty err
    [ "$(wc -l <out)" -gt 1 ] || fail "nothing listed"
    ! grep -q ' $' out || fail 'blanks at the end of a line'
    try list $topic --format json
    status_is 0
    json_holds out 'len(json) > 0 and all(isinstance(r, dict) for r in json)'
    try list $topic --format csv
    status_is 0
    tail -n +2 out | cut -d, -f1 | sort -u | awk "(NR - 1) % ${IVC_TEST_EACH:-1} == 0" >names
    while read -r name; do
        try list $topic "$name"
        status_is 0
        is_empty err
        has out "$name"
    done <names
done
# A parameter says its unit, range, default, kind and sentence.
try list parameters message --format json
json_holds out '[r for r in json if r["component"] == "workload"] == [{"parameter": "message",
  "component": "workload", "type": "size", "range": "1B..", "default": "4KiB", "kind": "design",
  "source": None, "sentence": "bytes of one message"}]'
try list parameters workload.message --format csv
status_is 0
[ "$(wc -l <out)" = 2 ] || fail 'one parameter was asked for'
try list mechanisms nemesis
has out 'Parameters:'
has out 'Stages:'
