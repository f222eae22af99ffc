/* Messages in a buffer that two kernels share, announced by an interrupt between their cores.
 *
 * Caches are not coherent, or not used: the sender's stores go past them into a slot of the buffer,
 * a store to a register rings, and the receiver's handler wakes the process that waits, or takes
 * the message itself. The slots are on the die, in the sender's message buffer, or in memory. A
 * sender that has no slot left, or that waits until its message was taken, sleeps until the
 * receiver rings, or polls. Short messages may travel in the register that rings.
 *
 * Loads and stores of slots are single ones, of a width, or whole lines: the core combines stores,
 * and loads through L1 lines that it invalidates before. Each is a round trip; an in-order core
 * overlaps nothing. Under a mode where registers trap, each access to the one that rings does;
 * slots are memory that guests have mapped.
 *
 * Left out: the way from a core to the memory; longer messages than a slot; what the lines of slots
 * displace in L1. */
#include "models/ipi/doorbell.h"
#include "models/mpi/match.h"
#include "models/shmem/buffer_line.h"
#include "models/shmem/mechanisms.h"
#include "sim/model/machine.h"

typedef enum { DIE, MEMORY } Home;
typedef enum { LINES, SINGLE } Access;
typedef enum { UNTIL_TAKEN, UNTIL_STORED } Until;
typedef enum { BY_INTERRUPT, BY_POLL } Answer;
typedef enum { TO_PROCESS, TO_HANDLER } Deliver;

typedef struct {
    int home;    /* Home */
    int stores;  /* Access */
    int loads;   /* Access */
    int until;   /* Until */
    int answer;  /* Answer */
    int deliver; /* Deliver */
    IvcBytes width;
    uint64_t slots;
    IvcBytes slot;
    IvcBytes in_register;
    uint64_t put_loads;
    uint64_t put_stores;
    uint64_t get_loads;
    uint64_t get_stores;
    IvcCost scan;
    IvcCost send_overhead;
    IvcCost recv_overhead;
    IvcCost handle;
} Spec;

static const char *const homes[] = {"die", "memory", NULL};
static const char *const accesses[] = {"lines", "single", NULL};
static const char *const untils[] = {"taken", "stored", NULL};
static const char *const answers[] = {"interrupt", "poll", NULL};
static const char *const deliveries[] = {"process", "handler", NULL};

#define SOFTWARE "assumed: a short path of a small kernel on an in-order core; sweep it"

