/* The mechanism `ring`: messages through rings of cache lines, without locks, one ring for each
 * direction between two ranks that has been used. One sender and one receiver need no more than
 * this: a slot says itself whether there is a message in it. What is free, the slot says, too, or
 * the receiver's count in a line of its own, which costs nothing while the sender does not look.
 *
 * Stores are buffered: who stores goes on while the line is still on its way; the next who reads it
 * waits for that; in order, where the machine says so. Cores run ahead: see ivc_sync_read_on().
 *
 * Left out: a store buffer that is full; a slot that is taken out of order
 * (by tag) is free again in order. */
#include "models/mpi/match.h"
#include "models/sync/mechanisms.h"
#include "models/sync/sync.h"
#include "sim/model/pairs.h"

typedef enum {
    ROOM_BY_SLOT,  /* the receiver marks it, where the sender looks */
    ROOM_BY_COUNT, /* the receiver counts what it has taken; the sender looks there when it must */
} Room;

static const char *const rooms[] = {"slot", "count", NULL};

typedef struct {
    int room; /* Room */
    uint64_t slots;
    IvcBytes slot;
    IvcCost send;
    IvcCost recv;
    IvcCost pause;
} Spec;

#define S Spec

static const IvcParam params[] = {
    {IVC_PARAM(S, room, "room"), .fallback = "count", .choices = rooms,
     .sentence = "how a sender knows of a free slot: by a mark in the slot, or by the receiver's "
                 "count, at which it looks when by the last one that it saw the ring is full"},
    {IVC_PARAM(S, slots, "slots"), .fallback = "64", .min = "1", .max = "65536",
     .sentence = "messages that a ring holds"},
    {IVC_PARAM(S, slot, "slot"), .fallback = "64B", .min = "1B", .max = "64KiB",
     .sentence = "the longest message; its first line says whether it is new"},
    {IVC_PARAM(S, send, "send"), .fallback = "10cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a call, an index and a test",
     .sentence = "instructions of a Send beyond its lines"},
    {IVC_PARAM(S, recv, "recv"), .fallback = "10cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as send", .sentence = "instructions of a Recv beyond its lines"},
    {IVC_PARAM(S, pause, "pause"), .fallback = "0cycles", .max = "1us", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a loop that is to be quick has none",
     .sentence = "the pause in a turn of the receiver's loop, beyond the chip's 'poll'"},
    {0},
};

enum { CODE, LINE, SPIN };

static const IvcStage stages[] = {
    [CODE] = {"ring-code", "instructions of Send and Recv, words into and out of lines", false},
    [LINE] = {"ring-line", "waiting for the line of a slot, or of a count", false},
    [SPIN] = {"ring-spin", "looking for a message, or for a free slot", true},
    {NULL, NULL, false},
};

typedef struct Rings Rings;

/* One direction. */
typedef struct {
    Rings *all;
    IvcSyncLine *lines; /* of the slots */
    IvcSyncLine count;  /* the receiver's */
    uint64_t pushed;
    uint64_t taken; /* what `count` says; or how many slots were marked */
    uint64_t known; /* what the sender has read in `count` */
} Ring;

/* A rank. */
typedef struct {
    IvcSyncWaiter wait; /* first */
    IvcLabel label;
    IvcArrivals arrivals; /* index: the slot */
    IvcSignal arrived;
    IvcArrival got; /* used at once, but for its length and slot */
} End;

struct Rings {
    IvcSync sync;
    Spec spec;
    IvcTime send_ps;
    IvcTime recv_ps;
    IvcTime read_more_ps;
    IvcTime write_more_ps;
    uint32_t n;
    uint64_t in_flight;
    End *ends;
    IvcPairs pairs;
};

static uint32_t stage(const Rings *all, uint32_t which)
{
    return all->sync.platform->stage_mechanism + which;
}

/* The words of a message, and the lines beyond the first. */
static IvcTime words_ps(const Rings *all, uint64_t bytes, IvcTime more_ps)
{
    uint64_t line = all->sync.platform->spec->line.n;
    uint64_t more = bytes > line ? (bytes - 1) / line : 0;
    return ivc_copy_l1_ps(all->sync.platform->memory, MAX(bytes, 1)) + more * more_ps;
}

static Ring *ring_of(Rings *all, uint32_t from, uint32_t to)
{
    Ring *ring = ivc_pairs_find(&all->pairs, from, to);
    if (ring)
        return ring;
    ring = ivc_pairs_add(&all->pairs, from, to);
    const IvcCore *home = all->ends[to].wait.agent->core;
    ring->all = all;
    ring->lines = g_new0(IvcSyncLine, all->spec.slots);
    for (uint64_t i = 0; i < all->spec.slots; i++)
        ivc_sync_line_init(&ring->lines[i], &all->sync.costs, home);
    ivc_sync_line_init(&ring->count, &all->sync.costs, home);
    return ring;
}

