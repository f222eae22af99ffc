# `run -o`: a folder of complete files, or an error and no half file.
cp "$source/tests/cli/tiny.yaml" .
try run tiny.yaml -o results/new --format json
status_is 0
is_exactly err <<'END'
results: results/new (point.json, point.csv, manifest.json, scenario.yaml)
END
[ "$(find results/new -type f | sort | tr '\n' ' ')" = "results/new/manifest.json \
results/new/point.csv results/new/point.json results/new/scenario.yaml " ] || fail 'other files'
cmp -s out results/new/point.json || fail 'point.json is not what was printed'
"$ivcsim" run tiny.yaml --format csv >csv
cmp -s csv results/new/point.csv || fail 'point.csv is not what --format csv prints'
json_holds results/new/manifest.json 'json["scenario"] == "tiny" and len(json["values"]) > 20'
# The resolved scenario that was written gives the same result again.
"$ivcsim" run results/new/scenario.yaml --format csv >again
cmp -s csv again || fail 'the written scenario gives another result'
try run tiny.yaml -q -o results/new
status_is 0
is_empty err

try run tiny.yaml -o tiny.yaml --format json
status_is 5
is_exactly err <<'END'
ivcsim run: error: cannot make the directory 'tiny.yaml': Not a directory
END
json_holds out 'json["status"] == "error" and json["error"]["code"] == "io"'
json_holds out 'json["exit_status"] == 5'
mkdir blocked
mkdir blocked/point.csv
try run tiny.yaml -o blocked
status_is 5
is_empty out
is_exactly err <<'END'
ivcsim run: error: cannot write 'blocked/point.csv': Is a directory
END
# The folder of a sweep stays as it is; nothing is simulated first.
try sweep tiny.yaml -q -o swept
status_is 0
mkdir before
cp swept/* before
try run tiny.yaml -o swept --set workload.total=1TiB --no-skip --format json
status_is 5
is_exactly err <<'END'
ivcsim run: error: 'swept' holds a sweep
hint: choose another folder with -o
END
json_holds out 'json["error"]["code"] == "io" and json["exit_status"] == 5'
diff -r before swept >difference || fail 'the folder of a sweep has changed'
# A limit of the size of files is an error as a full disk is, and no signal.
tried='with a limit of the size of files'
for verb in 'run -o limited' 'sweep -o limits'; do
    # shellcheck disable=SC2086 # two words
    python3 - "$ivcsim" $verb <<'END' || fail "$verb: not status 5"
import resource, subprocess, sys
done = subprocess.run([*sys.argv[1:], "-q", "tiny.yaml"], capture_output=True, check=False,
                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99)))
assert done.returncode == 5, done
assert b"error: " in done.stderr, done
END
done
# A full disk, where this test may make a small one.
mkdir small
if mount -t tmpfs -o size=8k tmpfs small 2>/dev/null; then
    trap 'umount small 2>/dev/null; rm -rf "$folder"' EXIT
    try run tiny.yaml -o small
    status_is 5
    is_empty out
    has err "No space left on device"
    for file in small/*; do
        case $(basename "$file") in
        point.json | point.csv | manifest.json | scenario.yaml)
            cmp -s "$file" "results/new/$(basename "$file")" || fail "half of $file was left" ;;
        \*) ;;
        *) fail "left behind: $file" ;;
        esac
    done
    umount small
fi
