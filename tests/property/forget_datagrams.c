/* What may be forgotten of datagrams over every network, and sockets without message passing. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  udp_rcvbuf: 8KiB, udp_rx: 30us, softirq_turn: 200us}}\n"
                 "workload: {kind: netperf-udp-stream, message: 1000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  udp_rcvbuf: 8KiB, udp_rx: 30us, softirq_turn: 40us}}\n"
                 "workload: {kind: netperf-udp-stream, message: 1000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, udp_rcvbuf: 4KiB}}\n"
               "workload: {kind: netperf-udp-stream, message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, between: [a, b], rx_ring: 4,\n"
               "  rx_delay: 30us, udp_sndbuf: 8KiB}}\n"
               "workload: {kind: netperf-udp-stream, message: 1472B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, between: [a, b], rx_delay: 30us,\n"
               "  udp_sndbuf: 16KiB}}\n"
               "workload: {kind: netperf-udp-stream, message: 8000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB}}\n"
               "workload: {kind: flood-ping, message: 3000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "datagram_digest.c: (uint64_t)pair->from << 32 | pair->to",
    "datagram_digest.c: d->ends[r].done",
    "datagram_digest.c: d->ends[r].receives",
    "datagram_digest.c: d->in_flight",
    "datagram_digest.c: lane->held",
    "datagram_digest.c: lane->held_in",
    "datagram_digest.c: lane->partial",
    "datagram_digest.c: lane->partial_bytes",
    "datagram_digest.c: lane->ready",
    "datagram_digest.c: lane->transmit.label",
    "datagram_digest.c: lane->transmitting",
    "datagram_digest.c: lane->wants_room",
    "datagram_digest.c: piece->bytes",
    "datagram_digest.c: piece->datagram - *lane->base",
    "datagram_digest.c: piece->headers",
    "datagram_digest.c: piece->of",
    "datagram_digest.c: pool->spare->len",
    "datagram_digest.c: queue->n",
    "datagram_digest.c: segment->bytes",
    "datagram_digest.c: segment->datagram - *lane->base",
    "datagram_digest.c: segment->headers",
    "datagram_digest.c: segment->of",
    "netfront_digest.c: cpu->give_frame.label",
    "socket.c: process->datagram.bytes",
    "softirq_turn.h: digest->now == turn->idle_since_ps",
    "softirq_turn.h: MIN(digest->now - turn->busy_since_ps, turn_ps)",
    NULL,
};

const ForgetGroup forget_datagrams = {"datagrams", scenarios, must_be_missed};
