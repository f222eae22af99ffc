# The disk is full when the results are written.
[ "$(id -u)" = 0 ] || exit 77
mkdir disk
mount -t tmpfs -o size=4k ivcsim-errors disk 2>/dev/null || exit 77

cp "$files/good.yaml" .
ivcsim run good.yaml -o disk
status=$?
umount disk
exit $status
