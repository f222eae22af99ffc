/* MPICH2's nemesis channel: message passing by shared memory among processes of one OS.
 *
 * A small message goes into the fast box of its pair of processes when that is empty, else into a
 * cell of the sender's pool, which is put on the receiver's queue. Larger ones go by rendezvous
 * through a ring of copy slots, so that both sides copy at the same time. Nobody enters the
 * kernel: who waits, polls. Sizes are those of MPICH's source tree (1.0.6 to 4.0).
 *
 * Left out: the yield after many polls (nobody else wants the core), the kernel-assisted single
 * copy that later versions offer, and the network modules. */
#include "models/mpi/match.h"
#include "models/mpi/mechanisms.h"
#include "sim/base/pages.h"
#include "sim/model/pairs.h"

typedef struct {
    IvcBytes cell;
    uint64_t cells;
    bool fastbox;
    IvcBytes eager_max;
    IvcBytes slot;
    uint64_t slots;
    IvcCost send_overhead;
    IvcCost recv_overhead;
    IvcCost progress;
} Spec;

#define MPICH_SOURCE "MPICH source tree, ch3 nemesis, versions 1.0.6 to 4.0"
#define OVERHEAD_SOURCE "assumed: a few hundred instructions of ch3 on an in-order core; sweep it"

static const IvcParam params[] = {
    {IVC_PARAM(Spec, cell, "cell"), .fallback = "64KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "size of a cell and of a fast box"},
    {IVC_PARAM(Spec, cells, "cells"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE, .sentence = "cells in a process's pool"},
    {IVC_PARAM(Spec, fastbox, "fastbox"), .fallback = "true",
     .sentence = "whether each pair of processes has a fast box"},
    {IVC_PARAM(Spec, eager_max, "eager_max"), .fallback = "64KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "largest message that goes through a cell; larger ones go by rendezvous"},
    {IVC_PARAM(Spec, slot, "slot"), .fallback = "32KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "size of a slot of the rendezvous copy ring"},
    {IVC_PARAM(Spec, slots, "slots"), .fallback = "8", .min = "1", .max = "256",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "slots of the rendezvous copy ring"},
    {IVC_PARAM(Spec, send_overhead, "send_overhead"), .fallback = "500cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "software of a Send, without copies and shared lines"},
    {IVC_PARAM(Spec, recv_overhead, "recv_overhead"), .fallback = "600cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "software of a Recv with matching, without copies and shared lines"},
    {IVC_PARAM(Spec, progress, "progress"), .fallback = "60cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "one turn of the progress engine beyond the poll itself"},
    {0},
};

enum { SEND, RECV, COPY_IN, COPY_OUT, COPY_UNEXPECTED, FLAGS, POLL_ARRIVAL, POLL_ROOM, N_STAGES };

static const IvcStage stages[] = {
    [SEND] = {"send", "MPICH's software path of a Send", false},
    [RECV] = {"recv", "MPICH's software path of a Recv, with matching", false},
    [COPY_IN] = {"copy-in", "copying from the user's buffer into a box, cell or slot", false},
    [COPY_OUT] = {"copy-out", "copying from a box, cell or slot into the user's buffer", false},
    [COPY_UNEXPECTED] = {"copy-unexpected", "copying a message aside that no Recv asked for yet",
                         false},
    [FLAGS] = {"flags", "reading and writing shared flags and queue heads", false},
    [POLL_ARRIVAL] = {"poll-arrival", "polling for a message or the other side's answer", true},
    [POLL_ROOM] = {"poll-room", "polling for an empty box, cell or slot", true},
    [N_STAGES] = {NULL, NULL, false},
};

/* What an arrival is. */
enum { FASTBOX, CELL, RENDEZVOUS, UNEXPECTED };

/* A box or slot between two processes: data, and a flag on a line of its own. */
typedef struct {
    IvcLine flag;
    bool full;
    IvcBuffer data;
} Box;

typedef struct {
    Box fastbox;
    Box *slots;      /* NULL before the first rendezvous */
    uint64_t filled; /* slots of the present rendezvous, by the sender */
    uint64_t taken;  /* by the receiver */
    bool cleared;    /* the receiver is there: clear to send */
} Pair;

typedef struct Nemesis Nemesis;

#define NO_CELL UINT32_MAX

typedef struct {
    IvcLabel label;
    struct {
        IvcLabel label;
    } lmt;
    struct {
        IvcLabel label;
    } part_of;
    Pair *pair;    /* with the other side of the Send, or of the arrival; set where each begins */
    uint32_t cell; /* that a Send fills; NO_CELL */
    uint64_t at;
    uint64_t part;
    int64_t found;
    bool taken; /* the arrival is the open Recv's business */
    IvcArrival arrival;
} Frame;

typedef struct {
    Nemesis *nemesis;
    IvcRank *rank;
    Frame frame;
    IvcArrivals arrivals; /* published to it and not looked at */
    IvcSignal event;      /* whatever this process may poll for */
    IvcLine queue_line;   /* head and tail of its receive queue */
    IvcLine pool_line;    /* head of its free cells */
    IvcArrivals unexpected;
    IvcBuffer *cells;
    uint32_t *free_cells; /* a stack */
    uint32_t n_free;
    IvcBuffer aside; /* where unexpected data waits */
} Process;

struct Nemesis {
    IvcPlatform *platform;
    Spec spec;
    uint32_t n;
    Process *processes;
    IvcBuffer *cells; /* of all processes, one after the other */
    IvcPairs pairs;   /* of Pair */
    uint64_t in_flight;
    IvcTime send_ps;
    IvcTime recv_ps;
    IvcTime poll_ps;
    uint32_t stage0;
    uint64_t fastbox_messages;
    uint64_t cell_messages;
    uint64_t rendezvous_messages;
};

static void box_init(IvcPlatform *platform, Box *box, uint64_t bytes)
{
    ivc_buffer_init(&box->data, ivc_platform_id(platform), bytes);
    ivc_line_init(&box->flag, ivc_platform_id(platform));
}

static void process_init(Nemesis *self, Process *process, IvcRank *rank)
{
    IvcPlatform *platform = self->platform;
    process->nemesis = self;
    process->rank = rank;
    process->event.id = ivc_platform_id(platform);
    process->frame.cell = NO_CELL;
    ivc_arrivals_init(&process->arrivals, 16);
    ivc_arrivals_init(&process->unexpected, 16);
    ivc_buffer_init(&process->aside, ivc_platform_id(platform), self->spec.cell.n);
    ivc_line_init(&process->queue_line, ivc_platform_id(platform));
    ivc_line_init(&process->pool_line, ivc_platform_id(platform));
    process->cells = &self->cells[process->rank->rank * self->spec.cells];
    process->free_cells = g_new0(uint32_t, self->spec.cells);
    for (uint32_t c = 0; c < self->spec.cells; c++) {
        ivc_buffer_init(&process->cells[c], ivc_platform_id(platform), self->spec.cell.n);
        process->free_cells[process->n_free++] = (uint32_t)self->spec.cells - 1 - c;
    }
}

static void *nemesis_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    Nemesis *self = g_new0(Nemesis, 1);
    self->platform = platform;
    self->spec = *(const Spec *)spec;
    self->n = n;
    self->send_ps = ivc_platform_ps(platform, self->spec.send_overhead);
    self->recv_ps = ivc_platform_ps(platform, self->spec.recv_overhead);
    self->poll_ps = platform->t.poll + ivc_platform_ps(platform, self->spec.progress);
    self->stage0 = platform->stage_mechanism;
    self->processes = ivc_pages_new0(n, sizeof(Process));
    self->cells = ivc_pages_new0(n * self->spec.cells, sizeof(IvcBuffer));
    ivc_pairs_init(&self->pairs, n, sizeof(Pair));
    for (uint32_t r = 0; r < n; r++)
        process_init(self, &self->processes[r], &ranks[r]);
    ivc_platform_count(platform, "fastbox_messages", "count", "messages through a fast box",
                       &self->fastbox_messages);
    ivc_platform_count(platform, "cell_messages", "count", "messages through a queued cell",
                       &self->cell_messages);
    ivc_platform_count(platform, "rendezvous_messages", "count", "messages by rendezvous",
                       &self->rendezvous_messages);
    return self;
}

static void nemesis_free(void *channel)
{
    Nemesis *self = channel;
    for (uint32_t r = 0; r < self->n; r++) {
        ivc_arrivals_clear(&self->processes[r].arrivals);
        ivc_arrivals_clear(&self->processes[r].unexpected);
        g_free(self->processes[r].free_cells);
    }
    for (uint32_t p = 0; p < ivc_pairs_count(&self->pairs); p++)
        g_free(((Pair *)ivc_pairs_at(&self->pairs, p)->state)->slots);
    ivc_pages_free(self->cells, self->n * self->spec.cells, sizeof(IvcBuffer));
    ivc_pages_free(self->processes, self->n, sizeof(Process));
    ivc_pairs_clear(&self->pairs);
    g_free(self);
}

static IvcStep nemesis_setup(IvcRank *rank)
{
    (void)rank;
    return IVC_DONE; /* the OS maps the segment at start-up; not on the measured path */
}

static Process *process_of(IvcRank *rank)
{
    return &((Nemesis *)rank->channel)->processes[rank->rank];
}

/* What two processes share, made at its first use. */
static Pair *pair_of(Nemesis *self, uint32_t from, uint32_t to)
{
    Pair *pair = ivc_pairs_find(&self->pairs, from, to);
    if (G_LIKELY(pair))
        return pair;
    pair = ivc_pairs_add(&self->pairs, from, to);
    box_init(self->platform, &pair->fastbox, self->spec.cell.n);
    return pair;
}

static Pair *pair_with_slots(Nemesis *self, uint32_t from, uint32_t to)
{
    Pair *pair = pair_of(self, from, to);
    if (G_LIKELY(pair->slots))
        return pair;
    pair->slots = g_new0(Box, self->spec.slots);
    for (uint32_t s = 0; s < self->spec.slots; s++)
        box_init(self->platform, &pair->slots[s], self->spec.slot.n);
    return pair;
}

static void publish(Nemesis *self, uint32_t to, const IvcMpiCall *call, uint32_t kind,
                    uint32_t index)
{
    ivc_arrivals_push(&self->processes[to].arrivals, &call->envelope, kind, index);
    self->in_flight++;
    ivc_signal(&self->platform->sim, &self->processes[to].event);
}

/* Reads or writes a shared line, as part of what comes next. */
static void owe_flag(Process *process, IvcLine *line, bool write)
{
    IvcAgent *agent = &process->rank->agent;
    ivc_owe(agent, ivc_line_touch(agent, line, write), process->nemesis->stage0 + FLAGS);
}

/* Sends by rendezvous: the request has been published, the receiver's answer is awaited. */
static IvcStep send_slots(Process *process, IvcMpiCall *call, Pair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    Frame *f = &process->frame;
    Box *slot = &pair->slots[pair->filled % self->spec.slots];
    IVC_BEGIN(&f->lmt);
    while (!pair->cleared) {
        IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                    self->stage0 + POLL_ARRIVAL));
    }
    pair->cleared = false;
    for (f->at = 0; f->at < call->bytes; f->at += f->part) {
        while (pair->filled - pair->taken == self->spec.slots) {
            IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + POLL_ROOM));
        }
        f->part = MIN(self->spec.slot.n, call->bytes - f->at);
        IVC_AWAIT(&f->lmt, ivc_copy(agent, &slot->data, 0, call->buffer, f->at, f->part,
                                    self->stage0 + COPY_IN));
        owe_flag(process, &slot->flag, true);
        IVC_AWAIT(&f->lmt, ivc_pay(agent));
        pair->filled++;
        slot = &pair->slots[pair->filled % self->spec.slots];
        ivc_signal(agent->sim, &self->processes[call->peer].event);
    }
    IVC_END(&f->lmt);
}

static IvcStep nemesis_send(IvcRank *rank, IvcMpiCall *call)
{
    Process *process = process_of(rank);
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &rank->agent;
    Frame *f = &process->frame;
    Pair *pair = f->pair;
    IVC_BEGIN(f);
    pair = f->pair = call->bytes > self->spec.eager_max.n
                         ? pair_with_slots(self, rank->rank, (uint32_t)call->peer)
                         : pair_of(self, rank->rank, (uint32_t)call->peer);
    ivc_owe(agent, self->send_ps, self->stage0 + SEND);
    if (self->spec.fastbox && call->bytes <= self->spec.eager_max.n) {
        owe_flag(process, &pair->fastbox.flag, false);
        IVC_AWAIT(f, ivc_pay(agent));
        if (!pair->fastbox.full) {
            IVC_AWAIT(f, ivc_copy(agent, &pair->fastbox.data, 0, call->buffer, 0, call->bytes,
                                  self->stage0 + COPY_IN));
            owe_flag(process, &pair->fastbox.flag, true);
            IVC_AWAIT(f, ivc_pay(agent));
            pair->fastbox.full = true;
            self->fastbox_messages++;
            publish(self, (uint32_t)call->peer, call, FASTBOX, rank->rank);
            IVC_RETURN(f);
        }
    }
    IVC_AWAIT(f, ivc_pay(agent));
    while (process->n_free == 0) {
        IVC_AWAIT(f, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                              self->stage0 + POLL_ROOM));
    }
    f->cell = process->free_cells[--process->n_free];
    owe_flag(process, &process->pool_line, true);
    if (call->bytes <= self->spec.eager_max.n) {
        IVC_AWAIT(f, ivc_copy(agent, &process->cells[f->cell], 0, call->buffer, 0, call->bytes,
                              self->stage0 + COPY_IN));
    }
    owe_flag(process, &self->processes[call->peer].queue_line, true);
    IVC_AWAIT(f, ivc_spend(agent, self->platform->t.atomic, IVC_STAGE_ATOMIC));
    if (call->bytes <= self->spec.eager_max.n) {
        self->cell_messages++;
        publish(self, (uint32_t)call->peer, call, CELL, f->cell);
        f->cell = NO_CELL;
        IVC_RETURN(f);
    }
    self->rendezvous_messages++;
    publish(self, (uint32_t)call->peer, call, RENDEZVOUS, f->cell);
    f->cell = NO_CELL;
    IVC_CALL(f, send_slots(process, call, pair));
    IVC_END(f);
}

/* Gives a cell back to the pool of the process that filled it. */
static void cell_free(Nemesis *self, uint32_t owner, uint32_t cell)
{
    Process *process = &self->processes[owner];
    process->free_cells[process->n_free++] = cell;
    ivc_signal(&self->platform->sim, &process->event);
}

static IvcStep recv_slots(Process *process, IvcMpiCall *call, Pair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    Frame *f = &process->frame;
    Box *slot = &pair->slots[pair->taken % self->spec.slots];
    IVC_BEGIN(&f->lmt);
    owe_flag(process, &slot->flag, true);
    IVC_AWAIT(&f->lmt, ivc_pay(agent));
    pair->cleared = true;
    ivc_signal(agent->sim, &self->processes[f->arrival.envelope.source].event);
    for (f->at = 0; f->at < f->arrival.envelope.bytes; f->at += f->part) {
        while (pair->filled == pair->taken) {
            IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + POLL_ARRIVAL));
        }
        owe_flag(process, &slot->flag, false);
        f->part = MIN(self->spec.slot.n, f->arrival.envelope.bytes - f->at);
        if (f->at < call->bytes) { /* the rest of a message that is too long is dropped */
            IVC_AWAIT(&f->lmt,
                      ivc_copy(agent, call->buffer, f->at, &slot->data, 0,
                               MIN(f->part, call->bytes - f->at), self->stage0 + COPY_OUT));
        }
        owe_flag(process, &slot->flag, true);
        IVC_AWAIT(&f->lmt, ivc_pay(agent));
        pair->taken++;
        slot = &pair->slots[pair->taken % self->spec.slots];
        ivc_signal(agent->sim, &self->processes[f->arrival.envelope.source].event);
    }
    IVC_END(&f->lmt);
}