static bool has_room(const void *what)
{
    const Ring *ring = what;
    return ring->pushed - ring->taken < ring->all->spec.slots;
}

/* ---- hooks ---- */

static IvcStep ring_send(IvcRank *rank, IvcMpiCall *call)
{
    Rings *all = rank->channel;
    End *own = rank->end;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return ivc_sync_meet_send(&all->ends[call->peer].wait);
    Ring *ring = ring_of(all, rank->rank, (uint32_t)call->peer);
    IvcSyncLine *slot = &ring->lines[ring->pushed % all->spec.slots];
    End *other = &all->ends[call->peer];
    IvcTime code_ps = all->send_ps + words_ps(all, call->bytes, all->write_more_ps);
    IVC_BEGIN(own);
    IVC_AWAIT(own, ivc_spend(&rank->agent, code_ps, stage(all, CODE)));
    if (all->spec.room == ROOM_BY_SLOT && has_room(ring)) {
        IVC_AWAIT(own, ivc_spend(&rank->agent, ivc_sync_read_on(&own->wait, slot, code_ps),
                                 stage(all, LINE)));
    } else if (all->spec.room == ROOM_BY_SLOT) {
        IVC_CALL(own, ivc_sync_await(&own->wait, slot, has_room, ring));
    } else if (ring->pushed - ring->known == all->spec.slots) {
        IVC_CALL(own, ivc_sync_await(&own->wait, &ring->count, has_room, ring));
        ring->known = ring->taken;
    }
    ivc_sync_wait_ends(&own->wait);
    /* The store is on its way; what follows need not wait for it. */
    ivc_sync_store(&own->wait.stores, slot, &rank->agent);
    ivc_arrivals_push(&other->arrivals, &call->envelope, 0,
                      (uint32_t)(ring->pushed++ % all->spec.slots));
    all->in_flight++;
    ivc_signal(rank->agent.sim, &other->arrived);
    IVC_END(own);
}

static IvcTime take_words_ps(const Rings *all, const IvcMpiCall *call)
{
    return words_ps(all, MIN(call->bytes, call->envelope.bytes), all->read_more_ps);
}

/* The line of the slot that has been found. */
static bool pay_slot(IvcRank *rank, const IvcMpiCall *call)
{
    Rings *all = rank->channel;
    End *own = rank->end;
    Ring *ring = ring_of(all, own->got.envelope.source, rank->rank);
    return ivc_spend(&rank->agent,
                     ivc_sync_read_on(&own->wait, &ring->lines[own->got.index],
                                      all->recv_ps + take_words_ps(all, call)),
                     stage(all, LINE));
}

static IvcStep ring_recv(IvcRank *rank, IvcMpiCall *call)
{
    Rings *all = rank->channel;
    End *own = rank->end;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return ivc_sync_meet_recv(&own->wait);
    IVC_BEGIN(own);
    IVC_AWAIT(own, ivc_spend(&rank->agent, all->recv_ps, stage(all, CODE)));
    while (!ivc_arrivals_take_for(&own->arrivals, call, &own->got)) {
        ivc_sync_spin_begins(&own->wait);
        IVC_AWAIT(own, ivc_poll(&rank->agent, &own->arrived, all->sync.turn_ps,
                                ivc_sync_window_left(&own->wait), stage(all, SPIN)));
        ivc_sync_spin_ends(&own->wait);
        if (ivc_sync_pause_due(&own->wait)) {
            IVC_CALL(own, ivc_sync_pause(&own->wait));
        }
    }
    ivc_sync_wait_ends(&own->wait);
    call->envelope = own->got.envelope;
    IVC_AWAIT(own, pay_slot(rank, call));
    IVC_AWAIT(own, ivc_spend(&rank->agent, take_words_ps(all, call), stage(all, CODE)));
    Ring *ring = ring_of(all, call->envelope.source, rank->rank);
    ring->taken++;
    ivc_sync_store(&own->wait.stores,
                   all->spec.room == ROOM_BY_SLOT ? &ring->lines[own->got.index] : &ring->count,
                   &rank->agent);
    all->in_flight--;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    IVC_END(own);
}

static IvcTime ring_serialise(IvcRank *rank)
{
    End *own = rank->end;
    return ivc_sync_serialise(&own->wait);
}

