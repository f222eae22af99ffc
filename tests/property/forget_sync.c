/* What may be forgotten of locks, and of rings of cache lines. Two groups of cores with a lock each
 * do not keep in step. */
#include "tests/property/forget.h"

#define XEON "machine: {profile: xeon-e5-4620, clock: 2GHz}\n"
#define APART_LOCKS "guests: {a: {cores: [0, 1, 2]}, b: {cores: [3, 4]}}\n"
#define SECTION "workload: {kind: critical-section, section: 300cycles, message: 1B, "
#define RING(room) "channels: {c: {mechanism: ring, slots: 5, room: " room "}}\n"

static const char *const scenarios[] = {
    "machine: {profile: xeon-e5-2650v2}\n"
    "guests: {a: {cores: [0, 1, 2, 3, 4, 5, 6, 7]}}\n"
    "channels: {c: {mechanism: lock, kind: ticket}}\n" SECTION,
    XEON APART_LOCKS "channels: {c: {mechanism: lock, scope: guest, kind: paravirtual-ticket, "
                     "threshold: 8}}\n" SECTION,
    XEON FOUR "channels: {c: {mechanism: lock, kind: paravirtual-queued, threshold: 12}}\n" SECTION,
    XEON FOUR "channels: {c: {mechanism: lock, kind: monitor}}\n" SECTION "shared_of: 3, ",
    XEON FOUR "channels: {c: {mechanism: lock, kind: reader-writer}}\n" SECTION "shared_of: 3, ",
    XEON TWO RING("slot") "workload: {kind: stream, message: 1B, ",
    XEON TWO RING("count") "workload: {kind: stream, message: 1B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "line.c: (uint64_t)(int64_t)line->owner",
    "line.c: left(stores->done_ps[(stores->next + i) % costs->stores], now)",
    "line.c: left(stores->last_ps, now)",
    "line.c: line->copies[i]",
    "line.c: line->free_ps > now ? line->free_ps - now : 0",
    "line.c: line->n_copies",
    "lock.c: at->wait.agent->id",
    "lock.c: lock->freed",
    "lock.c: lock->freed * digest->now - lock->freed_ps",
    "lock.c: lock->holders",
    "lock.c: lock->pending",
    "lock.c: lock->readers",
    "lock.c: lock->word",
    "lock.c: own->attempt.label",
    "lock.c: own->before",
    "lock.c: own->granted",
    "lock.c: own->halt.label",
    "lock.c: own->halted",
    "lock.c: own->holds",
    "lock.c: own->inner.label",
    "lock.c: own->outer.label",
    "lock.c: own->shared",
    "lock.c: own->sleep.label",
    "lock.c: own->sleeps ? lock->sleeps - own->slept : 0",
    "lock.c: own->take.label",
    "lock.c: own->waits ? own->ticket - lock->serving : 0",
    "lock.c: own->waits_inside",
    "lock.c: own->wants",
    "lock.c: own->won",
    "ring.c: (ring->pushed + all->spec.slots - at->index) % all->spec.slots",
    "ring.c: own->label",
    "ring.c: ring->pushed - ring->known",
    "ring.c: ring->pushed - ring->taken",
    "sync.c: waiter->ahead_ps",
    "sync.c: waiter->await.label",
    "sync.c: waiter->gave_up",
    "sync.c: waiter->limit_ps",
    "sync.c: waiter->ready",
    "sync.c: waiter->since_ps",
    "sync.c: waiter->straight",
    "sync.c: watch->holder ? watch->holder->id : 0",
    NULL,
};

const ForgetGroup forget_sync = {"sync", scenarios, must_be_missed};
