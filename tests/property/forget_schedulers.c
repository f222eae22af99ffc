/* What may be forgotten of vCPUs that share a core. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON "hypervisor: {scheduler: credit}\n"
           "guests: {a: {cores: [0]}, b: {cores: [0]}, c: {cores: [0]}}\n"
           "channels: {c: {mechanism: shmem, between: [a, b], region: 4KiB}}\n"
           "workload: {kind: stream, message: 700B, ",
    OCTEON "hypervisor: {scheduler: credit}\n"
           "guests: {dom0: {cores: [0]}, a: {cores: [0]}, b: {cores: [0]}}\n"
           "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
           "workload: {kind: stream, message: 50000B, ",
    OCTEON "hypervisor: {scheduler: credit}\n"
           "guests: {a: {cores: [0]}, b: {cores: [0]}, h: {cores: [0], load: busy}}\n"
           "channels: {c: {mechanism: xen-ring, between: [a, b], ring: 1KiB}}\n"
           "workload: {kind: stream, message: 472B, ",
    OCTEON "hypervisor: {scheduler: credit2}\n"
           "guests: {a: {cores: [0]}, b: {cores: [0]}, c: {cores: [0]}}\n"
           "channels: {c: {mechanism: shmem, between: [a, b], region: 4KiB}}\n"
           "workload: {kind: stream, message: 700B, ",
    OCTEON "hypervisor: {scheduler: credit2}\n"
           "guests: {dom0: {cores: [0]}, a: {cores: [0]}, b: {cores: [0]}}\n"
           "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
           "workload: {kind: stream, message: 50000B, ",
    OCTEON "hypervisor: {scheduler: credit2}\n"
           "guests: {a: {cores: [0]}, b: {cores: [0]}, h: {cores: [0], load: busy}}\n"
           "channels: {c: {mechanism: xen-ring, between: [a, b], ring: 1KiB}}\n"
           "workload: {kind: stream, message: 472B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_schedulers = {"schedulers", scenarios, must_be_missed};
