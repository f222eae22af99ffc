#!/bin/sh
# Builds the peers into a folder with -O2. Nothing here is part of the build or of the tests of
# ivcsim, and nothing of ivcsim links what these programs link: ns-3 is under the GPL, SimGrid
# under the LGPL, SystemC under the Apache licence. Debian: libns3-dev libsimgrid-dev
# libsystemc-dev.
# The books of books.h are ivcsim's own code, from the libraries of its build, and optimised across
# files as there.
# Usage: build.sh [FOLDER [BUILD-FOLDER]], by default build/peers and build
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/tests/bench/peers
out=${1:-$root/build/peers}
build=$(realpath "${2:-$root/build}")
mkdir -p "$out"

# Only -l words: Debian's ns3-core.pc names files of libgsl-dev, which is not needed.
libraries() {
    pkg-config --libs "$1" | tr ' ' '\n' | grep '^-' | tr '\n' ' '
}

# shellcheck disable=SC2046 # pkg-config prints words
${CC:-cc} -std=gnu17 -O2 -DNDEBUG -I"$root" $(pkg-config --cflags glib-2.0) \
    "$here/bare_ladder.c" -o "$out/bare_ladder" $(libraries glib-2.0) -lm
fast="-O3 -fno-tree-slp-vectorize -flto -DNDEBUG"
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=gnu17 $fast -DIVC_UNCHECKED -I"$root" $(pkg-config --cflags glib-2.0) \
    -c "$here/books.c" -o "$out/books.o"
books="$out/books.o -Wl,--start-group $(find "$build/models" "$build/sim" -name 'libivc_*.a' |
    tr '\n' ' ') -Wl,--end-group $(libraries glib-2.0) $(libraries jansson) $(libraries yaml-0.1)"
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=gnu17 $fast -I"$root" $(pkg-config --cflags simgrid) \
    "$here/simgrid_peer.c" -o "$out/simgrid_peer" $books $(libraries simgrid) -lm
# shellcheck disable=SC2046
${CXX:-c++} -std=c++17 -O2 -DNDEBUG -I"$root" $(pkg-config --cflags ns3-core) \
    "$here/ns3_peer.cc" -o "$out/ns3_peer" $(libraries ns3-core)
# shellcheck disable=SC2046,SC2086
${CXX:-c++} -std=c++17 $fast -I"$root" $(pkg-config --cflags systemc) \
    "$here/systemc_peer.cc" -o "$out/systemc_peer" $books $(libraries systemc) -lpthread -lm
cp "$here/simpy_peer.py" "$out/simpy_peer.py"
