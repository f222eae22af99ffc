#!/usr/bin/env bash
# A sweep on a cluster, for real: test.sh IVCSIM SOURCE, as root.
#
# Starts munge and Slurm for this machine alone, in a scratch folder and on ports of their own,
# submits the job array that --emit slurm prints, merges, and compares with a local sweep; then the
# same with GNU parallel. Whatever was started is stopped again.
set -euo pipefail
program=$(realpath "$1")
source=$(realpath "$2")
scenario=$source/tests/sweep/small.yaml
files=(points.csv points.json points.jsonl table.txt manifest.json scenario.yaml)
tasks=4
controller_port=${IVC_CLUSTER_PORT:-16817}

[ "$(id -u)" = 0 ] || { echo 'test-cluster: needs root, to start munged and slurmd' >&2; exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ivcsim-cluster-XXXXXX")
started=()

clean_up() {
    local status=$? process
    # In reverse order: slurmd still talks to slurmctld, and both to munged.
    for ((process = ${#started[@]} - 1; process >= 0; process--)); do
        kill "${started[process]}" 2>/dev/null || true
        wait "${started[process]}" 2>/dev/null || true
    done
    if [ "$status" != 0 ]; then
        tail -n 20 "$scratch"/*.log || true
    fi
    rm -rf "$scratch"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

say() { printf '%s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# start NAME COMMAND...: in the background, until the end of this script.
start() {
    "${@:2}" >"$scratch/$1.log" 2>&1 &
    started+=($!)
}

# wait_for WHAT COMMAND...: until the command succeeds.
wait_for() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        if "${@:2}" >/dev/null 2>&1; then
            return
        fi
        sleep 0.2
    done
    fail "$1 did not come up"
}

is_idle() { [ "$(sinfo -h -o %t)" = idle ]; }

start_cluster() {
    local node
    node=$(hostname -s)
    # munged insists that nobody else can write here, and that everybody can reach its socket.
    chmod 755 "$scratch"
    mkdir "$scratch/munge" "$scratch/state" "$scratch/spool"
    head -c 128 /dev/urandom >"$scratch/munge/key"
    chmod 600 "$scratch/munge/key"
    # No cgroups, no accounting: the machine may be a container.
    cat >"$scratch/slurm.conf" <<CONF
ClusterName=ivcsim-test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=$controller_port
SlurmdPort=$((controller_port + 1))
AuthType=auth/munge
AuthInfo=socket=$scratch/munge/socket
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$scratch/slurm.conf
    start munged munged --foreground --key-file="$scratch/munge/key" \
        --socket="$scratch/munge/socket" --pid-file="$scratch/munge/pid" \
        --log-file="$scratch/munge.log" --seed-file="$scratch/munge/seed"
    wait_for munged munge --no-input --socket="$scratch/munge/socket"
    start slurmctld slurmctld -D -f "$SLURM_CONF"
    wait_for slurmctld scontrol ping
    start slurmd slurmd -D -f "$SLURM_CONF"
    wait_for slurmd is_idle
    sinfo
}

# compare FOLDER: with the local sweep, its files and what its store exports.
compare() {
    local name form
    for name in "${files[@]}"; do
        cmp "$scratch/local/$name" "$1/$name" || fail "$1: $name differs"
    done
    for form in csv json jsonl; do
        "$program" export "$1" --format "$form" | cmp - "$scratch/local/points.$form" ||
            fail "$1: exported $form differs"
    done
}

# The merge that the script's last lines name.
merge() { sed -n 's/^#   //p' "$scratch/job" | sh -e; }

test_slurm() {
    local status=0
    "$program" sweep "$scenario" --emit slurm --tasks $tasks -o "$scratch/slurm" \
        --set workload.total=3MiB >"$scratch/job"
    cat "$scratch/job"
    say "Submitting tasks 1-$((tasks - 1)): the last one is lost"
    sbatch --wait --array="1-$((tasks - 1))" --output="$scratch/task-%a.log" "$scratch/job"
    merge 2>"$scratch/message" || status=$?
    cat "$scratch/message"
    [ "$status" = 5 ] || fail "merging without a shard ended with $status, not 5"
    grep -q "shard $tasks of $tasks is missing" "$scratch/message" || fail 'the shard is not named'
    say "Submitting task $tasks"
    sbatch --wait --array="$tasks" --output="$scratch/task-%a.log" "$scratch/job"
    merge
    compare "$scratch/slurm"
    # The whole array once more: everything is stored, nothing changes.
    sbatch --wait --output="$scratch/task-%a.log" "$scratch/job"
    grep -l ' 0 simulated in ' "$scratch"/task-*.log | wc -l | grep -qx $tasks ||
        fail 'a finished point was simulated again'
    merge >/dev/null
    compare "$scratch/slurm"
}

test_parallel() {
    "$program" sweep "$scenario" --emit parallel --tasks $tasks -o "$scratch/parallel" \
        --set workload.total=3MiB >"$scratch/script"
    cat "$scratch/script"
    HOME=$scratch sh "$scratch/script" >"$scratch/parallel.log" 2>&1
    compare "$scratch/parallel"
}

"$program" sweep "$scenario" -o "$scratch/local" --set workload.total=3MiB -q >/dev/null
start_cluster
test_slurm
say 'Slurm: the merged store equals the local one'
test_parallel
say 'GNU parallel: the merged store equals the local one'
