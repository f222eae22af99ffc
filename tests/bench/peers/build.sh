#!/bin/sh
# Builds the peers into a folder. ns-3 (Debian: libns3-dev, GPL) is optional and only linked into
# the separate program ns3_phold; nothing here is part of the build or of the tests of ivcsim.
# Usage: build.sh [FOLDER], by default build/peers
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
out=${1:-$root/build/peers}
mkdir -p "$out"
# shellcheck disable=SC2046 # pkg-config prints words
${CC:-cc} -std=gnu17 -O2 -DNDEBUG -I"$root" $(pkg-config --cflags glib-2.0) \
    "$root/tests/bench/peers/bare_ladder.c" -o "$out/bare_ladder" $(pkg-config --libs glib-2.0) -lm
if pkg-config --exists ns3-core; then
    # Only -l words: Debian's ns3-core.pc names files of libgsl-dev, which is not needed.
    # shellcheck disable=SC2046
    ${CXX:-c++} -std=c++17 -O2 -DNDEBUG -I"$root" $(pkg-config --cflags ns3-core) \
        "$root/tests/bench/peers/ns3_phold.cc" -o "$out/ns3_phold" \
        $(pkg-config --libs ns3-core | tr ' ' '\n' | grep '^-')
else
    echo "build.sh: no ns-3 here (apt-get install libns3-dev): its peer is left out" >&2
    rm -f "$out/ns3_phold"
fi
