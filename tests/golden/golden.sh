#!/usr/bin/env bash
# Did a prediction move? Every scenario, cut short, against the CSV in expected/, byte for byte.
#
#   golden.sh PROGRAM SOURCE SCENARIO        compares with one worker and with two
#   golden.sh --update PROGRAM SOURCE SCENARIO   writes expected/SCENARIO.csv
#
# Every point is there; each stops after 40 measured messages, so that the whole takes a second.
set -euo pipefail
update=no
[ "$1" != --update ] || { update=yes; shift; }
program=$(realpath "$1")
source=$(realpath "$2")
name=$3
expected=$source/tests/golden/expected/$name.csv
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C.UTF-8
cd "$source"

# Big machines are tried small: a thousand guests would be a thousand columns.
case $name in
scale-pairs-256)
    small=(--set 'sweep.axes={channel: [mpich2-nemesis, mpich2-sock], guests.vm.count: [2, 16]}') ;;
scale-dom0-256)
    small=(--set 'sweep.axes={guests.dom0.cores: [[0], [0, 1]], guests.vm.count: [2, 16]}') ;;
exits) # three chips, some of the events
    small=(--set 'sweep.axes={hypervisor.mode: [native, paravirtual, hardware-nested],
        machine.profile: [pentium4-672, xeon-e5-2450, arm-xgene-m400-xen],
        workload.operation: [hypercall, virtual-ipi, io-latency-out, page-fault, tlb-miss]}') ;;
scale-*) small=(--set guests.vm.count=16) ;;
*) small=() ;;
esac

# sweep WORKERS FILE
sweep() {
    "$program" sweep "scenarios/$name.yaml" --set workload.messages_max=40 --set workload.warmup=8 \
        "${small[@]}" --jobs "$1" --output "$folder/$1" --format csv --quiet >"$2"
}

sweep 1 "$folder/one.csv"
if [ "$update" = yes ]; then
    mkdir -p "$(dirname "$expected")"
    cp "$folder/one.csv" "$expected"
    echo "$expected"
    exit 0
fi
sweep 2 "$folder/two.csv"
cmp "$folder/one.csv" "$folder/two.csv" || {
    echo "$name: two workers do not give what one gives"
    exit 1
}
for output in points.csv points.json points.jsonl table.txt; do
    cmp "$folder/1/$output" "$folder/2/$output"
done
[ "$(wc -l <"$folder/one.csv")" -gt 1 ]
[ -f "$expected" ] || {
    echo "$name: no expected file; tests/golden/update writes it"
    exit 1
}
diff -u "$expected" "$folder/one.csv" | cut -c 1-300 >"$folder/difference" || true
if [ -s "$folder/difference" ]; then
    head -n 40 "$folder/difference"
    echo "$name: predictions moved."
    echo "If that is meant: tests/golden/update, and say why in the commit."
    exit 1
fi
