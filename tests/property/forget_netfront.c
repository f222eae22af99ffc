/* What may be forgotten of the split driver, in its variants. */
#include "tests/harness/check.h"
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
                 "  sndbuf: 64KiB, rcvbuf: 64KiB, rcvbuf_initial: 0B}}\n"
                 "workload: {kind: stream, message: 30000B, ",
    OCTEON FOUR "channels: {c: {mechanism: netfront, between: [b, c, d],\n"
                "  driver_domain: a}}\n"
                "workload: {kind: ring, message: 1000B, ",
    OCTEON FOUR "channels: {c: {mechanism: netfront, between: [b, c, d],\n"
                "  driver_domain: a, variant: copy-2.6.18}}\n"
                "workload: {kind: ring, message: 1000B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "netback.c: queue->dealloc_frame.label",
    "netback.c: queue->rx_frame.label",
    "netback.c: queue->rx_frame.sleep.label",
    "netback.c: sleeper->asleep",
    "netback.c: sleeper->pending",
    "netfront_digest.c: (uint64_t)(packet->payload.buffer - packet->pool)",
    "netfront_digest.c: (uint64_t)arrival->from << 32 | arrival->slots",
    "netfront_digest.c: (uint64_t)packet->from << 32 | packet->to",
    "netfront_digest.c: (uint64_t)packet->head_slots << 32 | packet->grant_slots",
    "netfront_digest.c: cpu->frame.label",
    "netfront_digest.c: cpu->giving",
    "netfront_digest.c: cpu->poll_frame.label",
    "netfront_digest.c: cpu->polled ? cpu->polled->number : UINT64_MAX",
    "netfront_digest.c: list->n",
    "netfront_digest.c: packet->pool != NULL",
    "netfront_digest.c: queue->arrivals_n",
    "netfront_digest.c: queue->arrivals_staged",
    "netfront_digest.c: queue->back_polling",
    "netfront_digest.c: queue->held.n",
    "netfront_digest.c: queue->pending",
    "netfront_digest.c: queue->poll_frame.label",
    "netfront_digest.c: queue->polling",
    "netfront_digest.c: queue->unposted",
    "netfront_digest.c: queue->visible - queue->work",
    "netfront_pool.c: (uint64_t)pool->next << 32 | pool->pages",
    "ring.h: (uint64_t)(ring->req_prod - from) << 32 | (ring->rsp_prod - from)",
    "ring.h: req - 1 < ring->size ? req : 0",
    "ring.h: ring->req_cons - from",
    "ring.h: rsp - 1 < ring->size ? rsp : 0",
    "tcp_digest.c: way->filling",
    "tcp_digest.c: way->small > way->una ? way->small - way->una : 0",
    "tcp_digest.c: way->window",
    "tcp_window.c: way->quick",
    "tcp_window.c: way->told",
    NULL,
};

const ForgetGroup forget_netfront = {"netfront", scenarios, must_be_missed};
