/* What may be forgotten of the split driver, in its variants. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
                 "workload: {kind: stream, message: 45000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "               autocork: false}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  variant: copy-2.6.18}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  variant: staging, ring: 64}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, dom0], driver_domain: dom0,\n"
                 "  sndbuf: 64KiB, rcvbuf: 64KiB, gso: 1500B}}\n"
                 "workload: {kind: stream, message: 30000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
                 "workload: {kind: osu-bandwidth, window: 4, message: 3000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_netfront = {"netfront", scenarios, must_be_missed};