/* Where an arrival's data lies. */
static IvcBuffer *data_of(Process *process, const IvcArrival *arrival)
{
    Nemesis *self = process->nemesis;
    uint32_t from = arrival->envelope.source;
    if (arrival->kind == FASTBOX)
        return &process->frame.pair->fastbox.data;
    return &self->processes[from].cells[arrival->index];
}

/* The line that the receiver touches to see, and to free, an arrival. */
static IvcLine *flag_of(Process *process, const IvcArrival *arrival)
{
    if (arrival->kind == FASTBOX)
        return &process->frame.pair->fastbox.flag;
    return &process->queue_line;
}

static void release(Process *process, const IvcArrival *arrival)
{
    Nemesis *self = process->nemesis;
    uint32_t from = arrival->envelope.source;
    if (arrival->kind == FASTBOX) {
        process->frame.pair->fastbox.full = false;
        ivc_signal(&self->platform->sim, &self->processes[from].event);
    } else {
        cell_free(self, from, arrival->index);
    }
}

static uint64_t fitting(const IvcMpiCall *call, const IvcEnvelope *envelope)
{
    return MIN(envelope->bytes, call->bytes);
}

/* Takes what Recv asks for from the messages that came before it; f->found says whether. */
static IvcStep recv_unexpected(Process *process, IvcMpiCall *call)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    Frame *f = &process->frame;
    IVC_BEGIN(&f->part_of);
    f->found = ivc_arrivals_find(&process->unexpected, call);
    if (f->found >= 0) {
        f->arrival = ivc_arrivals_take(&process->unexpected, (uint32_t)f->found);
        f->taken = true;
        if (f->arrival.kind == UNEXPECTED) {
            IVC_AWAIT(&f->part_of,
                      ivc_copy(agent, call->buffer, 0, &process->aside, 0,
                               fitting(call, &f->arrival.envelope), self->stage0 + COPY_OUT));
        }
    }
    IVC_END(&f->part_of);
}

