#!/usr/bin/env bash
# Runs a program that was built to count which ways its code goes; from the counts the compiler then
# knows what to make fast. Every mechanism, small messages and large ones, in full and skipping.
set -euo pipefail
program=$1
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# simulate SCENARIO OPTION...
simulate() {
    "$program" run "scenarios/$1.yaml" --format json "${@:2}" >/dev/null
}

for channel in register-shmem shmem mpich2-nemesis mpich2-sock; do
    for message in 64B 4KiB 64KiB; do
        for skip in '' --no-skip; do
            simulate octeon-registers-vs-mpich2 ${skip:+"$skip"} --set channel="$channel" \
                --set workload.message=$message --set workload.messages_max=3000
        done
    done
done
simulate loongson3a-pingpong --no-skip --set workload.total=16KiB
for channel in netfront xen-ring nemesis; do
    simulate xen-netfront-vs-shared-memory --no-skip --set channel=$channel \
        --set workload.total=48MiB
done
simulate numa-placement --no-skip --set workload.total=64MiB
simulate poisson-arrivals --repeats 1 --set workload.total=1MiB
simulate scale-pairs-256 --no-skip --set workload.total=8MiB
for kind in test-and-set test-test-and-set ticket mcs queued mutex; do
    for machine in xeon-e5-4620 manycore-ring-64; do
        simulate locks --no-skip --set channel=$kind --set workload.total=300B \
            --set machine.profile=$machine --set guests.program.memory=1GiB
    done
done
for channel in test-test-and-set ticket queued pv-ticket pv-queued; do
    simulate locks-overcommit --set channel=$channel --set workload.total=300B \
        --set machine.cores=8 --set guests.b.cores='[0, 1, 2, 3, 4, 5, 6, 7]' \
        --set hypervisor.pause_loop.exits=directed
done
"$program" check scenarios/*.yaml >/dev/null
