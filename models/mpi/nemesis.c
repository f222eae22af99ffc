/* MPICH2's nemesis channel: message passing by shared memory among processes of one OS.
 *
 * A small message goes into the fast box of its pair of processes when that is empty, else into a
 * cell of the sender's pool, which is put on the receiver's queue. Larger ones go by rendezvous
 * through a ring of copy slots, so that both sides copy at the same time. Nobody enters the
 * kernel: who waits, polls. Sizes are those of MPICH's source tree (1.0.6 to 4.0).
 *
 * Isend and Irecv are in nemesis_requests.c.
 *
 * Left out: the yield after many polls (nobody else wants the core), the kernel-assisted single
 * copy that later versions offer, and the network modules. */
#include "models/mpi/mechanisms.h"
#include "models/mpi/nemesis_private.h"
#include "sim/base/pages.h"

#define MPICH_SOURCE "MPICH source tree, ch3 nemesis, versions 1.0.6 to 4.0"
#define OVERHEAD_SOURCE "assumed: a few hundred instructions of ch3 on an in-order core; sweep it"

static const IvcParam params[] = {
    {IVC_PARAM(NemesisSpec, cell, "cell"), .fallback = "64KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "size of a cell and of a fast box"},
    {IVC_PARAM(NemesisSpec, cells, "cells"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE, .sentence = "cells in a process's pool"},
    {IVC_PARAM(NemesisSpec, fastbox, "fastbox"), .fallback = "true",
     .sentence = "whether each pair of processes has a fast box"},
    {IVC_PARAM(NemesisSpec, eager_max, "eager_max"), .fallback = "64KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "largest message that goes through a cell; larger ones go by rendezvous"},
    {IVC_PARAM(NemesisSpec, slot, "slot"), .fallback = "32KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "size of a slot of the rendezvous copy ring"},
    {IVC_PARAM(NemesisSpec, slots, "slots"), .fallback = "8", .min = "1", .max = "256",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "slots of the rendezvous copy ring"},
    {IVC_PARAM(NemesisSpec, piece, "piece"), .fallback = "16KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "what is put into a slot at most, of a message of at most 'piece_max'"},
    {IVC_PARAM(NemesisSpec, piece_max, "piece_max"), .fallback = "128KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = MPICH_SOURCE,
     .sentence = "largest message that goes through the ring in pieces; larger ones fill slots"},
    {IVC_PARAM(NemesisSpec, send_overhead, "send_overhead"), .fallback = "500cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "software of a Send, without copies and shared lines"},
    {IVC_PARAM(NemesisSpec, recv_overhead, "recv_overhead"), .fallback = "600cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "software of a Recv with matching, without copies and shared lines"},
    {IVC_PARAM(NemesisSpec, progress, "progress"), .fallback = "60cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = OVERHEAD_SOURCE,
     .sentence = "one turn of the progress engine beyond the poll itself"},
    {0},
};

static const IvcStage stages[] = {
    [NEMESIS_SEND] = {"send", "MPICH's software path of a Send", false},
    [NEMESIS_RECV] = {"recv", "MPICH's software path of a Recv, with matching", false},
    [NEMESIS_COPY_IN] = {"copy-in", "copying from the user's buffer into a box, cell or slot",
                         false},
    [NEMESIS_COPY_OUT] = {"copy-out", "copying from a box, cell or slot into the user's buffer",
                          false},
    [NEMESIS_COPY_UNEXPECTED] = {"copy-unexpected",
                                 "copying a message aside that no Recv asked for yet", false},
    [NEMESIS_FLAGS] = {"flags", "reading and writing shared flags and queue heads", false},
    [NEMESIS_POLL_ARRIVAL] = {"poll-arrival", "polling for a message or the other side's answer",
                              true},
    [NEMESIS_POLL_ROOM] = {"poll-room", "polling for an empty box, cell or slot", true},
    [NEMESIS_STAGES] = {NULL, NULL, false},
};

static void box_init(IvcPlatform *platform, NemesisBox *box, uint64_t bytes)
{
    ivc_buffer_init(&box->data, ivc_platform_id(platform), bytes);
    ivc_line_init(&box->flag, ivc_platform_id(platform));
}

static void process_init(Nemesis *self, NemesisProcess *process, IvcRank *rank)
{
    IvcPlatform *platform = self->platform;
    process->nemesis = self;
    process->rank = rank;
    process->event.id = ivc_platform_id(platform);
    process->frame.cell = NEMESIS_NO_CELL;
    process->nobody.comm = UINT32_MAX;
    ivc_arrivals_init(&process->arrivals, 16);
    ivc_arrivals_init(&process->unexpected, 16);
    ivc_buffer_init(&process->aside, ivc_platform_id(platform), self->spec.cell.n);
    ivc_line_init(&process->queue_line, ivc_platform_id(platform));
    ivc_line_init(&process->pool_line, ivc_platform_id(platform));
    process->cells = &self->cells[process->rank->rank * self->spec.cells];
    process->free_cells = g_new0(uint32_t, self->spec.cells);
    for (uint32_t c = 0; c < self->spec.cells; c++) {
        ivc_buffer_init(&process->cells[c], ivc_platform_id(platform), self->spec.cell.n);
        process->free_cells[process->n_free++] = c;
    }
}

static void *nemesis_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    Nemesis *self = g_new0(Nemesis, 1);
    self->platform = platform;
    self->spec = *(const NemesisSpec *)spec;
    self->n = n;
    self->send_ps = ivc_platform_ps(platform, self->spec.send_overhead);
    self->recv_ps = ivc_platform_ps(platform, self->spec.recv_overhead);
    self->poll_ps = platform->t.poll + ivc_platform_ps(platform, self->spec.progress);
    self->stage0 = platform->stage_mechanism;
    self->processes = ivc_pages_new0(n, sizeof(NemesisProcess));
    self->cells = ivc_pages_new0(n * self->spec.cells, sizeof(IvcBuffer));
    ivc_pairs_init(&self->pairs, n, sizeof(NemesisPair));
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
        g_free(((NemesisPair *)ivc_pairs_at(&self->pairs, p)->state)->slots);
    ivc_pages_free(self->cells, self->n * self->spec.cells, sizeof(IvcBuffer));
    ivc_pages_free(self->processes, self->n, sizeof(NemesisProcess));
    ivc_pairs_clear(&self->pairs);
    g_free(self);
}

static IvcStep nemesis_setup(IvcRank *rank)
{
    (void)rank;
    return IVC_DONE; /* the OS maps the segment at start-up; not on the measured path */
}

NemesisPair *ivc_nemesis_pair_add(Nemesis *self, uint32_t from, uint32_t to)
{
    NemesisPair *pair = ivc_pairs_add(&self->pairs, from, to);
    box_init(self->platform, &pair->fastbox, self->spec.cell.n);
    return pair;
}

static NemesisPair *pair_with_slots(Nemesis *self, uint32_t from, uint32_t to)
{
    NemesisPair *pair = nemesis_pair_of(self, from, to);
    if (G_LIKELY(pair->slots))
        return pair;
    pair->slots = g_new0(NemesisBox, self->spec.slots);
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
static void owe_flag(NemesisProcess *process, IvcLine *line, bool write)
{
    IvcAgent *agent = &process->rank->agent;
    ivc_owe(agent, ivc_line_touch(agent, line, write), process->nemesis->stage0 + NEMESIS_FLAGS);
}

/* ---- large messages, through slots ---- */

static NemesisBox *slot_at(const Nemesis *self, const NemesisPair *pair, uint64_t count)
{
    return &pair->slots[count % self->spec.slots];
}

/* What goes into a slot at a time. Small pieces let the receiver begin early. */
static uint64_t part_of(const Nemesis *self, uint64_t message)
{
    const NemesisSpec *spec = &self->spec;
    return message <= spec->piece_max.n ? MIN(spec->piece.n, spec->slot.n) : spec->slot.n;
}

IvcStep ivc_nemesis_fill(NemesisProcess *process, const IvcMpiCall *call, NemesisPair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    NemesisBox *slot = slot_at(self, pair, pair->filled);
    IVC_BEGIN(&f->slot);
    f->part = MIN(part_of(self, call->bytes), call->bytes - pair->sent);
    IVC_AWAIT(&f->slot, ivc_copy(agent, &slot->data, 0, call->buffer, pair->sent, f->part,
                                 self->stage0 + NEMESIS_COPY_IN));
    owe_flag(process, &slot->flag, true);
    IVC_AWAIT(&f->slot, ivc_pay(agent));
    pair->filled++;
    pair->sent += f->part;
    ivc_signal(agent->sim, &self->processes[call->peer].event);
    IVC_END(&f->slot);
}

IvcStep ivc_nemesis_drain(NemesisProcess *process, const IvcMpiCall *call,
                          const IvcEnvelope *envelope, NemesisPair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    NemesisBox *slot = slot_at(self, pair, pair->taken);
    IVC_BEGIN(&f->slot);
    owe_flag(process, &slot->flag, false);
    f->part = MIN(part_of(self, envelope->bytes), envelope->bytes - pair->got);
    if (pair->got < call->bytes) { /* the rest of a message that is too long is dropped */
        IVC_AWAIT(&f->slot,
                  ivc_copy(agent, call->buffer, pair->got, &slot->data, 0,
                           MIN(f->part, call->bytes - pair->got), self->stage0 + NEMESIS_COPY_OUT));
    }
    owe_flag(process, &slot->flag, true);
    IVC_AWAIT(&f->slot, ivc_pay(agent));
    pair->taken++;
    pair->got += f->part;
    ivc_signal(agent->sim, &self->processes[envelope->source].event);
    IVC_END(&f->slot);
}

IvcStep ivc_nemesis_answer(NemesisProcess *process, const IvcEnvelope *envelope, NemesisPair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    IVC_BEGIN(&f->slot);
    pair->filled = pair->taken = 0; /* each message begins with the first slot */
    owe_flag(process, &pair->slots[0].flag, true);
    IVC_AWAIT(&f->slot, ivc_pay(agent));
    pair->cleared = true;
    pair->sequence = envelope->sequence;
    pair->sent = pair->got = 0;
    self->processes[envelope->source].clears++;
    ivc_signal(agent->sim, &self->processes[envelope->source].event);
    IVC_END(&f->slot);
}

/* Sends by rendezvous: the request has been published, the receiver's answer is awaited. */
static IvcStep send_slots(NemesisProcess *process, IvcMpiCall *call, NemesisPair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    IVC_BEGIN(&f->lmt);
    while (!pair->cleared) {
        IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                    self->stage0 + NEMESIS_POLL_ARRIVAL));
    }
    pair->cleared = false;
    process->clears--;
    while (pair->sent < call->bytes) {
        while (!nemesis_has_room(self, pair)) {
            IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + NEMESIS_POLL_ROOM));
        }
        IVC_CALL(&f->lmt, ivc_nemesis_fill(process, call, pair));
    }
    IVC_END(&f->lmt);
}

/* A process takes the cell that has been free for longest. */
static uint32_t cell_take(NemesisProcess *process)
{
    uint32_t cell = process->free_cells[process->free_first];
    process->free_first = nemesis_free_at(process, 1);
    process->n_free--;
    return cell;
}

/* These three are the hot path of blocking calls, and of requests. */
G_ALWAYS_INLINE static inline IvcStep send(IvcRank *rank, IvcMpiCall *call)
{
    NemesisProcess *process = nemesis_process_of(rank);
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &rank->agent;
    NemesisFrame *f = &process->frame;
    NemesisPair *pair = f->pair;
    IVC_BEGIN(f);
    pair = f->pair = call->bytes > self->spec.eager_max.n
                         ? pair_with_slots(self, rank->rank, (uint32_t)call->peer)
                         : nemesis_pair_of(self, rank->rank, (uint32_t)call->peer);
    if (!call->pending)
        ivc_owe(agent, self->send_ps, self->stage0 + NEMESIS_SEND);
    if (self->spec.fastbox && call->bytes <= self->spec.eager_max.n) {
        owe_flag(process, &pair->fastbox.flag, false);
        IVC_AWAIT(f, ivc_pay(agent));
        if (!pair->fastbox.full) {
            IVC_AWAIT(f, ivc_copy(agent, &pair->fastbox.data, 0, call->buffer, 0, call->bytes,
                                  self->stage0 + NEMESIS_COPY_IN));
            owe_flag(process, &pair->fastbox.flag, true);
            IVC_AWAIT(f, ivc_pay(agent));
            pair->fastbox.full = true;
            self->fastbox_messages++;
            publish(self, (uint32_t)call->peer, call, NEMESIS_FASTBOX, rank->rank);
            IVC_RETURN(f);
        }
    }
    IVC_AWAIT(f, ivc_pay(agent));
    while (process->n_free == 0) {
        IVC_AWAIT(f, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                              self->stage0 + NEMESIS_POLL_ROOM));
    }
    f->cell = cell_take(process);
    owe_flag(process, &process->pool_line, true);
    if (call->bytes <= self->spec.eager_max.n) {
        IVC_AWAIT(f, ivc_copy(agent, &process->cells[f->cell], 0, call->buffer, 0, call->bytes,
                              self->stage0 + NEMESIS_COPY_IN));
    }
    owe_flag(process, &self->processes[call->peer].queue_line, true);
    IVC_AWAIT(f, ivc_spend(agent, self->platform->t.atomic, IVC_STAGE_ATOMIC));
    if (call->bytes <= self->spec.eager_max.n) {
        self->cell_messages++;
        publish(self, (uint32_t)call->peer, call, NEMESIS_CELL, f->cell);
        f->cell = NEMESIS_NO_CELL;
        IVC_RETURN(f);
    }
    self->rendezvous_messages++;
    publish(self, (uint32_t)call->peer, call, NEMESIS_RENDEZVOUS, f->cell);
    f->cell = NEMESIS_NO_CELL;
    if (call->pending) {
        IVC_RETURN(f);
    }
    IVC_CALL(f, send_slots(process, call, pair));
    IVC_END(f);
}

/* Gives a cell back to the pool of the process that filled it: it waits behind the others there. */
static void cell_free(Nemesis *self, uint32_t owner, uint32_t cell)
{
    NemesisProcess *process = &self->processes[owner];
    process->free_cells[nemesis_free_at(process, process->n_free++)] = cell;
    ivc_signal(&self->platform->sim, &process->event);
}

static IvcStep recv_slots(NemesisProcess *process, IvcMpiCall *call, NemesisPair *pair)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    IVC_BEGIN(&f->lmt);
    IVC_CALL(&f->lmt, ivc_nemesis_answer(process, &f->arrival.envelope, pair));
    while (pair->got < f->arrival.envelope.bytes) {
        while (pair->filled == pair->taken) {
            IVC_AWAIT(&f->lmt, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + NEMESIS_POLL_ARRIVAL));
        }
        IVC_CALL(&f->lmt, ivc_nemesis_drain(process, call, &f->arrival.envelope, pair));
    }
    IVC_END(&f->lmt);
}

