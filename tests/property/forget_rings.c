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
    NULL,
};

static const char *const must_be_missed[] = {
    "byte_ring.h: ivc_xen_byte_ring_ready(ring)",
    "byte_ring.h: ring->cons & (ring->size - 1)",
    "byte_ring.h: ring->data_asked",
    "byte_ring.h: ring->room_asked",
    "core_digest.c: (uint64_t)(left >> 64)",
    "core_digest.c: class ? class->joins - move->order : 0",
    "core_digest.c: class ? class->speed : 0",
    "core_digest.c: move->pieces[p].alone_ps",
    "core_digest.c: move->pieces[p].demand[r]",
    "memory.c: memory->sharing.asked[r]",
    "memory.c: memory->sharing.n",
    "memory.c: pass->at",
    "memory.c: pass->head",
    "memory.c: pass->tail",
    "recency.c: latest->extent",
    "xen_ring_digest.c: end->done",
    "xen_ring_digest.c: end->piece",
    "xen_ring_digest.c: end->tell_frame.label",
    "xen_ring_digest.c: end->wait_frame.label",
    "xen_ring_digest.c: frame->label",
    "xen_ring_digest.c: frame->left",
    "xen_ring_digest.c: frame->part",
    "xen_ring_digest.c: frame->sleep.label",
    NULL,
};

const ForgetGroup forget_rings = {"rings", scenarios, must_be_missed};