/* Takes the oldest arrival: into the user's buffer when it is what Recv asks for, else aside. */
static IvcStep recv_arrival(Process *process, IvcMpiCall *call)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    Frame *f = &process->frame;
    IvcBuffer *to;
    IVC_BEGIN(&f->part_of);
    while (process->arrivals.n == 0) {
        IVC_AWAIT(&f->part_of, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + POLL_ARRIVAL));
    }
    f->arrival = ivc_arrivals_take(&process->arrivals, 0);
    f->pair = pair_of(self, f->arrival.envelope.source, process->rank->rank);
    f->taken = true;
    f->found = ivc_mpi_matches(call, &f->arrival.envelope) ? 0 : -1;
    owe_flag(process, flag_of(process, &f->arrival), false);
    if (f->arrival.kind != RENDEZVOUS) {
        to = f->found >= 0 ? call->buffer : &process->aside;
        f->part = f->found >= 0 ? fitting(call, &f->arrival.envelope) : f->arrival.envelope.bytes;
        IVC_AWAIT(&f->part_of,
                  ivc_copy(agent, to, 0, data_of(process, &f->arrival), 0, f->part,
                           self->stage0 + (f->found >= 0 ? COPY_OUT : COPY_UNEXPECTED)));
    }
    owe_flag(process, flag_of(process, &f->arrival), true);
    IVC_AWAIT(&f->part_of, ivc_pay(agent));
    release(process, &f->arrival);
    if (f->found < 0)
        ivc_arrivals_push(&process->unexpected, &f->arrival.envelope,
                          f->arrival.kind == RENDEZVOUS ? RENDEZVOUS : UNEXPECTED, 0);
    f->taken = f->found >= 0;
    IVC_END(&f->part_of);
}

