#!/bin/sh
# One case of wrong input, compared byte for byte.
#
#   run.sh [--update] IVCSIM SOURCE CASE
#
# CASE is the name of a file in cases/: NAME.yaml is given to `ivcsim check NAME.yaml`; NAME.cmd is a
# shell script that calls `ivcsim` itself. Both run in an empty folder of their own. NAME.expected
# holds what is printed, on standard output and standard error, and the exit status.
# Exit status: 0 equal, 1 different, 77 the case cannot be tried here (the script ended with 77).
set -u
update=no
if [ "$1" = --update ]; then
    update=yes
    shift
fi
program=$(realpath "$1")
source=$(realpath "$2")
name=$3
here=$source/tests/errors/cases

work=$(mktemp -d "${TMPDIR:-/tmp}/ivcsim-errors-XXXXXX") || exit 1
cleanup() {
    # what a case mounted and could not unmount
    if [ -d "$work/run/disk" ]; then
        umount "$work/run/disk" 2>/dev/null
    fi
    chmod -R u+rwX "$work"
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/bin" "$work/run"
ln -s "$program" "$work/bin/ivcsim"
PATH=$work/bin:$PATH
LC_ALL=C.UTF-8
files=$source/tests/errors/files
export PATH LC_ALL source files
unset LANGUAGE NO_COLOR CLICOLOR_FORCE
cd "$work/run" || exit 1

if [ -f "$here/$name.yaml" ]; then
    cp "$here/$name.yaml" .
    ivcsim check "$name.yaml" >../out 2>../err </dev/null
else
    sh "$here/$name.cmd" >../out 2>../err </dev/null
fi
status=$?
if [ "$status" = 77 ]; then
    cat ../out ../err
    exit 77
fi
{
    echo "--- standard output"
    cat ../out
    echo "--- standard error"
    cat ../err
    echo "--- exit status $status"
} >../got
if [ "$update" = yes ]; then
    cmp -s ../got "$here/$name.expected" && exit 0
    cp ../got "$here/$name.expected"
    echo "$name.expected: written"
    exit 0
fi
diff -u --label expected --label got "$here/$name.expected" ../got
