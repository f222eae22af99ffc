#!/usr/bin/env bash
# What ./bootstrap says where it cannot set the machine up. bootstrap.sh SOURCE
#
# The tools that it asks are replaced: nothing is installed, and nothing is built.
# shellcheck disable=SC2016 # the bodies of tools are for another shell
set -u
source=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$folder/bin
mkdir "$here" "$folder/tree" "$folder/tree/analysis"
for name in bash env dirname cat mkdir touch rm; do
    ln -s "$(type -P "$name")" "$here/$name"
done
# A tree of its own: what bootstrap makes and clears away there is nobody's build.
cp "$source/bootstrap" "$folder/tree"
printf '#!%s\necho "trained by $1"\nmkdir -p build/profile\n' "$(type -P bash)" \
    >"$folder/tree/analysis/train.sh"
chmod +x "$folder/tree/analysis/train.sh"
source=$folder/tree

# tool NAME BODY: a replacement.
tool() {
    printf '#!%s\n%s\n' "$(type -P bash)" "$2" >"$here/$1"
    chmod +x "$here/$1"
}

fail() {
    echo "$*"
    cat "$folder/out"
    exit 1
}

# refuses NAME: ./bootstrap build, with the tools above only, ends with 1 and prints standard input.
refuses() {
    local status=0
    PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 || status=$?
    [ "$status" = 1 ] || fail "$1: status $status, expected 1"
    diff -u - "$folder/out" || fail "$1: prints something else"
}

# Another system, with all but two things.
for name in gcc make cmake python3 pkg-config; do
    tool "$name" 'exit 0'
done
tool pkg-config '[ "$2" != yaml-0.1 ]'
refuses 'not Debian' <<'END'
bootstrap: this system is not Debian: it has no dpkg and apt-get.
This is needed (names of Debian 12 packages):
  ninja-build
  libyaml-dev
Install it by hand and start ./bootstrap again.
END

# Debian, where a user without sudo lacks two packages.
tool dpkg-query 'case $3 in check | cmake) exit 1 ;; *) echo "ii " ;; esac'
tool apt-get 'echo "asked: $*"; exit 100'
tool id 'echo 1000'
refuses 'no rights' <<'END'
bootstrap: installing packages needs root, and there is no sudo.
This is needed (names of Debian 12 packages):
  cmake
  check
Install it by hand and start ./bootstrap again.
END

# The same user, whom sudo refuses.
tool sudo 'echo "sorry"; exit 1'
refuses 'sudo refuses' <<'END'

== Installing 2 packages: cmake check
sorry
bootstrap: sudo does not let this user install packages.
This is needed (names of Debian 12 packages):
  cmake
  check
Install it by hand and start ./bootstrap again.
END

# Root without network.
tool id 'echo 0'
refuses 'no network' <<'END'

== Installing 2 packages: cmake check
+ apt-get update -qq
asked: update -qq
bootstrap: the list of packages could not be renewed; trying with the old one
+ env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends cmake check
asked: install -y -qq --no-install-recommends cmake check
bootstrap: apt-get could not install the packages: is there a network?
This is needed (names of Debian 12 packages):
  cmake
  check
Install it by hand and start ./bootstrap again.
END

# All is there: apt-get and sudo are not asked.
tool dpkg-query 'echo "ii "'
tool apt-get 'echo "asked: $*"; exit 100'
tool nproc 'echo 1'
tool cmake 'echo "cmake $*"'
status=0
PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 || status=$?
[ "$status" = 0 ] || fail "everything is there: status $status"
! grep -q asked "$folder/out" || fail 'apt-get was asked for nothing'
grep -qx 'cmake --build --preset release -j 1' "$folder/out" || fail 'does not build'
grep -qx 'trained by build/train/ivcsim' "$folder/out" || fail 'does not train'

# What is newer than its counts is trained again, and only that.
PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 || fail 'a second build fails'
! grep -q trained "$folder/out" || fail 'trains what did not change'
mkdir -p "$source/build/train"
touch -d '1 minute' "$source/build/train/ivcsim"
PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 || fail 'a third build fails'
grep -q trained "$folder/out" || fail 'does not train what is new'

# A training that broke off is no training, whatever it left behind.
touch -d '2 minutes' "$source/build/train/ivcsim"
tool cmake 'case $* in *clean*) exit 1 ;; esac'
touch "$source/build/build.ninja"
PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 &&
    fail 'goes on after a failure'
tool cmake 'echo "cmake $*"'
touch -d '1 hour ago' "$source/build/train/ivcsim"
PATH=$here "$here/bash" "$source/bootstrap" build >"$folder/out" 2>&1 || fail 'a fifth build fails'
grep -q trained "$folder/out" || fail 'does not train again what broke off'

# Commands that are none.
for words in nothing 'build now' 'fuzz long' 'fuzz 1 2' 'bench-peers 0'; do
    status=0
    # shellcheck disable=SC2086 # two words
    PATH=$here "$here/bash" "$source/bootstrap" $words >"$folder/out" 2>&1 || status=$?
    [ "$status" = 2 ] || fail "'$words': status $status, expected 2"
done
