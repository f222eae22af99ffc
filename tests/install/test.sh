#!/bin/bash
# test.sh CMAKE BUILD SOURCE: installs into a folder as packagers do, moves it, takes the rights to
# write away, and uses the program from elsewhere with an empty environment.
set -eu
cmake=$1 build=$2 source=$3
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
fail() {
    echo "$*" >&2
    exit 1
}

DESTDIR="$work/image" "$cmake" --install "$build" --prefix /opt/ivcsim >"$work/log"
[ "$(ls "$work/image")" = opt ] || fail "installed outside of the prefix: $(ls "$work/image")"
there="$work/it's moved"
mv "$work/image/opt/ivcsim" "$there"
chmod -R a-w "$there"
cd /
ivcsim() { env -i "$there/bin/ivcsim" "$@"; }

ivcsim --version | grep -q '^ivcsim [0-9]' || fail 'no version'
[ ! -e "$build/ivcsim-simgrid" ] || [ -x "$there/bin/ivcsim-simgrid" ] || fail 'no ivcsim-simgrid'
cmp "$source/docs/man/ivcsim.1" "$there/share/man/man1/ivcsim.1"
ivcsim completion bash | cmp - "$there/share/bash-completion/completions/ivcsim"
texts=$there/share/doc/ivcsim
for text in LICENSE README.md CHANGELOG.md docs/README.md; do
    [ -s "$texts/$text" ] || fail "no $text"
done
[ ! -e "$texts/docs/man" ] || fail 'the manual page is there twice'
# What the program holds, and what lies with it.
ivcsim list profiles | grep -q octeon-cn5650 || fail 'no profile'
ivcsim validate cacheline-call -q >"$work/table" || fail 'a shipped suite does not run'
ivcsim validate "$texts/suites/cacheline-call.yaml" -q | cmp - "$work/table"
ivcsim check -q "$texts"/scenarios/*.yaml || fail 'a scenario is wrong there'
