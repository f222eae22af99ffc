# A results store on a disk that is mounted for reading: a sweep fails, an export works.
[ "$(id -u)" = 0 ] || exit 77
mkdir disk
mount -t tmpfs -o size=4m ivcsim-errors disk 2>/dev/null || exit 77

cp "$files/good.yaml" .
ivcsim sweep good.yaml -j1 -q -o disk >first
mount -o remount,ro disk
ivcsim sweep good.yaml -j1 -q -o disk
echo "sweep: $?"
ivcsim export disk >second
status=$?
cmp second disk/points.csv
umount disk
exit $status
