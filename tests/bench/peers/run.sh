#!/bin/sh
# Builds the peers, runs them in turn with ivcsim, so that noise hits all alike, and prints the
# medians in ns per event and how many times the rate of each peer ivcsim has. To reach: 3 or more
# against ns3-priority-queue and 0.7 or more against bare-ladder, with 1,024 processes.
#
# Usage: run.sh [REPETITIONS]
# Environment: IVCSIM    the program, by default build/ivcsim
#              BENCH     its whole command, @N@ stands for the number of processes
#              SIZES     numbers of processes, by default "16 1024 65536"
#              EVENTS    events of each run of a peer, by default 2000000
#              PEERS_DIR where the peers are built, by default build/peers
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
repetitions=${1:-9}
ivcsim=${IVCSIM:-$root/build/ivcsim}
bench=${BENCH:-$ivcsim bench phold --processes @N@ --format csv}
events=${EVENTS:-2000000}
peers=${PEERS_DIR:-$root/build/peers}
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
"$here/build.sh" "$peers"

# Takes the column whose name starts with ns_per_event from the last row of CSV.
ns_of_csv() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^ns_per_event/) column = i; next }
             { value = $column }
             END { if (!column || value == "") exit 1; print value }'
}

have_ivcsim=yes
if [ ! -x "$ivcsim" ] && [ -z "${BENCH:-}" ]; then
    echo "run.sh: no $ivcsim: only the peers are measured" >&2
    have_ivcsim=no
fi
for n in ${SIZES:-16 1024 65536}; do
    i=0
    while [ "$i" -lt "$repetitions" ]; do
        if [ $have_ivcsim = yes ]; then
            command=$(printf '%s' "$bench" | sed "s/@N@/$n/g")
            csv=$($command) || { echo "run.sh: '$command' failed" >&2; exit 1; }
            ns=$(printf '%s\n' "$csv" | ns_of_csv) ||
                { echo "run.sh: '$command' printed no column ns_per_event" >&2; exit 1; }
            echo "ivcsim,$n,$ns" >>"$raw"
        fi
        "$peers/bare_ladder" "$n" "$events" >>"$raw"
        if [ -x "$peers/ns3_phold" ]; then
            "$peers/ns3_phold" "$n" "$events" >>"$raw"
        fi
        i=$((i + 1))
    done
done
sort -t, -k2,2n -k1,1 -k3,3n "$raw" | awk -F, '
    { key = $2 "," $1; if (!(key in count)) order[++keys] = key; value[key, ++count[key]] = $3 }
    END {
        printf "%-10s %-20s %12s %22s\n", "processes", "engine", "ns/event", "rate of ivcsim to it"
        for (k = 1; k <= keys; k++) {
            split(order[k], part, ",")
            median = value[order[k], int((count[order[k]] + 1) / 2)]
            mine = part[1] ",ivcsim"
            ratio = "-"
            if (mine in count)
                ratio = sprintf("%.2f", median / value[mine, int((count[mine] + 1) / 2)])
            printf "%-10s %-20s %12.1f %22s\n", part[1], part[2], median, ratio
        }
    }'