static const IvcParam params[] = {
    {IVC_PARAM(Spec, home, "home"), .fallback = "memory", .choices = homes, .kind = IVC_KIND_DESIGN,
     .sentence = "where the slots are: in the sender's message buffer on the die, or in memory"},
    {IVC_PARAM(Spec, stores, "stores"), .fallback = "lines", .choices = accesses,
     .kind = IVC_KIND_DESIGN, .sentence = "lines: stores are combined; single: each goes alone"},
    {IVC_PARAM(Spec, loads, "loads"), .fallback = "lines", .choices = accesses,
     .kind = IVC_KIND_DESIGN,
     .sentence = "lines: loads go through L1, which software invalidates; single: past all caches"},
    {IVC_PARAM(Spec, width, "width"), .fallback = "4B", .min = "1B", .max = "16B",
     .kind = IVC_KIND_DESIGN, .sentence = "bytes of a single load or store"},
    {IVC_PARAM(Spec, until, "until"), .fallback = "taken", .choices = untils,
     .kind = IVC_KIND_DESIGN,
     .sentence = "whether a Send ends when the message was taken, or when it is stored"},
    {IVC_PARAM(Spec, answer, "answer"), .fallback = "interrupt", .choices = answers,
     .kind = IVC_KIND_DESIGN,
     .sentence = "how a sender that waits learns that a message was taken"},
    {IVC_PARAM(Spec, deliver, "deliver"), .fallback = "process", .choices = deliveries,
     .kind = IVC_KIND_DESIGN,
     .sentence = "who takes a message: the process, which the handler wakes, or the handler"},
    {IVC_PARAM(Spec, slots, "slots"), .fallback = "1", .min = "1", .max = "1024",
     .sentence = "messages that one sender may have under way to one receiver"},
    {IVC_PARAM(Spec, slot, "slot"), .fallback = "1KiB", .min = "1B", .max = "1MiB",
     .sentence = "size of a slot, and largest message"},
    {IVC_PARAM(Spec, in_register, "in_register"), .fallback = "0B", .max = "64B",
     .sentence = "messages up to this size travel in the register that rings, not in a slot"},
    {IVC_PARAM(Spec, put_loads, "put_loads"), .fallback = "0", .max = "64",
     .sentence = "single loads of the slots' indexes by a sender, for a message in a slot"},
    {IVC_PARAM(Spec, put_stores, "put_stores"), .fallback = "0", .max = "64",
     .sentence = "single stores to them"},
    {IVC_PARAM(Spec, get_loads, "get_loads"), .fallback = "0", .max = "64",
     .sentence = "single loads of the slots' indexes by a receiver, for a message in a slot"},
    {IVC_PARAM(Spec, get_stores, "get_stores"), .fallback = "0", .max = "64",
     .sentence = "single stores to them"},
    {IVC_PARAM(Spec, scan, "scan"), .fallback = "0", .max = "1ms", .kind = IVC_KIND_DESIGN,
     .sentence = "the handler looking at a core that did not ring: those of lower number come "
                 "before the one that did"},
    {IVC_PARAM(Spec, send_overhead, "send_overhead"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SOFTWARE,
     .sentence = "software of a Send, without copies, registers and system calls"},
    {IVC_PARAM(Spec, recv_overhead, "recv_overhead"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SOFTWARE, .sentence = "the same of a Recv"},
    {IVC_PARAM(Spec, handle, "handle"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SOFTWARE,
     .sentence = "the handler's own work for an interrupt, without entry, registers and exit"},
    {0},
};

enum { SEND, RECV, HANDLE, PUT, GET, ANSWER, POLL_ROOM, N_STAGES };

static const IvcStage stages[] = {
    [SEND] = {"send", "software of a Send", false},
    [RECV] = {"recv", "software of a Recv", false},
    [HANDLE] = {"handle", "the handler looking for what the interrupt is about", false},
    [PUT] = {"put", "copying a message into a slot", false},
    [GET] = {"get", "copying a message out of a slot", false},
    [ANSWER] = {"answer", "writing the flag that says that a message was taken", false},
    [POLL_ROOM] = {"poll-room", "polling for that flag", true},
    [N_STAGES] = {NULL, NULL, false},
};

typedef struct Module Module;

typedef struct {
    uint64_t used; /* slots with messages */
    bool waits;    /* the sender, for a slot or until all were taken */
} Way;

typedef struct {
    IvcLabel label;
    struct {
        IvcLabel label;
    } take; /* of whoever takes a message */
    struct {
        IvcLabel label;
    } deliver; /* of the handler */
    struct {
        IvcLabel label;
    } await; /* of a sender */
    IvcSleepFrame sleep;
    Module *module;
    IvcRank *rank;
    IvcSleeper sleeper; /* its process */
    IvcArrivals arrivals;
    IvcArrival taken;
    IvcMpiCall *posted; /* a Recv that waits for the handler */
} End;

struct Module {
    IvcPlatform *platform;
    Spec spec;
    uint32_t n;
    End *ends;
    IvcDoorbells *bells;
    IvcPairs ways; /* of Way */
    uint64_t line;
    uint64_t in_flight;
    uint64_t waits;
    IvcTime send_ps;
    IvcTime recv_ps;
    IvcBufferLine buffers;
    IvcTime load_ps; /* from memory */
    IvcTime store_ps;
    IvcTime scan_ps;
    uint32_t stage0;
};

static IvcStep deliver(void *client, IvcAgent *handler, uint32_t to);

static void *ipi_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    Module *self = g_new0(Module, 1);
    const IvcMachineSpec *machine = platform->spec;
    self->platform = platform;
    self->spec = *(const Spec *)spec;
    self->n = n;
    self->line = machine->line.n;
    self->send_ps = ivc_platform_ps(platform, self->spec.send_overhead);
    self->recv_ps = ivc_platform_ps(platform, self->spec.recv_overhead);
    self->buffers = ivc_buffer_line(platform);
    self->load_ps = ivc_platform_ps(platform, machine->read.memory);
    self->store_ps = ivc_platform_ps(platform, machine->write.memory);
    self->scan_ps = ivc_platform_ps(platform, self->spec.scan);
    self->stage0 = platform->stage_mechanism;
    ivc_pairs_init(&self->ways, n, sizeof(Way));
    self->ends = g_new0(End, n);
    for (uint32_t r = 0; r < n; r++) {
        End *end = &self->ends[r];
        end->module = self;
        end->rank = &ranks[r];
        end->sleeper.signal.id = ivc_platform_id(platform);
        ivc_arrivals_init(&end->arrivals, 16);
    }
    self->bells =
        ivc_doorbells_new(platform, self, deliver, ivc_platform_ps(platform, self->spec.handle),
                          self->stage0 + HANDLE);
    ivc_platform_count(platform, "waits", "count", "times that a sender waited for the receiver",
                       &self->waits);
    return self;
}

static void ipi_free(void *channel)
{
    Module *self = channel;
    ivc_doorbells_free(self->bells);
    for (uint32_t r = 0; r < self->n; r++)
        ivc_arrivals_clear(&self->ends[r].arrivals);
    ivc_pairs_clear(&self->ways);
    g_free(self->ends);
    g_free(self);
}

static End *end_of(const IvcRank *rank)
{
    return &((Module *)rank->channel)->ends[rank->rank];
}

static Way *way_of(Module *self, uint32_t from, uint32_t to)
{
    Way *way = ivc_pairs_find(&self->ways, from, to);
    return way ? way : ivc_pairs_add(&self->ways, from, to);
}

/* One load or store of a slot by the core of `end`: a line or less. */
static IvcTime access_ps(const End *end, uint32_t home, bool store)
{
    const Module *self = end->module;
    if (self->spec.home == MEMORY)
        return store ? self->store_ps : self->load_ps;
    return ivc_buffer_line_ps(&self->buffers, end->rank, self->ends[home].rank);
}

/* What the slot's side of a copy takes, with its indexes. */
static IvcTime slot_ps(const End *end, uint32_t home, bool put, uint64_t bytes)
{
    const Spec *spec = &end->module->spec;
    uint64_t width =
        (put ? spec->stores : spec->loads) == LINES ? end->module->line : spec->width.n;
    uint64_t loads = put ? spec->put_loads : spec->get_loads;
    uint64_t stores = put ? spec->put_stores : spec->get_stores;
    return (bytes + width - 1) / width * access_ps(end, home, put) +
           loads * access_ps(end, home, false) + stores * access_ps(end, home, true);
}

/* The handler looks at all other cores, in the order of their numbers, until it comes to `from`. */
static IvcTime scan_ps(const End *end, uint32_t from)
{
    const IvcRankPlace *ranks = end->module->platform->ranks;
    uint32_t own = ranks[end->rank->rank].core, other = ranks[from].core;
    return (other < own ? other : other - 1) * end->module->scan_ps;
}

static bool in_register(const Module *self, uint64_t bytes)
{
    return bytes <= self->spec.in_register.n;
}

/* Waits until no more than `most` slots of the way are used. */
static IvcStep await_room(End *end, Way *way, uint64_t most)
{
    Module *self = end->module;
    IvcAgent *agent = &end->rank->agent;
    IVC_BEGIN(&end->await);
    if (way->used > most)
        self->waits++;
    while (way->used > most) {
        way->waits = true;
        if (self->spec.answer == BY_INTERRUPT) {
            IVC_CALL(&end->await, ivc_os_sleep(self->platform, agent, &end->sleeper, &end->sleep));
        } else {
            IVC_AWAIT(&end->await,
                      ivc_poll(agent, &end->sleeper.signal,
                               access_ps(end, end->rank->rank, false) + self->platform->t.poll,
                               IVC_TIME_NEVER, self->stage0 + POLL_ROOM));
        }
    }
    way->waits = false;
    IVC_END(&end->await);
}

/* Reads the register and stores to it, up to where the store takes effect. */
static void owe_ring(const Module *self, IvcAgent *agent)
{
    const IvcMachineTimes *t = &self->platform->t;
    ivc_virt_owe(agent, IVC_VIRT_REGISTER);
    ivc_owe(agent, t->registers_load, IVC_STAGE_REGISTER_LOAD);
    ivc_virt_owe_leave(agent, IVC_VIRT_REGISTER);
    ivc_owe(agent, t->registers_store, IVC_STAGE_REGISTER_STORE);
}

/* Rings, and owes what the mode adds behind the store. @return it may add something */
static bool ring(const Module *self, IvcAgent *agent, uint32_t from, uint32_t to)
{
    ivc_doorbell_ring(self->bells, from, to);
    ivc_virt_owe_enter(agent, IVC_VIRT_REGISTER);
    return self->platform->virt != NULL;
}

static IvcStep ipi_send(IvcRank *rank, IvcMpiCall *call)
{
    End *end = end_of(rank);
    Module *self = end->module;
    IvcAgent *agent = &rank->agent;
    Way *way = way_of(self, rank->rank, (uint32_t)call->peer);
    IVC_BEGIN(end);
    ivc_owe(agent, self->platform->t.syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(end, ivc_spend(agent, self->send_ps, self->stage0 + SEND));
    IVC_CALL(end, await_room(end, way, self->spec.slots - 1));
    if (!in_register(self, call->bytes)) {
        ivc_owe(agent, slot_ps(end, rank->rank, true, call->bytes), self->stage0 + PUT);
        IVC_AWAIT(end, ivc_copy(agent, NULL, 0, call->buffer, 0, call->bytes, self->stage0 + PUT));
    }
    owe_ring(self, agent);
    IVC_AWAIT(end, ivc_pay(agent));
    way->used++;
    self->in_flight++;
    ivc_arrivals_push(&self->ends[call->peer].arrivals, &call->envelope, 0, 0);
    if (ring(self, agent, rank->rank, (uint32_t)call->peer)) {
        IVC_AWAIT(end, ivc_pay(agent));
    }
    if (self->spec.until == UNTIL_TAKEN) {
        IVC_CALL(end, await_room(end, way, 0));
    }
    IVC_AWAIT(end, ivc_spend(agent, self->platform->t.syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(end);
}

static bool find(End *end, const IvcMpiCall *call)
{
    return ivc_arrivals_take_for(&end->arrivals, call, &end->taken);
}

/* Takes the message that was found, on the agent that does it, and tells a sender that waits. */
static IvcStep take(End *end, IvcAgent *agent, IvcMpiCall *call)
{
    Module *self = end->module;
    uint32_t from = end->taken.envelope.source;
    uint64_t bytes = MIN(call->bytes, end->taken.envelope.bytes);
    Way *way = way_of(self, from, end->rank->rank);
    IVC_BEGIN(&end->take);
    ivc_owe(agent, self->recv_ps, self->stage0 + RECV);
    if (!in_register(self, end->taken.envelope.bytes)) {
        ivc_owe(agent, slot_ps(end, from, false, bytes), self->stage0 + GET);
    } else {
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        ivc_owe(agent, self->platform->t.registers_load, IVC_STAGE_REGISTER_LOAD);
    }
    IVC_AWAIT(&end->take, ivc_copy(agent, call->buffer, 0, NULL, 0, bytes, self->stage0 + GET));
    way->used--; /* a sender that looks from now on does not wait */
    self->in_flight--;
    call->envelope = end->taken.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    if (way->waits && self->spec.answer == BY_POLL) {
        IVC_AWAIT(&end->take, ivc_spend(agent, access_ps(end, from, true), self->stage0 + ANSWER));
        ivc_signal(agent->sim, &self->ends[from].sleeper.signal);
    } else if (way->waits) {
        owe_ring(self, agent);
        IVC_AWAIT(&end->take, ivc_pay(agent));
        if (ring(self, agent, end->rank->rank, end->taken.envelope.source)) {
            IVC_AWAIT(&end->take, ivc_pay(agent));
        }
    }
    IVC_END(&end->take);
}

/* The handler: it takes what a Recv waits for, or wakes the process. An IvcDoorbellDeliver. */
static IvcStep deliver(void *client, IvcAgent *handler, uint32_t to)
{
    Module *self = client;
    End *end = &self->ends[to];
    IVC_BEGIN(&end->deliver);
    if (end->posted) {
        if (find(end, end->posted)) {
            ivc_owe(handler, scan_ps(end, end->taken.envelope.source), self->stage0 + HANDLE);
            IVC_CALL(&end->deliver, take(end, handler, end->posted));
            end->posted = NULL;
            ivc_signal(handler->sim, &end->sleeper.signal);
        }
        IVC_RETURN(&end->deliver);
    }
    if (end->arrivals.n)
        ivc_owe(handler, scan_ps(end, ivc_arrivals_at(&end->arrivals, 0)->envelope.source),
                self->stage0 + HANDLE);
    IVC_AWAIT(&end->deliver, ivc_pay(handler));
    if (ivc_os_notify(self->platform, &end->sleeper)) {
        IVC_AWAIT(&end->deliver, ivc_spend(handler, self->platform->t.wake, IVC_STAGE_WAKE));
    }
    IVC_END(&end->deliver);
}

static IvcStep ipi_recv(IvcRank *rank, IvcMpiCall *call)
{
    End *end = end_of(rank);
    Module *self = end->module;
    IvcAgent *agent = &rank->agent;
    IVC_BEGIN(end);
    IVC_AWAIT(end, ivc_spend(agent, self->platform->t.syscall_enter, IVC_STAGE_SYSCALL));
    if (find(end, call)) {
        IVC_CALL(end, take(end, agent, call));
    } else if (self->spec.deliver == TO_HANDLER) {
        end->posted = call;
        while (end->posted) {
            IVC_AWAIT(end, ivc_wait(agent, &end->sleeper.signal, IVC_TIME_NEVER));
        }
    } else {
        do {
            IVC_CALL(end, ivc_os_sleep(self->platform, agent, &end->sleeper, &end->sleep));
        } while (!find(end, call));
        IVC_CALL(end, take(end, agent, call));
    }
    IVC_AWAIT(end, ivc_spend(agent, self->platform->t.syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(end);
}

static void end_digest(const End *end, IvcDigest *digest)
{
    ivc_digest_u64(digest, end->label);
    ivc_digest_u64(digest, end->take.label);
    ivc_digest_u64(digest, end->deliver.label);
    ivc_digest_u64(digest, end->await.label);
    ivc_digest_u64(digest, end->sleep.label);
    ivc_digest_u64(digest, end->posted != NULL);
    ivc_sleeper_digest(&end->sleeper, digest);
    ivc_arrivals_digest(&end->arrivals, end->rank->received_from, digest);
    if (end->take.label)
        ivc_envelope_digest(&end->taken.envelope, end->rank->received_from, digest);
}

static void ipi_digest(const void *channel, IvcDigest *digest)
{
    const Module *self = channel;
    for (uint32_t r = 0; r < self->n; r++)
        end_digest(&self->ends[r], digest);
    for (uint32_t p = 0; p < ivc_pairs_count(&self->ways); p++) {
        const IvcPair *used = ivc_pairs_at(&self->ways, p);
        const Way *way = used->state;
        ivc_digest_u64(digest, (uint64_t)used->from << 32 | used->to);
        ivc_digest_u64(digest, way->used);
        ivc_digest_u64(digest, way->waits);
    }
    ivc_doorbells_digest(self->bells, digest);
    ivc_digest_u64(digest, self->in_flight);
}

static uint64_t ipi_in_flight(const void *channel)
{
    return ((const Module *)channel)->in_flight;
}

static uint64_t slot_bytes(const void *spec)
{
    return ((const Spec *)spec)->slot.n;
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    const IvcMachineSpec *machine = ivc_scenario_machine(scenario);
    uint64_t ranks = ivc_scenario_channel_ranks(scenario, path);
    uint64_t room = machine->message_buffer.n / spec->slot.n;
    if (spec->home != DIE)
        return;
    if (!ivc_buffer_line_check(scenario, path, "home", diags))
        return;
    if (ranks < 2 || room / (ranks - 1) >= spec->slots)
        return;
    g_autofree char *hint = g_strdup_printf(
        "it has %" G_GUINT64_FORMAT "B, and slots for each other rank", machine->message_buffer.n);
    ivc_scenario_conflict(scenario, path, room ? "slots" : "slot", hint,
                          "the slots for all receivers do not fit into a message buffer", diags);
}

static const IvcMechanismOps ops = {
    .create = ipi_create,
    .free = ipi_free,
    .setup = ivc_mpi_no_setup, /* the kernels know their buffers when they start */
    .send = ipi_send,
    .recv = ipi_recv,
    .message_bytes_max = slot_bytes,
    .digest = ipi_digest,
    .in_flight = ipi_in_flight,
};

const IvcMechanism ivc_mechanism_ipi_buffer = {
    .head = {.name = "ipi-buffer",
             .summary = "slots of memory past the caches, on the die or off it, and an interrupt "
                        "from core to core for each message",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .own_cores = true,
};
