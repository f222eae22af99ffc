#!/bin/sh
# Prints the numbers of docs/main-experiment.md and of the model cards again.
#
#   analysis/main-experiment.sh [IVCSIM]      the program; without it, build/ivcsim
#
# Streams are shortened to 40,000 messages and less after the warm-up (an eighth of that at most),
# so a few digits differ from those of the whole gibibyte. One line a run, parameters at its end.
set -eu

here=$(dirname "$0")
program=${1:-$here/../build/ivcsim}
octeon=$here/../scenarios/octeon-registers-vs-mpich2.yaml
loongson=$here/../scenarios/loongson3a-pingpong.yaml

# run FILE CHANNEL MESSAGE COLUMN [SETTING...]: one column of the result.
run() {
    file=$1 channel=$2 message=$3 column=$4
    shift 4
    for setting; do
        set -- "$@" --set "$setting"
        shift
    done
    "$program" run "$file" --quiet --format csv --set "channel=$channel" \
        --set "workload.message=$message" "$@" |
        awk -F, -v column="$column" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { if (!(column in at)) { print "no column " column; exit 1 } print $at[column] }'
}

# rate CHANNEL MESSAGE [SETTING...]: bytes a second of a shortened stream.
rate() {
    channel=$1 message=$2
    shift 2
    case $message in
    *MiB) set -- "$@" workload.total=64MiB ;;
    *KiB) set -- "$@" workload.messages_max=8000 ;;
    *) set -- "$@" workload.messages_max=40000 ;;
    esac
    run "$octeon" "$channel" "$message" bandwidth_bytes_per_s "$@"
}

# cycles CHANNEL MESSAGE [SETTING...]: shortest half round trip on the OCTEON (1,250 ps a cycle).
cycles() {
    channel=$1 message=$2
    shift 2
    run "$octeon" "$channel" "$message" latency_min_ps workload.kind=pingpong \
        workload.total=64MiB workload.messages_max=8000 "$@" | awk '{ print $1 / 1250 }'
}

# ratios NAME [SETTING...]: register-shmem over sock and over nemesis at three sizes.
ratios() {
    name=$1
    shift
    line="$name |"
    for message in 64B 4KiB 1MiB; do
        both=$(rate register-shmem "$message" "$@")
        sock=$(rate mpich2-sock "$message" "$@")
        nemesis=$(rate mpich2-nemesis "$message" "$@")
        line="$line $(echo "$both $sock $nemesis" |
            awk '{ printf "%.2f | %.2f |", $1 / $2, $1 / $3 }')"
    done
    echo "$line"
}

echo "== stream, MB/s: message, register-shmem, shmem, mpich2-nemesis, mpich2-sock"
for message in 8B 64B 512B 4KiB 32KiB 64KiB 128KiB 512KiB 1MiB 2MiB 4MiB; do
    line=$message
    for channel in register-shmem shmem mpich2-nemesis mpich2-sock; do
        line="$line $(rate "$channel" "$message" | awk '{ printf "%.4g", $1 / 1e6 }')"
    done
    echo "$line"
done

echo "== stream of small messages, MB/s: message, register, shmem, register-shmem"
for message in 1B 3B 4B 7B 8B 16B 64B; do
    line=$message
    for channel in register shmem register-shmem; do
        line="$line $(rate "$channel" "$message" | awk '{ printf "%.4g", $1 / 1e6 }')"
    done
    echo "$line"
done

echo "== half a round trip on the OCTEON, cycles: message, register, shmem"
for message in 1B 3B 4B 7B 8B 14B 16B 64B; do
    echo "$message $(cycles register "$message") $(cycles shmem "$message")"
done

echo "== half a round trip on the OCTEON, cycles: message, register-shmem, nemesis, sock"
for message in 8B 64B 4KiB 64KiB 128KiB 1MiB; do
    echo "$message $(cycles register-shmem "$message") $(cycles mpich2-nemesis "$message")" \
        "$(cycles mpich2-sock "$message")"
