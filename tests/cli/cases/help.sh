# Every verb explains itself on standard output and succeeds.
try --help
status_is 0
is_empty err
has out 'Usage: ivcsim VERB [OPTION...] [ARGUMENT...]'
has_not out '  man '
cp out whole
for verb in run sweep merge export plot check show list schema bench completion help; do
    has whole "  $verb "
    try "$verb" --help
    status_is 0
    is_empty err
    has out "Usage: ivcsim $verb"
    has out '   130  interrupted by a signal'
    cp out long
    try help "$verb"
    status_is 0
    cmp -s out long || fail "'help $verb' differs from '$verb --help'"
    try "$verb" -h one two three
    status_is 0
done
try run --help
has out '  -o, --output DIR '
try --version
status_is 0
is_empty err
grep -qE '^ivcsim [0-9]+\.[0-9]+\.[0-9]+' out || fail 'no version'
for library in GLib libyaml SQLite jansson; do has out "$library "; done
try -V
status_is 0
# Without a verb the help is a complaint.
try
status_is 2
is_empty out
has err 'Usage: ivcsim VERB'
