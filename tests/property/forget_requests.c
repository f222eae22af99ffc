/* What may be forgotten of Isends and Irecvs that are not complete, over both channels that have
 * them: below and above what is sent without asking, and without room for all. */
#include "tests/property/forget.h"

#define NEMESIS                                                                                 \
    "channels: {c: {mechanism: nemesis, mode: native, cells: 3, cell: 4KiB, eager_max: 4KiB,\n" \
    "  slot: 1KiB, slots: 2}}\n"
#define ONE_WAY "workload: {kind: osu-bandwidth, window: 5, "
#define BOTH_WAYS "workload: {kind: osu-bidirectional-bandwidth, window: 5, "

static const char *const scenarios[] = {
    OCTEON TWO NEMESIS ONE_WAY "message: 3000B, ",
    OCTEON TWO NEMESIS ONE_WAY "message: 5000B, ",
    OCTEON TWO NEMESIS BOTH_WAYS "message: 5000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, rcvbuf: 8KiB,\n"
               "  eager_max: 4KiB}}\n" BOTH_WAYS "message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-ring, ring: 1KiB, eager_max: 4KiB}}\n" BOTH_WAYS
               "message: 6000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "match.c: (uint64_t)(int64_t)call->peer",
    "match.c: (uint64_t)(int64_t)call->tag",
    "match.c: UINT64_MAX",
    "match.c: call->bytes",
    "match.c: call->comm",
    "match.c: call->receives",
    "match.c: call->state",
    "nemesis_digest.c: pair->filled - pair->taken",
    "nemesis_digest.c: pair->got",
    "nemesis_digest.c: requests->open",
    "nemesis_digest.c: requests->post.label",
    "nemesis_digest.c: requests->turn.label",
    "nemesis_digest.c: requests->wait.label",
    "nemesis_digest.c: self->in_flight",
    "sock_requests.c: requests->open",
    "work.c: call->done_ps",
    "work.c: call->error",
    "work.c: call->pending",
    "work.c: work->begun",
    NULL,
};

const ForgetGroup forget_requests = {"requests", scenarios, must_be_missed};
