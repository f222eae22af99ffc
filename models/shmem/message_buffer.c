/* Message passing through message buffers on the die, as RCCE and iRCCE do on Intel's SCC.
 *
 * Each core has a small memory on the die that every core can read and write, past its L2. Nothing
 * keeps caches coherent, so there is no shared memory to speak of: the sender puts a part of the
 * message into its own buffer and sets a flag in the receiver's; the receiver, which polls its flag
 * there, gets the part from the sender's buffer and sets the sender's flag. A flag is a line of its
 * own and is written by the copy routine, as data are. What is left of a message after its last
 * whole line goes through a line of padding on either side, with flags of its own.
 *
 * A line of a buffer costs what the profile says, each way over the mesh included, and an in-order
 * core overlaps nothing. On the private side two routines differ:
 * plain   moves byte by byte. The core takes into its caches only what it reads, so every byte that
 *         is stored to a line which is not in L1 goes to L2 or to memory by itself.
 * tuned   puts with loads and stores of eight bytes, and reads the line that it is about to store
 *         to, so that stores find it in L1.
 *
 * Left out: traffic of message buffers on the links of the mesh; lines of L1 that flags take; a
 * pass that stores is kept in the caches' order as if it had allocated, so the end of the pass
 * before it is not found there; tags (a message that no Recv asks for stays in its buffer). */
#include "models/mpi/match.h"
#include "models/shmem/buffer_line.h"
#include "models/shmem/mechanisms.h"
#include "sim/model/machine.h"

typedef enum { PLAIN, TUNED } Routine;

typedef struct {
    int copy; /* Routine */
    uint64_t parts;
    IvcBytes chunk;
    IvcCost byte;
    IvcCost put_word;
    IvcCost send_overhead;
    IvcCost recv_overhead;
} Spec;

#define RCCE "RCCE 1.1 and iRCCE, source text"
#define P54C "Agner Fog, instruction tables, Pentium: FILD m64 1 cycle when overlapped, FISTP m64 6"
#define SOFTWARE "assumed: checks, calls and loops of a small library on an in-order core; sweep it"

/* Lines that hold flags: for each rank one that says 'sent' and one that says 'ready', and two of
 * barriers. */
enum { FLAGS_A_RANK = 2, FLAGS_OF_BARRIERS = 2, BLOCK_BYTES = 64 };

static const char *const routines[] = {"plain", "tuned", NULL};

