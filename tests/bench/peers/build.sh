#!/bin/sh
# Builds the peers into a folder with -O2. Nothing here is part of the build or of the tests of
# ivcsim, and nothing of ivcsim links what these programs link: ns-3 is under the GPL, SimGrid
# under the LGPL, SystemC under the Apache licence. Debian: libns3-dev libsimgrid-dev
# libsystemc-dev.
# The books of books.h are ivcsim's own code, from the libraries of its build, and optimised across
# files and by counts as there.
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
fast="-O3 -fno-tree-slp-vectorize -flto"

# Builds a peer that keeps the books, runs it for a moment, and builds it again by the counts of
# that run: as the program is built. NAME COMPILER STANDARD LIBRARY MODEL...
trained() {
    name=$1 compiler=$2 standard=$3 library=$4
    shift 4
    rm -rf "$out/profile-$name"
    for how in "-fprofile-generate=$out/profile-$name -fprofile-update=single -DPEER_COUNTS" \
        "-fprofile-use=$out/profile-$name -Wno-missing-profile -Wno-coverage-mismatch"; do
        # shellcheck disable=SC2046,SC2086
        ${CC:-cc} -std=gnu17 $fast $how -DNDEBUG -DIVC_UNCHECKED -I"$root" \
            $(pkg-config --cflags glib-2.0) -c "$here/books.c" -o "$out/books-$name.o"
        # shellcheck disable=SC2046,SC2086
        $compiler -std=$standard $fast $how -DNDEBUG -I"$root" $(pkg-config --cflags "$library") \
            "$here/$name".c* -o "$out/$name" "$out/books-$name.o" -Wl,--start-group \
            $(find "$build/models" "$build/sim" -name 'libivc_*.a') -Wl,--end-group \
            $(libraries glib-2.0) $(libraries jansson) $(libraries yaml-0.1) \
            $(libraries "$library") -lpthread -lm
        case $how in *-generate*)
            for model in "$@"; do
                "$out/$name" "$model" 16 10000 >/dev/null 2>&1
            done
            ;;
        esac
    done
}

trained simgrid_peer "${CC:-cc}" gnu17 simgrid phold pingpong channel channel-sleep channel-full
trained systemc_peer "${CXX:-c++}" c++17 systemc phold pingpong channel channel-methods \
    channel-full channel-methods-full
# shellcheck disable=SC2046
${CXX:-c++} -std=c++17 -O2 -DNDEBUG -I"$root" $(pkg-config --cflags ns3-core) \
    "$here/ns3_peer.cc" -o "$out/ns3_peer" $(libraries ns3-core)
cp "$here/simpy_peer.py" "$out/simpy_peer.py"
