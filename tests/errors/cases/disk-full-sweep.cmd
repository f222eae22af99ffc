# The disk is full when the results store is made.
[ "$(id -u)" = 0 ] || exit 77
mkdir disk
mount -t tmpfs -o size=8k ivcsim-errors disk 2>/dev/null || exit 77

cp "$files/good.yaml" .
ivcsim sweep good.yaml -j1 -q -o disk
status=$?
umount disk
exit $status