static IvcStep nemesis_recv(IvcRank *rank, IvcMpiCall *call)
{
    Process *process = process_of(rank);
    Nemesis *self = process->nemesis;
    Frame *f = &process->frame;
    IVC_BEGIN(f);
    IVC_AWAIT(f, ivc_spend(&rank->agent, self->recv_ps, self->stage0 + RECV));
    IVC_CALL(f, recv_unexpected(process, call));
    while (f->found < 0) {
        IVC_CALL(f, recv_arrival(process, call));
    }
    if (f->arrival.kind == RENDEZVOUS) {
        IVC_CALL(f,
                 recv_slots(process, call, pair_of(self, f->arrival.envelope.source, rank->rank)));
    }
    self->in_flight--;
    f->taken = false;
    call->envelope = f->arrival.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    IVC_END(f);
}

static void box_digest(const Nemesis *self, const Box *box, IvcDigest *digest)
{
    ivc_buffer_digest(self->platform->memory, &box->data, digest);
    ivc_line_digest(&box->flag, digest);
    ivc_digest_u64(digest, box->full);
}

static void pair_digest(const Nemesis *self, const IvcPair *used, IvcDigest *digest)
{
    const Pair *pair = used->state;
    ivc_digest_u64(digest, (uint64_t)used->from << 32 | used->to);
    box_digest(self, &pair->fastbox, digest);
    ivc_digest_u64(digest, pair->slots != NULL);
    for (uint32_t s = 0; !digest->brief && pair->slots && s < self->spec.slots; s++)
        box_digest(self, &pair->slots[(pair->taken + s) % self->spec.slots], digest);
    /* The slots of the ring are alike: only the difference matters. */
    ivc_digest_u64(digest, pair->filled - pair->taken);
    ivc_digest_u64(digest, pair->cleared);
}

