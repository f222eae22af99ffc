/* What may be forgotten of interrupts between virtual CPUs. */
#include "tests/property/forget.h"

#define WAY(delivery)                            \
    "machine: {profile: sapphire-rapids}\n" FOUR \
    "channels: {c: {mechanism: virtual-ipi, mode: hardware-nested, delivery: " delivery "}}\n"

static const char *const scenarios[] = {
    WAY("emulated, receiver: running") "workload: {kind: ring, message: 8B, ",
    WAY("emulated, halt_poll: 0") "workload: {kind: ring, message: 8B, ",
    WAY("posted, call: wake, halt_poll: 0") "workload: {kind: ring, message: 8B, ",
    WAY("direct") "workload: {kind: ring, message: 8B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "virtual_ipi_digest.c: flags_of(v)",
    "virtual_ipi_digest.c: kind_of(&v->flights[f])",
    "virtual_ipi_digest.c: v->call.label",
    "virtual_ipi_digest.c: v->flights[f].at_ps",
    "virtual_ipi_digest.c: v->ipi.label",
    "virtual_ipi_digest.c: v->ipi.label ? v->ipi.notice : 0",
    "virtual_ipi_digest.c: v->n_flights",
    "virtual_ipi_digest.c: v->wake_call.label",
    NULL,
};

const ForgetGroup forget_interrupts = {"interrupts", scenarios, must_be_missed};
