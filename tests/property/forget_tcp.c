/* What may be forgotten of TCP, over a virtual link, the loopback device and a wire. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 4, sndbuf: 4KiB, rcvbuf: 4KiB}}\n"
               "workload: {kind: stream, message: 900B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, rcvbuf: 16KiB}}\n"
                     "workload: {kind: stream, message: 2000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, nagle: on}}\n"
               "workload: {kind: stream, message: 500B, ",
    OCTEON PAIR "channels: {c: {mechanism: loopback, mtu: 1500B, gso: 1B, sndbuf: 8KiB,\n"
                "  rcvbuf: 8KiB}}\n"
                "workload: {kind: stream, message: 2000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, tx_ring: 4, tso: 4KiB, sndbuf: 16KiB,\n"
               "  rcvbuf: 16KiB}}\n"
               "workload: {kind: stream, message: 5000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, rcvbuf: 8KiB, sndbuf: 8KiB}}\n"
               "workload: {kind: netperf-tcp-stream, message: 3000B, receive: 5000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_tcp = {"tcp", scenarios, must_be_missed};