static void *ring_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    Rings *all = g_new0(Rings, 1);
    all->spec = *(const Spec *)bound;
    all->send_ps = ivc_platform_ps(platform, all->spec.send);
    all->recv_ps = ivc_platform_ps(platform, all->spec.recv);
    all->read_more_ps = ivc_platform_ps(platform, platform->spec->read.other);
    all->write_more_ps = ivc_platform_ps(platform, platform->spec->write.other);
    all->n = n;
    ivc_sync_init(&all->sync, platform, false, ivc_platform_ps(platform, all->spec.pause), n);
    all->sync.stage_transfer = platform->stage_mechanism + LINE;
    all->sync.stage_spin = platform->stage_mechanism + SPIN;
    all->ends = g_new0(End, n);
    for (uint32_t r = 0; r < n; r++) {
        ranks[r].end = &all->ends[r];
        ivc_sync_join(&all->sync, &all->ends[r].wait, &ranks[r]);
        all->ends[r].arrived.id = ivc_platform_id(platform);
        ivc_arrivals_init(&all->ends[r].arrivals, 16);
    }
    ivc_pairs_init(&all->pairs, n, sizeof(Ring));
    ivc_sync_count_lines(&all->sync);
    return all;
}

static void ring_free(void *channel)
{
    Rings *all = channel;
    for (uint32_t p = 0; p < ivc_pairs_count(&all->pairs); p++) {
        Ring *ring = ivc_pairs_at(&all->pairs, p)->state;
        for (uint64_t i = 0; i < all->spec.slots; i++)
            ivc_sync_line_clear(&ring->lines[i]);
        ivc_sync_line_clear(&ring->count);
        g_free(ring->lines);
    }
    ivc_pairs_clear(&all->pairs);
    for (uint32_t r = 0; r < all->n; r++)
        ivc_arrivals_clear(&all->ends[r].arrivals);
    ivc_sync_clear(&all->sync);
    g_free(all->ends);
    g_free(all);
}

static uint64_t ring_message_max(const void *spec)
{
    return ((const Spec *)spec)->slot.n;
}

/* Slots are alike: they count by their distance from the next. */
static void ring_digest_one(const Ring *ring, IvcDigest *digest)
{
    uint64_t slots = ring->all->spec.slots;
    ivc_digest_u64(digest, ring->pushed - ring->taken);
    if (ring->all->spec.room == ROOM_BY_COUNT)
        ivc_digest_u64(digest, ring->pushed - ring->known);
    ivc_sync_line_digest(&ring->count, digest);
    for (uint64_t i = 0; !digest->brief && i < slots; i++)
        ivc_sync_line_digest(&ring->lines[(ring->pushed + i) % slots], digest);
}

static void ring_digest(const void *channel, IvcDigest *digest)
{
    const Rings *all = channel;
    for (uint32_t r = 0; r < all->n; r++) {
        const End *own = &all->ends[r];
        const IvcRank *rank =
            (const IvcRank *)((const char *)own->wait.agent - offsetof(IvcRank, agent));
        ivc_sync_waiter_digest(&own->wait, digest);
        ivc_sync_stores_digest(&own->wait.stores, &all->sync.costs, digest);
        ivc_digest_u64(digest, own->label);
        ivc_signal_digest(&own->arrived, digest);
        ivc_arrivals_digest(&own->arrivals, rank->received_from, digest);
        for (uint32_t i = 0; i < own->arrivals.n; i++) { /* by their distance, as slots are alike */
            const IvcArrival *at = ivc_arrivals_at(&own->arrivals, i);
            const Ring *ring = ivc_pairs_find(&all->pairs, at->envelope.source, r);
            ivc_digest_u64(digest, (ring->pushed + all->spec.slots - at->index) % all->spec.slots);
        }
    }
    for (uint32_t p = 0; p < ivc_pairs_count(&all->pairs); p++) {
        const IvcPair *pair = ivc_pairs_at(&all->pairs, p);
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        ring_digest_one(pair->state, digest);
    }
}

static uint64_t ring_in_flight(const void *channel)
{
    return ((const Rings *)channel)->in_flight;
}

static const IvcMechanismOps ops = {
    .create = ring_create,
    .free = ring_free,
    .setup = ivc_mpi_no_setup,
    .send = ring_send,
    .recv = ring_recv,
    .message_bytes_max = ring_message_max,
    .serialise = ring_serialise,
    .digest = ring_digest,
    .in_flight = ring_in_flight,
};

const IvcMechanism ivc_mechanism_ring = {
    .head = {.name = "ring",
             .summary = "messages through rings of cache lines without locks, polled",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages},
    .ops = &ops,
};
