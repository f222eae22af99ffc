# What was printed must have arrived; what cannot be written is an error.
tried='list errors >/dev/full'
"$ivcsim" list errors >/dev/full 2>err
status=$?
status_is 5
is_exactly err <<'END'
ivcsim list: error: cannot write to standard output: No space left on device
END
tried='list parameters into a closed pipe'
: >err
{ "$ivcsim" list parameters 2>err; echo $? >code; } | true
# The reader may be gone before or after the write: an error, or done before.
status=$(cat code)
[ "$status" = 0 ] || { status_is 5; has err 'cannot write to standard output: Broken pipe'; }
tried='a closed pipe for certain'
python3 - "$ivcsim" <<'END' || fail 'a closed pipe was not noticed'
import os, subprocess, sys
read_end, write_end = os.pipe()
os.close(read_end)
done = subprocess.run([sys.argv[1], "list", "errors"], stdout=write_end, stderr=subprocess.PIPE)
wanted = b"ivcsim list: error: cannot write to standard output: Broken pipe\n"
sys.exit(0 if (done.returncode, done.stderr) == (5, wanted) else 1)
END
tried='closed standard output'
"$ivcsim" list errors >&- 2>err
status=$?
status_is 5
has err 'cannot write to standard output: Bad file descriptor'