/* Cells are alike and known by where they are: in a message, or in their order in the pool. */
static void cell_digest(const Nemesis *self, const IvcArrival *arrival, IvcDigest *digest)
{
    if (arrival->kind == CELL || arrival->kind == RENDEZVOUS)
        ivc_buffer_digest(self->platform->memory,
                          &self->processes[arrival->envelope.source].cells[arrival->index], digest);
}

static void arrivals_digest(const Process *process, IvcDigest *digest)
{
    ivc_arrivals_digest(&process->arrivals, process->rank->received_from, digest);
    for (uint32_t i = 0; !digest->brief && i < process->arrivals.n; i++)
        cell_digest(process->nemesis, ivc_arrivals_at(&process->arrivals, i), digest);
}

static void frame_digest(const Process *process, IvcDigest *digest)
{
    const Nemesis *self = process->nemesis;
    const Frame *f = &process->frame;
    ivc_digest_u64(digest, f->label);
    ivc_digest_u64(digest, f->lmt.label);
    ivc_digest_u64(digest, f->part_of.label);
    ivc_digest_u64(digest, f->taken);
    if (f->taken) {
        ivc_envelope_digest(&f->arrival.envelope, process->rank->received_from, digest);
        ivc_digest_u64(digest, f->arrival.kind);
        if (f->part_of.label) /* not released yet */
            cell_digest(self, &f->arrival, digest);
    }
    if (f->cell != NO_CELL)
        ivc_buffer_digest(self->platform->memory, &process->cells[f->cell], digest);
    if (!f->label)
        return;
    ivc_digest_u64(digest, f->at);
    ivc_digest_u64(digest, f->part);
    ivc_digest_u64(digest, (uint64_t)f->found);
}

