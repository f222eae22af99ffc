cp "$files/good.yaml" .
mkdir out
python3 - <<'END'
import sqlite3
store = sqlite3.connect("out/results.sqlite")
store.execute("CREATE TABLE bookmarks(url)")
store.commit()
END
ivcsim sweep good.yaml -q -o out
echo "sweep: $?"
ivcsim export out
