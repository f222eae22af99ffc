/* The mechanism `message-queue`: a queue of the operating system for each rank, into which all
 * others put messages and out of which it takes them. The kernel copies each message in and out,
 * under a lock of the queue; who finds it full or empty sleeps until there is a place, or a
 * message.
 *
 * A Send: system call, lock and an update of the queue's line, copy in, wake who sleeps for it. A
 * Recv: the same with a copy out, and wakes the sender that has slept longest for a place.
 *
 * Left out: waiting for the queue's lock, which is held for the update only; priorities of
 * messages; limits on the bytes of a queue. */
#include "models/mpi/match.h"
#include "models/sync/mechanisms.h"
#include "models/sync/sync.h"

typedef struct {
    uint64_t depth;
    IvcCost send;
    IvcCost recv;
} Spec;

#define S Spec

static const IvcParam params[] = {
    {IVC_PARAM(S, depth, "depth"), .fallback = "10", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux mq_overview(7): msg_default",
     .sentence = "messages that a queue holds"},
    {IVC_PARAM(S, send, "send"), .fallback = "250cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a short path in a kernel: file, rights, a buffer for the message",
     .sentence = "the kernel's work in a Send, without system call, copy and wake-up"},
    {IVC_PARAM(S, recv, "recv"), .fallback = "250cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as send", .sentence = "the same in a Recv"},
    {0},
};

enum { WORK, LINE, COPY_IN, COPY_OUT };

static const IvcStage stages[] = {
    [WORK] = {"queue-work", "the kernel's work on a message queue", false},
    [LINE] = {"queue-line", "waiting for the line of a queue's lock and counts", false},
    [COPY_IN] = {"copy-in", "copying from the user's buffer into the kernel", false},
    [COPY_OUT] = {"copy-out", "copying from the kernel into the user's buffer", false},
    {NULL, NULL, false},
};

typedef struct Queues Queues;

/* A rank, and the queue that is its own. */
typedef struct {
    IvcSyncWaiter wait; /* first */
    IvcLabel label;
    IvcSleepFrame sleep;
    IvcSleeper sleeper;
    IvcArrivals arrivals; /* index: the place */
    IvcArrival got;
    IvcSyncLine line;
    IvcBuffer kernel; /* `depth` places */
    uint64_t pushed;
    uint32_t inside;    /* messages, and those that are being copied in or out */
    uint32_t place;     /* of its own message, in the other's queue */
    uint32_t sleeps_at; /* rank + 1 in whose queue it wants a place; 0: it does not */
    uint64_t slept;     /* numbers those */
    uint32_t wakes;     /* rank + 1 that it wakes; used at once */
} End;

struct Queues {
    IvcSync sync;
    Spec spec;
    IvcTime send_ps;
    IvcTime recv_ps;
    uint32_t n;
    uint64_t in_flight;
    uint64_t sleeps;
    End *ends;
};

static uint32_t stage(const Queues *all, uint32_t which)
{
    return all->sync.platform->stage_mechanism + which;
}

/* Lock, update and unlock: all in the line of the queue. */
static bool update(Queues *all, End *queue, IvcAgent *agent)
{
    return ivc_spend(agent, ivc_sync_atomic(&queue->line, agent), stage(all, LINE));
}

static uint64_t place_at(const Queues *all, uint32_t place)
{
    return place * all->sync.platform->message_bytes_max;
}

static void want_place(Queues *all, End *own, uint32_t to)
{
    own->sleeps_at = to + 1;
    own->slept = all->sleeps++;
}