static void process_digest(const Process *process, IvcDigest *digest)
{
    const IvcMemory *memory = process->nemesis->platform->memory;
    frame_digest(process, digest);
    ivc_signal_digest(&process->event, digest);
    arrivals_digest(process, digest);
    ivc_arrivals_digest(&process->unexpected, process->rank->received_from, digest);
    ivc_buffer_digest(memory, &process->aside, digest);
    ivc_line_digest(&process->queue_line, digest);
    ivc_line_digest(&process->pool_line, digest);
    ivc_digest_u64(digest, process->n_free);
    for (uint32_t c = 0; !digest->brief && c < process->n_free; c++)
        ivc_buffer_digest(memory, &process->cells[process->free_cells[c]], digest);
}

static void nemesis_digest(const void *channel, IvcDigest *digest)
{
    const Nemesis *self = channel;
    for (uint32_t r = 0; r < self->n; r++)
        process_digest(&self->processes[r], digest);
    for (uint32_t p = 0; p < ivc_pairs_count(&self->pairs); p++)
        pair_digest(self, ivc_pairs_at(&self->pairs, p), digest);
    ivc_digest_u64(digest, self->in_flight);
}

static uint64_t nemesis_in_flight(const void *channel)
{
    return ((const Nemesis *)channel)->in_flight;
}

static uint64_t nemesis_bytes_max(const void *spec)
{
    (void)spec;
    return UINT64_MAX;
}

static void nemesis_check(const void *bound, const IvcScenario *scenario, const char *path,
                          IvcDiags *diags)
{
    const Spec *spec = bound;
    if (spec->eager_max.n <= spec->cell.n)
        return;
    g_autofree char *key = g_strconcat(path, ".eager_max", NULL);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, key), NULL,
                  "an eager message of 'eager_max' does not fit into a 'cell'");
}

static const IvcMechanismOps ops = {
    .create = nemesis_create,
    .free = nemesis_free,
    .setup = nemesis_setup,
    .send = nemesis_send,
    .recv = nemesis_recv,
    .message_bytes_max = nemesis_bytes_max,
    .digest = nemesis_digest,
    .in_flight = nemesis_in_flight,
};

const IvcMechanism ivc_mechanism_nemesis = {
    .head = {.name = "nemesis",
             .summary = "MPICH2's shared-memory channel among processes of one OS: fast boxes, "
                        "cells, rendezvous through copy slots, polling",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = nemesis_check},
    .ops = &ops,
    .one_os = true,
};
