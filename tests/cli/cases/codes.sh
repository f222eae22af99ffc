# Every stable error code of the sources is explained by `list errors`, and no other.
try list errors --format csv
status_is 0
tail -n +2 out | cut -d, -f1 | sort -u >listed
grep -rhoE '"(config|export|sim|simgrid)-[a-z-]+"' "$source/sim" "$source/models" \
    --include='*.c' --include='*.h' \
    --exclude=list_texts.c | tr -d '"' | sort -u >used
printf 'io\nusage\nscenario\ninternal\nmerge\nplot\ninterrupted\n' | cat - used | sort -u >expected
diff expected listed >difference || fail "codes differ: $(cat difference)"