static const IvcParam params[] = {
    {IVC_PARAM(Spec, copy, "copy"), .fallback = "plain", .choices = routines,
     .kind = IVC_KIND_DOCUMENTED, .source = RCCE,
     .sentence = "copy routine: plain, byte by byte; tuned, eight bytes at a time into the buffer, "
                 "and out of it with the destination read first"},
    {IVC_PARAM(Spec, parts, "parts"), .fallback = "1", .min = "1", .max = "8",
     .kind = IVC_KIND_DOCUMENTED, .source = RCCE ": 1, and 2 when pipelined",
     .sentence = "parts of the chunk: the sender fills one while the receiver empties another"},
    {IVC_PARAM(Spec, chunk, "chunk"), .fallback = "0B", .max = "1MiB",
     .sentence = "what of its buffer a sender uses for data; 0B: all that flags leave"},
    {IVC_PARAM(Spec, byte, "byte"), .fallback = "3cycles", .max = "1us", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: load, store, two increments and a branch, in pairs",
     .sentence = "a turn of the plain routine: one byte, both sides in L1"},
    {IVC_PARAM(Spec, put_word, "put_word"), .fallback = "7cycles", .max = "1us",
     .kind = IVC_KIND_DOCUMENTED, .source = P54C,
     .sentence = "eight bytes that the tuned routine puts, in blocks of 64 B"},
    {IVC_PARAM(Spec, send_overhead, "send_overhead"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SOFTWARE,
     .sentence = "software of a Send, without copies and flags"},
    {IVC_PARAM(Spec, recv_overhead, "recv_overhead"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SOFTWARE,
     .sentence = "software of a Recv, without copies and flags"},
    {0},
};

enum { SEND, RECV, PUT, GET, PAD, FLAGS, POLL_ARRIVAL, POLL_READY, N_STAGES };

static const IvcStage stages[] = {
    [SEND] = {"send", "the library's software of a Send", false},
    [RECV] = {"recv", "the library's software of a Recv", false},
    [PUT] = {"put", "copying from the user's buffer into the own message buffer", false},
    [GET] = {"get", "copying from the sender's message buffer into the user's", false},
    [PAD] = {"pad", "copying what is less than a line between the user's buffer and the padding",
             false},
    [FLAGS] = {"flags", "writing flags", false},
    [POLL_ARRIVAL] = {"poll-arrival", "polling for the flag that says 'sent'", true},
    [POLL_READY] = {"poll-ready", "polling for the flag that says 'ready'", true},
    [N_STAGES] = {NULL, NULL, false},
};

typedef struct Module Module;

/* A rank's end, with its own message buffer. */
typedef struct {
    IvcLabel label;
    struct {
        IvcLabel label;
    } move;
    Module *module;
    IvcRank *rank;
    IvcSignal event; /* a flag in its buffer was written */
    IvcArrivals arrivals;
    IvcArrival taken; /* by the open Recv */
    IvcBuffer window; /* lines of other cores' buffers that it has read, as its L1 sees them */
    uint64_t filled;  /* parts of its open, or latest, Send that it has put into its buffer */
    uint64_t emptied; /* those that were got from there */
    uint64_t at;      /* bytes that the open call has moved */
    uint64_t part;
} End;

struct Module {
    IvcPlatform *platform;
    Spec spec;
    uint32_t n;
    End *ends;
    IvcCopyCosts put;
    IvcCopyCosts get;
    uint64_t line;
    uint64_t part_max;
    uint64_t in_flight;
    uint64_t parts;
    IvcBufferLine buffers;
    IvcTime setup_ps;
    IvcTime word_ps;
    IvcTime byte_ps;
    IvcTime put_word_ps;
    IvcTime send_ps;
    IvcTime recv_ps;
    uint32_t stage0;
};

/* What of a buffer is left for data. */
static uint64_t chunk_max(const IvcMachineSpec *machine, uint64_t ranks)
{
    uint64_t flags = (FLAGS_A_RANK * ranks + FLAGS_OF_BARRIERS) * machine->line.n;
    return flags < machine->message_buffer.n ? machine->message_buffer.n - flags : 0;
}

/* Loops and calls are counted apart, so a copy's own costs are its lines'. */
static void set_costs(Module *self)
{
    const IvcPlatform *platform = self->platform;
    const IvcMachineSpec *machine = platform->spec;
    const IvcCopyCosts *own = ivc_copy_costs(platform->memory);
    self->put = self->get = *own;
    self->put.setup = self->get.setup = 0;
    self->put.word = self->get.word = 0;
    for (size_t l = IVC_LEVEL_L2; l < IVC_LEVELS; l++)
        if (self->spec.copy == TUNED) /* the line is read; it displaces one that was stored to */
            self->get.write_line[l] = own->read_line[l] + own->write_line[l];
    if (self->spec.copy == TUNED || machine->store_l2.n == 0)
        return;
    uint64_t l2 = ivc_copy_cost(&platform->clock, machine->store_l2);
    uint64_t memory = ivc_copy_cost(&platform->clock, machine->store_memory);
    for (size_t l = IVC_LEVEL_L2; l < IVC_LEVELS; l++)
        self->get.write_line[l] = self->line * (l == IVC_LEVEL_MEMORY ? memory : l2);
}

static void end_init(Module *self, End *end, IvcRank *rank)
{
    end->module = self;
    end->rank = rank;
    end->event.id = ivc_platform_id(self->platform);
    ivc_arrivals_init(&end->arrivals, 16);
    ivc_buffer_init(&end->window, ivc_platform_id(self->platform), self->part_max);
}

static void *buffer_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    Module *self = g_new0(Module, 1);
    const IvcMachineSpec *machine = platform->spec;
    self->platform = platform;
    self->spec = *(const Spec *)spec;
    self->n = n;
    self->line = machine->line.n;
    uint64_t chunk = self->spec.chunk.n ? self->spec.chunk.n : chunk_max(machine, n);
    self->part_max = chunk / self->spec.parts / self->line * self->line;
    self->buffers = ivc_buffer_line(platform);
    self->setup_ps = ivc_platform_ps(platform, machine->copy_setup);
    self->word_ps = ivc_platform_ps(platform, machine->copy_word);
    self->byte_ps = ivc_platform_ps(platform, self->spec.byte);
    self->put_word_ps = ivc_platform_ps(platform, self->spec.put_word);
    self->send_ps = ivc_platform_ps(platform, self->spec.send_overhead);
    self->recv_ps = ivc_platform_ps(platform, self->spec.recv_overhead);
    self->stage0 = platform->stage_mechanism;
    set_costs(self);
    self->ends = g_new0(End, n);
    for (uint32_t r = 0; r < n; r++)
        end_init(self, &self->ends[r], &ranks[r]);
    ivc_platform_count(platform, "parts", "count", "parts of messages through message buffers",
                       &self->parts);
    return self;
}

static void buffer_free(void *channel)
{
    Module *self = channel;
    for (uint32_t r = 0; r < self->n; r++)
        ivc_arrivals_clear(&self->ends[r].arrivals);
    g_free(self->ends);
    g_free(self);
}

static End *end_of(const IvcRank *rank)
{
    return &((Module *)rank->channel)->ends[rank->rank];
}

/* The routine's instructions for bytes that both sides have in L1. */
static IvcTime loop_ps(const Module *self, uint64_t bytes, bool put)
{
    if (self->spec.copy == PLAIN)
        return self->setup_ps + bytes * self->byte_ps;
    uint64_t blocks = put ? bytes / BLOCK_BYTES : 0;
    uint64_t rest = bytes - blocks * BLOCK_BYTES;
    return self->setup_ps + blocks * (BLOCK_BYTES / 8) * self->put_word_ps +
           (rest + 7) / 8 * self->word_ps;
}

/* A line between a core and another one's buffer. */
static IvcTime far_ps(const End *from, const End *to)
{
    return ivc_buffer_line_ps(&from->module->buffers, from->rank, to->rank);
}

static IvcTime poll_ps(const End *end)
{
    return far_ps(end, end) + end->module->platform->t.poll;
}

static void owe_flag(End *end, const End *where)
{
    const Module *self = end->module;
    ivc_owe(&end->rank->agent, loop_ps(self, self->line, true) + far_ps(end, where),
            self->stage0 + FLAGS);
}

static uint64_t part_of(const Module *self, uint64_t left)
{
    uint64_t part = MIN(left, self->part_max);
    return part < self->line ? part : part - part % self->line;
}

static uint64_t lines_of(const Module *self, uint64_t bytes)
{
    return (bytes + self->line - 1) / self->line;
}

/* Puts bytes of the user's buffer into the own message buffer. */
static IvcStep put_part(End *end, const IvcMpiCall *call)
{
    const Module *self = end->module;
    IvcAgent *agent = &end->rank->agent;
    uint32_t stage = self->stage0 + (end->part < self->line ? PAD : PUT);
    IVC_BEGIN(&end->move);
    if (end->part == 0) {
        IVC_RETURN(&end->move);
    }
    ivc_owe(agent, loop_ps(self, end->part, end->part >= self->line), stage);
    if (end->part < self->line)
        ivc_owe(agent, loop_ps(self, self->line, true), self->stage0 + PUT);
    ivc_owe(agent, lines_of(self, end->part) * far_ps(end, end), self->stage0 + PUT);
    IVC_AWAIT(&end->move,
              ivc_copy_by(agent, &self->put, NULL, 0, call->buffer, end->at, end->part, stage));
    IVC_END(&end->move);
}

/* Gets a part from the sender's message buffer; what the user's buffer has no room for is left. */
static IvcStep get_part(End *end, const IvcMpiCall *call, const End *source)
{
    const Module *self = end->module;
    IvcAgent *agent = &end->rank->agent;
    uint64_t room = call->bytes > end->at ? call->bytes - end->at : 0;
    uint64_t bytes = MIN(end->part, room);
    uint64_t got = MIN(lines_of(self, bytes) * self->line, self->part_max);
    uint32_t stage = self->stage0 + (end->part < self->line ? PAD : GET);
    IVC_BEGIN(&end->move);
    if (bytes == 0) {
        IVC_RETURN(&end->move);
    }
    ivc_buffer_done(&end->window);
    ivc_consume(agent, &end->window, 0, got);
    ivc_owe(agent, loop_ps(self, bytes, false), stage);
    if (end->part < self->line)
        ivc_owe(agent, loop_ps(self, self->line, false), self->stage0 + GET);
    ivc_owe(agent, lines_of(self, bytes) * far_ps(end, source), self->stage0 + GET);
    IVC_AWAIT(&end->move,
              ivc_copy_by(agent, &self->get, call->buffer, end->at, NULL, 0, bytes, stage));
    IVC_END(&end->move);
}

static IvcStep buffer_send(IvcRank *rank, IvcMpiCall *call)
{
    End *end = end_of(rank);
    Module *self = end->module;
    IvcAgent *agent = &rank->agent;
    End *to = &self->ends[call->peer];
    IVC_BEGIN(end);
    ivc_owe(agent, self->send_ps, self->stage0 + SEND);
    end->at = 0;
    end->filled = end->emptied = 0; /* the last Send ended with an empty buffer */
    do {
        while (end->filled - end->emptied == self->spec.parts) {
            IVC_AWAIT(end, ivc_poll(agent, &end->event, poll_ps(end), IVC_TIME_NEVER,
                                    self->stage0 + POLL_READY));
        }
        if (end->filled >= self->spec.parts)
            owe_flag(end, end); /* 'ready' is taken back */
        end->part = part_of(self, call->bytes - end->at);
        IVC_CALL(end, put_part(end, call));
        owe_flag(end, to);
        IVC_AWAIT(end, ivc_pay(agent));
        end->filled++;
        self->parts++;
        if (end->at == 0) {
            ivc_arrivals_push(&to->arrivals, &call->envelope, 0, 0);
            self->in_flight++;
        }
        end->at += end->part;
        ivc_signal(agent->sim, &to->event);
    } while (end->at < call->bytes);
    while (end->filled != end->emptied) {
        IVC_AWAIT(end, ivc_poll(agent, &end->event, poll_ps(end), IVC_TIME_NEVER,
                                self->stage0 + POLL_READY));
    }
    owe_flag(end, end);
    IVC_AWAIT(end, ivc_pay(agent));
    IVC_END(end);
}

static IvcStep buffer_recv(IvcRank *rank, IvcMpiCall *call)
{
    End *end = end_of(rank);
    Module *self = end->module;
    IvcAgent *agent = &rank->agent;
    End *source = &self->ends[end->taken.envelope.source];
    IVC_BEGIN(end);
    IVC_AWAIT(end, ivc_spend(agent, self->recv_ps, self->stage0 + RECV));
    while (!ivc_arrivals_take_for(&end->arrivals, call, &end->taken)) {
        IVC_AWAIT(end, ivc_poll(agent, &end->event, poll_ps(end), IVC_TIME_NEVER,
                                self->stage0 + POLL_ARRIVAL));
    }
    source = &self->ends[end->taken.envelope.source];
    end->at = 0;
    do {
        while (source->filled == source->emptied) {
            IVC_AWAIT(end, ivc_poll(agent, &end->event, poll_ps(end), IVC_TIME_NEVER,
                                    self->stage0 + POLL_ARRIVAL));
        }
        owe_flag(end, end); /* 'sent' is taken back */
        end->part = part_of(self, end->taken.envelope.bytes - end->at);
        IVC_CALL(end, get_part(end, call, source));
        owe_flag(end, source);
        IVC_AWAIT(end, ivc_pay(agent));
        source->emptied++;
        end->at += end->part;
        ivc_signal(agent->sim, &source->event);
    } while (end->at < end->taken.envelope.bytes);
    self->in_flight--;
    call->envelope = end->taken.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    IVC_END(end);
}

static void end_digest(const End *end, IvcDigest *digest)
{
    ivc_digest_u64(digest, end->label);
    ivc_digest_u64(digest, end->move.label);
    ivc_signal_digest(&end->event, digest);
    ivc_arrivals_digest(&end->arrivals, end->rank->received_from, digest);
    ivc_digest_u64(digest, end->filled - end->emptied);
    ivc_digest_u64(digest, end->label ? MIN(end->filled, end->module->spec.parts) : 0);
    ivc_buffer_digest(end->module->platform->memory, &end->window, digest);
    if (!end->label)
        return;
    ivc_envelope_digest(&end->taken.envelope, end->rank->received_from, digest);
    ivc_digest_u64(digest, end->at);
    ivc_digest_u64(digest, end->part);
}

static void buffer_digest(const void *channel, IvcDigest *digest)
{
    const Module *self = channel;
    for (uint32_t r = 0; r < self->n; r++)
        end_digest(&self->ends[r], digest);
    ivc_digest_u64(digest, self->in_flight);
}

static uint64_t buffer_in_flight(const void *channel)
{
    return ((const Module *)channel)->in_flight;
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    const IvcMachineSpec *machine = ivc_scenario_machine(scenario);
    if (!ivc_buffer_line_check(scenario, path, "mechanism", diags))
        return;
    uint64_t line = machine->line.n;
    uint64_t most = chunk_max(machine, ivc_scenario_channel_ranks(scenario, path)) / line * line;
    uint64_t chunk = spec->chunk.n ? spec->chunk.n : most;
    g_autofree char *at_most = g_strdup_printf("at most %" G_GUINT64_FORMAT "B", most);
    g_autofree char *below =
        g_strdup_printf("the nearest below is %" G_GUINT64_FORMAT "B", chunk / line * line);
    g_autofree char *lines = g_strdup_printf("at most %" G_GUINT64_FORMAT, chunk / line);
    if (most < line)
        ivc_scenario_conflict(
            scenario, path, "between", NULL,
            "the flags of so many ranks leave no line of a message buffer for data", diags);
    else if (chunk > most)
        ivc_scenario_conflict(scenario, path, "chunk", at_most,
                              "a message buffer has no room for the chunk besides its flags",
                              diags);
    else if (chunk % line != 0)
        ivc_scenario_conflict(scenario, path, "chunk", below, "a chunk is a whole number of lines",
                              diags);
    else if (chunk / spec->parts < line)
        ivc_scenario_conflict(scenario, path, "parts", lines,
                              "each part of the chunk has one line or more", diags);
}

/* Each routine has a cost of its own. */
static bool idle(const void *bound, const char *key)
{
    bool tuned = ((const Spec *)bound)->copy == TUNED;
    return tuned ? g_str_equal(key, "byte") : g_str_equal(key, "put_word");
}

static const IvcMechanismOps ops = {
    .create = buffer_create,
    .free = buffer_free,
    .setup = ivc_mpi_no_setup, /* the buffers are mapped when the library starts */
    .send = buffer_send,
    .recv = buffer_recv,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = buffer_digest,
    .in_flight = buffer_in_flight,
};

const IvcMechanism ivc_mechanism_message_buffer = {
    .head = {.name = "message-buffer",
             .summary = "RCCE and iRCCE: parts of messages through buffers on the die, with polled "
                        "flags, without coherent caches",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .own_cores = true,
    .idle = idle,
};