done

echo "== half a round trip on the Loongson 3A, ps: message, register, shmem"
for message in 1B 4B 7B; do
    echo "$message $(run "$loongson" register $message latency_min_ps)" \
        "$(run "$loongson" shmem $message latency_min_ps)"
done

echo "== one copy or two, MB/s: message, one, two"
for message in 64B 4KiB 64KiB 512KiB 1MiB 4MiB; do
    echo "$message $(rate register-shmem $message | awk '{ printf "%.4g", $1 / 1e6 }')" \
        "$(rate register-shmem $message channels.register-shmem.copies=2 |
            awk '{ printf "%.4g", $1 / 1e6 }')"
done

echo "== register-shmem over sock, over nemesis, at 64 B, 4 KiB, 1 MiB"
m=machine
ratios "as shipped"
ratios "interrupt.entry=150" $m.interrupt.entry=150cycles
ratios "interrupt.entry=800" $m.interrupt.entry=800cycles
ratios "registers.load=60 store=30" $m.registers.load=60cycles $m.registers.store=30cycles
ratios "registers.load=250 store=150" $m.registers.load=250cycles $m.registers.store=150cycles
ratios "read.memory=80" $m.read.memory=80cycles
ratios "read.memory=150" $m.read.memory=150cycles
ratios "write.memory=16" $m.write.memory=16cycles
ratios "write.memory=130" $m.write.memory=130cycles
ratios "os.* lowest" $m.os.syscall_enter=60cycles $m.os.syscall_exit=40cycles \
    $m.os.block=400cycles $m.os.wake=250cycles $m.os.resume=400cycles $m.os.idle_exit=5cycles
ratios "os.* highest" $m.os.syscall_enter=300cycles $m.os.syscall_exit=200cycles \
    $m.os.block=2500cycles $m.os.wake=1500cycles $m.os.resume=3000cycles $m.os.idle_exit=200cycles
c=channels.mpich2-sock
ratios "tx_segment=1500 rx_segment=1500" $c.tx_segment=1500cycles $c.rx_segment=1500cycles
ratios "tx_segment=5000 rx_segment=5000" $c.tx_segment=5000cycles $c.rx_segment=5000cycles
ratios "read.l2=20 write.l2=8 copy.word=1" $m.read.l2=20cycles $m.write.l2=8cycles \
    $m.copy.word=1cycles
ratios "read.l2=40 write.l2=32 copy.word=4" $m.read.l2=40cycles $m.write.l2=32cycles \
    $m.copy.word=4cycles
n=channels.mpich2-nemesis
ratios "nemesis overheads halved" $n.send_overhead=250cycles $n.recv_overhead=300cycles
ratios "nemesis overheads trebled" $n.send_overhead=1500cycles $n.recv_overhead=1800cycles
r=channels.register-shmem
ratios "copies=2" $r.copies=2
ratios "all against register-shmem" $m.interrupt.entry=800cycles $m.interrupt.exit=400cycles \
    $m.registers.load=250cycles $m.registers.store=150cycles $m.os.syscall_enter=300cycles \
    $m.os.syscall_exit=200cycles $r.alloc=450cycles $r.free=450cycles $r.choose=300cycles \
    $r.match=360cycles $r.dispatch=240cycles $r.pack=90cycles $r.copies=2 \
    $c.tx_segment=1500cycles $c.rx_segment=1500cycles $c.ack_tx=750cycles $c.ack_rx=900cycles \
    $c.driver_tx=250cycles $c.driver_rx=350cycles $c.checksum=0cycles $c.send_overhead=400cycles \
    $c.recv_overhead=500cycles $c.socket_call=300cycles
ratios "sock with mtu=65535, no checksum" $c.mtu=65535B $c.checksum=0cycles $c.sndbuf=256KiB \
    $c.rcvbuf=256KiB