/* Where an arrival's data lies. */
static IvcBuffer *data_of(NemesisProcess *process, const IvcArrival *arrival)
{
    Nemesis *self = process->nemesis;
    uint32_t from = arrival->envelope.source;
    if (arrival->kind == NEMESIS_FASTBOX)
        return &process->frame.pair->fastbox.data;
    return &self->processes[from].cells[arrival->index];
}

/* The line that the receiver touches to see, and to free, an arrival. */
static IvcLine *flag_of(NemesisProcess *process, const IvcArrival *arrival)
{
    if (arrival->kind == NEMESIS_FASTBOX)
        return &process->frame.pair->fastbox.flag;
    return &process->queue_line;
}

static void release(NemesisProcess *process, const IvcArrival *arrival)
{
    Nemesis *self = process->nemesis;
    uint32_t from = arrival->envelope.source;
    if (arrival->kind == NEMESIS_FASTBOX) {
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

G_ALWAYS_INLINE static inline IvcStep recv_unexpected(NemesisProcess *process, IvcMpiCall *call)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    IVC_BEGIN(&f->part_of);
    f->found = ivc_arrivals_find(&process->unexpected, call);
    if (f->found >= 0) {
        f->arrival = ivc_arrivals_take(&process->unexpected, (uint32_t)f->found);
        f->taken = true;
        if (f->arrival.kind == NEMESIS_UNEXPECTED) {
            IVC_AWAIT(&f->part_of, ivc_copy(agent, call->buffer, 0, &process->aside, 0,
                                            fitting(call, &f->arrival.envelope),
                                            self->stage0 + NEMESIS_COPY_OUT));
        }
    }
    IVC_END(&f->part_of);
}

G_ALWAYS_INLINE static inline IvcStep recv_arrival(NemesisProcess *process, IvcMpiCall *call)
{
    Nemesis *self = process->nemesis;
    IvcAgent *agent = &process->rank->agent;
    NemesisFrame *f = &process->frame;
    IvcBuffer *to;
    IVC_BEGIN(&f->part_of);
    while (process->arrivals.n == 0) {
        IVC_AWAIT(&f->part_of, ivc_poll(agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                                        self->stage0 + NEMESIS_POLL_ARRIVAL));
    }
    f->arrival = ivc_arrivals_take(&process->arrivals, 0);
    f->pair = nemesis_pair_of(self, f->arrival.envelope.source, process->rank->rank);
    f->taken = true;
    f->found = ivc_mpi_matches(call, &f->arrival.envelope) ? 0 : -1;
    owe_flag(process, flag_of(process, &f->arrival), false);
    if (f->arrival.kind != NEMESIS_RENDEZVOUS) {
        to = f->found >= 0 ? call->buffer : &process->aside;
        f->part = f->found >= 0 ? fitting(call, &f->arrival.envelope) : f->arrival.envelope.bytes;
        IVC_AWAIT(&f->part_of, ivc_copy(agent, to, 0, data_of(process, &f->arrival), 0, f->part,
                                        self->stage0 + (f->found >= 0 ? NEMESIS_COPY_OUT
                                                                      : NEMESIS_COPY_UNEXPECTED)));
    }
    owe_flag(process, flag_of(process, &f->arrival), true);
    IVC_AWAIT(&f->part_of, ivc_pay(agent));
    release(process, &f->arrival);
    if (f->found < 0)
        ivc_arrivals_push(
            &process->unexpected, &f->arrival.envelope,
            f->arrival.kind == NEMESIS_RENDEZVOUS ? NEMESIS_RENDEZVOUS : NEMESIS_UNEXPECTED, 0);
    f->taken = f->found >= 0;
    IVC_END(&f->part_of);
}

static IvcStep nemesis_recv(IvcRank *rank, IvcMpiCall *call)
{
    NemesisProcess *process = nemesis_process_of(rank);
    Nemesis *self = process->nemesis;
    NemesisFrame *f = &process->frame;
    if (G_UNLIKELY(process->requests.open))
        return ivc_nemesis_requests_recv(rank, call);
    IVC_BEGIN(f);
    IVC_AWAIT(f, ivc_spend(&rank->agent, self->recv_ps, self->stage0 + NEMESIS_RECV));
    IVC_CALL(f, recv_unexpected(process, call));
    while (f->found < 0) {
        IVC_CALL(f, recv_arrival(process, call));
    }
    if (f->arrival.kind == NEMESIS_RENDEZVOUS) {
        IVC_CALL(f, recv_slots(process, call,
                               nemesis_pair_of(self, f->arrival.envelope.source, rank->rank)));
    }
    self->in_flight--;
    f->taken = false;
    call->envelope = f->arrival.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    IVC_END(f);
}

/* ---- the hooks ---- */

static IvcStep nemesis_send(IvcRank *rank, IvcMpiCall *call)
{
    if (G_UNLIKELY(nemesis_process_of(rank)->requests.open))
        return ivc_nemesis_requests_send(rank, call);
    return send(rank, call);
}

IvcStep ivc_nemesis_send(IvcRank *rank, IvcMpiCall *call)
{
    return send(rank, call);
}

IvcStep ivc_nemesis_recv_unexpected(NemesisProcess *process, IvcMpiCall *call)
{
    return recv_unexpected(process, call);
}

IvcStep ivc_nemesis_recv_arrival(NemesisProcess *process, IvcMpiCall *call)
{
    return recv_arrival(process, call);
}

static uint64_t nemesis_in_flight(const void *channel)
{
    return ((const Nemesis *)channel)->in_flight;
}

static void nemesis_check(const void *bound, const IvcScenario *scenario, const char *path,
                          IvcDiags *diags)
{
    const NemesisSpec *spec = bound;
    if (spec->eager_max.n <= spec->cell.n)
        return;
    ivc_scenario_conflict(scenario, path, "eager_max", NULL,
                          "an eager message of 'eager_max' does not fit into a 'cell'", diags);
}

static const IvcMechanismOps ops = {
    .create = nemesis_create,
    .free = nemesis_free,
    .setup = nemesis_setup,
    .send = nemesis_send,
    .recv = nemesis_recv,
    .isend = ivc_nemesis_isend,
    .irecv = ivc_nemesis_irecv,
    .waitall = ivc_nemesis_waitall,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = ivc_nemesis_digest,
    .in_flight = nemesis_in_flight,
};

const IvcMechanism ivc_mechanism_nemesis = {
    .head = {.name = "nemesis",
             .summary = "MPICH2's shared-memory channel among processes of one OS: fast boxes, "
                        "cells, rendezvous through copy slots, polling",
             .params = params,
             .spec_size = sizeof(NemesisSpec),
             .stages = stages,
             .check = nemesis_check},
    .ops = &ops,
    .one_os = true,
    .requests = true,
};
