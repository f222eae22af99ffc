/* What may be forgotten of message buffers, and of slots with interrupts. In message buffers both
 * sides wait for each other so often that looks see the same state of them nearly always. */
#include "tests/property/forget.h"

#define SCC "machine: {profile: scc48, clock: 500MHz}\n"

static const char *const scenarios[] = {
    SCC TWO "channels: {c: {mechanism: message-buffer, parts: 2, chunk: 256B}}\n"
            "workload: {kind: stream, message: 1000B, arrivals: {kind: periodic, rate: 20000}, ",
    SCC FOUR "channels: {c: {mechanism: message-buffer, copy: tuned, chunk: 512B}}\n"
             "workload: {kind: pingpong, message: 1300B, arrivals: {kind: periodic, rate: 10000}, ",
    OCTEON FOUR "channels: {c: {mechanism: ipi-buffer, slots: 3, until: stored}}\n"
                "workload: {kind: ring, message: 100B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: ipi-buffer, slots: 4, deliver: handler,\n"
                  "  until: stored}}\nworkload: {kind: ring, message: 900B, ",
    OCTEON TWO "channels: {c: {mechanism: ipi-buffer, slots: 5, until: stored, answer: poll}}\n"
               "workload: {kind: stream, message: 500B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "doorbell.c: h->label",
    "ipi_buffer.c: end->deliver.label",
    "ipi_buffer.c: end->label",
    "ipi_buffer.c: end->posted != NULL",
    "ipi_buffer.c: end->sleep.label",
    "ipi_buffer.c: end->take.label",
    "ipi_buffer.c: self->in_flight",
    "ipi_buffer.c: way->used",
    NULL,
};

const ForgetGroup forget_slots = {"slots", scenarios, must_be_missed};
