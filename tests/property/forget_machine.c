/* What may be forgotten of the chip, its memory and caches, and what lies in shared memory. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: register-shmem, region: 16KiB, window: 5, copies: 2}}\n"
               "workload: {kind: stream, message: 300B, ",
    OCTEON TWO "channels: {c: {mechanism: shmem, region: 4KiB}}\n"
               "workload: {kind: stream, message: 700B, ",
    OCTEON TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 3, slots: 2}}\n"
               "workload: {kind: stream, message: 900B, ",
    OCTEON TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 3, slots: 3, slot: 4KiB}}\n"
               "workload: {kind: stream, message: 100000B, ",
    LOONGSON TWO "channels: {c: {mechanism: register}}\n"
                 "workload: {kind: stream, message: 5B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: register-shmem, region: 32KiB, window: 9}}\n"
                     "workload: {kind: stream, message: 3100B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 4, fastbox: false}}\n"
                     "workload: {kind: stream, message: 6000B, ",
    LOONGSON TWO "channels: {c: {mechanism: register-shmem, region: 16KiB, spin: 300ns}}\n"
                 "workload: {kind: stream, message: 1000B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: register-shmem, region: 16KiB, spin: 1us}}\n"
                  "workload: {kind: ring, message: 2500B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: shmem, region: 8KiB}}\n"
                  "workload: {kind: stream, message: 1300B, ",
    TWO_CHIPS APART "channels: {c: {mechanism: shmem, region: 8KiB}}\n"
                    "workload: {kind: stream, message: 1300B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    NULL,
};

const ForgetGroup forget_machine = {"machine", scenarios, must_be_missed};
