#!/bin/bash
# harness.sh PROGRAM SOURCE CASE: runs one case of tests/cli/cases in an empty folder.
#
# A case calls `try` with arguments for the program, which sets $status and fills the files out and
# err, and then says what must hold. The first thing that does not hold ends the case.
# shellcheck disable=SC2034,SC2317 # used by the cases
set -u
ivcsim=$1
source=$2
case=$3
[ -r "$case" ] || exit 99
unset NO_COLOR CLICOLOR_FORCE
export LC_ALL=C.UTF-8 COLUMNS=80
folder=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$folder" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 99

try() {
    tried="ivcsim $*"
    "$ivcsim" "$@" >out 2>err </dev/null
    status=$?
}

fail() {
    echo "$(basename "$case"): $*"
    echo "--- after: ${tried:-nothing} (status ${status:-none})"
    echo '--- standard output'
    head -c 2000 out 2>/dev/null
    echo '--- standard error'
    head -c 2000 err 2>/dev/null
    exit 1
}

# The whole of a file, against text on standard input.
is_exactly() {
    cat >expected
    diff -u expected "$1" >difference || fail "$1 differs:
$(cat difference)"
}

status_is() { [ "$status" = "$1" ] || fail "status $status, expected $1"; }
is_empty() { [ ! -s "$1" ] || fail "$1 is not empty"; }
has() { grep -qF -- "$2" "$1" || fail "$1 does not have: $2"; }
has_not() { ! grep -qF -- "$2" "$1" || fail "$1 has: $2"; }

# An expression in Python about JSON: `json` names the value.
json_holds() {
    python3 -c "import json as J,sys
json=J.load(open('$1'),parse_constant=lambda x: sys.exit('not JSON: '+x))
sys.exit(0 if ($2) else 1)" || fail "does not hold of $1: $2"
}

# shellcheck source=/dev/null
. "$case"
exit 0
