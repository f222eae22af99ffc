cp "$files/good.yaml" .
mkdir out
ivcsim sweep good.yaml -j1 -q -o out >/dev/null
python3 - <<'END'
import sqlite3
store = sqlite3.connect("out/results.sqlite")
store.execute("PRAGMA user_version=99")
store.commit()
END
ivcsim sweep good.yaml -q -o out
echo "sweep: $?"
ivcsim export out
