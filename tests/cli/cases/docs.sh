# docs/results.md and docs/exit-status.md say what the tables say.
try list columns --format csv
status_is 0
python3 - "$source/docs/results.md" <<'END' || fail "docs/results.md is stale: see its first lines"
import csv, sys
lines = open(sys.argv[1]).read().splitlines()
start, end = lines.index("<!-- columns -->"), lines.index("<!-- end of columns -->")
rows = list(csv.reader(open("out", newline="")))
table = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
table.insert(1, "|" + " --- |" * len(rows[0]))
if table != lines[start + 1:end]:
    print("\n".join(table))
    sys.exit(1)
END
try --help
sed -n '/^Exit status:/,/^$/p' out | grep -oE '^ +[0-9]+  .*' | sed 's/^ *//' >statuses
[ "$(wc -l <statuses)" = 7 ] || fail 'seven exit statuses'
while read -r number sentence; do
    has "$source/docs/exit-status.md" "| $number | $sentence |"
done <statuses