static IvcStep queue_send(IvcRank *rank, IvcMpiCall *call)
{
    Queues *all = rank->channel;
    End *own = rank->end;
    End *other = &all->ends[call->peer];
    const IvcMachineTimes *t = &all->sync.platform->t;
    IvcAgent *agent = &rank->agent;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return ivc_sync_meet_send(&other->wait);
    IVC_BEGIN(own);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(own, ivc_spend(agent, all->send_ps, stage(all, WORK)));
    IVC_AWAIT(own, update(all, other, agent));
    while (other->inside == all->spec.depth) {
        want_place(all, own, (uint32_t)call->peer);
        IVC_CALL(own, ivc_os_sleep(all->sync.platform, agent, &own->sleeper, &own->sleep));
        own->sleeps_at = 0;
    }
    other->inside++;
    own->place = (uint32_t)(other->pushed++ % all->spec.depth);
    IVC_AWAIT(own, ivc_copy(agent, &other->kernel, place_at(all, own->place), call->buffer, 0,
                            call->bytes, stage(all, COPY_IN)));
    ivc_arrivals_push(&other->arrivals, &call->envelope, 0, own->place);
    all->in_flight++;
    if (ivc_os_notify(all->sync.platform, &other->sleeper)) {
        IVC_AWAIT(own, ivc_spend(agent, t->wake, IVC_STAGE_WAKE));
    }
    IVC_AWAIT(own, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(own);
}

/* Rank + 1 of who has slept longest for a place in this queue; 0: nobody. */
static uint32_t longest_asleep(const Queues *all, uint32_t to)
{
    const End *first = NULL;
    for (uint32_t r = 0; r < all->n; r++) {
        const End *end = &all->ends[r];
        if (end->sleeps_at == to + 1 && (!first || end->slept < first->slept))
            first = end;
    }
    return first ? (uint32_t)(first - all->ends) + 1 : 0;
}

static IvcStep queue_recv(IvcRank *rank, IvcMpiCall *call)
{
    Queues *all = rank->channel;
    End *own = rank->end;
    const IvcMachineTimes *t = &all->sync.platform->t;
    IvcAgent *agent = &rank->agent;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return ivc_sync_meet_recv(&own->wait);
    IVC_BEGIN(own);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(own, ivc_spend(agent, all->recv_ps, stage(all, WORK)));
    IVC_AWAIT(own, update(all, own, agent));
    while (!ivc_arrivals_take_for(&own->arrivals, call, &own->got)) {
        IVC_CALL(own, ivc_os_sleep(all->sync.platform, agent, &own->sleeper, &own->sleep));
    }
    IVC_AWAIT(own, ivc_copy(agent, call->buffer, 0, &own->kernel, place_at(all, own->got.index),
                            MIN(call->bytes, own->got.envelope.bytes), stage(all, COPY_OUT)));
    own->inside--;
    all->in_flight--;
    call->envelope = own->got.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    own->wakes = longest_asleep(all, rank->rank);
    if (own->wakes) {
        all->ends[own->wakes - 1].sleeps_at = 0;
        if (ivc_os_notify(all->sync.platform, &all->ends[own->wakes - 1].sleeper)) {
            IVC_AWAIT(own, ivc_spend(agent, t->wake, IVC_STAGE_WAKE));
        }
    }
    IVC_AWAIT(own, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(own);
}

static void *queue_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    Queues *all = g_new0(Queues, 1);
    all->spec = *(const Spec *)bound;
    all->send_ps = ivc_platform_ps(platform, all->spec.send);
    all->recv_ps = ivc_platform_ps(platform, all->spec.recv);
    all->n = n;
    ivc_sync_init(&all->sync, platform, false, 0, n);
    all->ends = g_new0(End, n);
    for (uint32_t r = 0; r < n; r++) {
        End *own = &all->ends[r];
        ranks[r].end = own;
        ivc_sync_join(&all->sync, &own->wait, &ranks[r]);
        own->sleeper.signal.id = ivc_platform_id(platform);
        ivc_sync_line_init(&own->line, &all->sync.costs, ranks[r].agent.core);
        ivc_arrivals_init(&own->arrivals, 16);
        ivc_buffer_init(&own->kernel, ivc_platform_id(platform),
                        all->spec.depth * platform->message_bytes_max);
    }
    ivc_sync_count_lines(&all->sync);
    return all;
}

static void queue_free(void *channel)
{
    Queues *all = channel;
    for (uint32_t r = 0; r < all->n; r++) {
        ivc_sync_line_clear(&all->ends[r].line);
        ivc_arrivals_clear(&all->ends[r].arrivals);
    }
    ivc_sync_clear(&all->sync);
    g_free(all->ends);
    g_free(all);
}

static void queue_digest(const void *channel, IvcDigest *digest)
{
    const Queues *all = channel;
    for (uint32_t r = 0; r < all->n; r++) {
        const End *own = &all->ends[r];
        const IvcRank *rank =
            (const IvcRank *)((const char *)own->wait.agent - offsetof(IvcRank, agent));
        ivc_sync_waiter_digest(&own->wait, digest);
        ivc_digest_u64(digest, own->label);
        ivc_digest_u64(digest, own->sleep.label);
        ivc_sleeper_digest(&own->sleeper, digest);
        ivc_arrivals_digest(&own->arrivals, rank->received_from, digest);
        for (uint32_t i = 0; i < own->arrivals.n; i++)
            ivc_digest_u64(digest, ivc_arrivals_at(&own->arrivals, i)->index);
        ivc_sync_line_digest(&own->line, digest);
        ivc_digest_u64(digest, own->pushed % all->spec.depth);
        ivc_digest_u64(digest, own->inside);
        ivc_digest_u64(digest, own->place);
        ivc_digest_u64(digest, own->got.index);
        ivc_digest_u64(digest, own->sleeps_at);
        ivc_digest_u64(digest, own->sleeps_at ? all->sleeps - own->slept : 0);
        if (own->label)
            ivc_envelope_digest(&own->got.envelope, rank->received_from, digest);
        ivc_buffer_digest(all->sync.platform->memory, &own->kernel, digest);
    }
}

static uint64_t queue_in_flight(const void *channel)
{
    return ((const Queues *)channel)->in_flight;
}

static const IvcMechanismOps ops = {
    .create = queue_create,
    .free = queue_free,
    .setup = ivc_mpi_no_setup,
    .send = queue_send,
    .recv = queue_recv,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = queue_digest,
    .in_flight = queue_in_flight,
};

/* Who asks for the message of one rank, while those of others fill its queue, waits for ever. */
static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    uint64_t ranks = ivc_scenario_channel_ranks(scenario, path);
    g_autofree char *depth = g_strdup_printf("%s.depth", path);
    if (spec->depth + 1 < ranks)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range", ivc_scenario_place(scenario, depth),
                      "give 'depth' as many as there are other ranks",
                      "messages of %" G_GUINT64_FORMAT
                      " ranks can fill a queue of %" G_GUINT64_FORMAT
                      ", while its rank waits for another one's",
                      ranks - 1, spec->depth);
}

const IvcMechanism ivc_mechanism_message_queue = {
    .head = {.name = "message-queue",
             .summary = "messages through queues of one operating system, one a rank",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .one_os = true,
};
