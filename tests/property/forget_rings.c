/* What may be forgotten of the byte ring and the packet FIFO. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
               "workload: {kind: stream, message: 472B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 2KiB}}\n"
                  "workload: {kind: stream, message: 1496B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
                  "workload: {kind: stream, message: 216B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
                  "workload: {kind: ring, message: 1496B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, fifo: 4KiB, waiting: 3, sndbuf: 8KiB,\n"
               "  rcvbuf: 8KiB}}\n"
               "workload: {kind: stream, message: 2836B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_rings = {"rings", scenarios, must_be_missed};
