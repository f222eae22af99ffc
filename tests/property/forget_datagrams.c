/* What may be forgotten of datagrams over every network, and sockets without message passing. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  udp_rcvbuf: 8KiB, udp_rx: 30us, softirq_turn: 200us}}\n"
                 "workload: {kind: netperf-udp-stream, message: 1000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, udp_rcvbuf: 4KiB}}\n"
               "workload: {kind: netperf-udp-stream, message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, between: [a, b], rx_ring: 4, rx: 60us}}\n"
               "workload: {kind: netperf-udp-stream, message: 1472B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB, waiting: 4,\n"
               "               take: 60us}}\n"
               "workload: {kind: netperf-udp-stream, message: 1472B, ",
    OCTEON "guests: {a: {cores: [0, 1]}}\n"
           "channels: {c: {mechanism: loopback, between: [a], mtu: 1500B}}\n"
           "workload: {kind: flood-ping, message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB}}\n"
               "workload: {kind: flood-ping, message: 3000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_datagrams = {"datagrams", scenarios, must_be_missed};
