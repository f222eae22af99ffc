/* What may be forgotten of message queues of one kernel. */
#include "tests/property/forget.h"

#define QUEUE(depth)                                                              \
    "machine: {profile: xeon-e5-4620, clock: 2GHz}\nhypervisor: {mode: native}\n" \
    "guests: {a: {cores: [0, 1, 2, 3]}}\n"                                        \
    "channels: {c: {mechanism: message-queue, depth: " depth "}}\n"

static const char *const scenarios[] = {
    QUEUE("10") "workload: {kind: alltoall, message: 64B, ",
    QUEUE("5") "workload: {kind: ring, message: 1000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "queue.c: ivc_arrivals_at(&own->arrivals, i)->index",
    "queue.c: own->got.index",
    "queue.c: own->label",
    "queue.c: own->place",
    "queue.c: own->pushed % all->spec.depth",
    NULL,
};

const ForgetGroup forget_queues = {"queues", scenarios, must_be_missed};
