/* The VM-communication module: inter-core registers and shared memory between guests.
 *
 * An application's call enters the kernel; the module chooses the path by the message's size. What
 * fits travels in the register itself, and the receiver's interrupt handler puts it into the
 * receiver's buffer; what does not goes into a block of the shared region, and only the block's
 * slot and length travel in the register. Three mechanisms are made of it: both paths
 * (register-shmem), every message through the region (shmem), registers alone (register).
 * Sources: the register + shared-memory design of Zhang and Huang (Yangtze University Journal,
 * 2012) and its companion patent CN102693162A (one copy a message; the interrupt synchronises).
 *
 * Left out: protection faults (who may touch the region is checked before a run), cleaning of
 * blocks between owners, more than one process of a rank. */
#include "models/shmem/register_shmem.h"
#include "models/shmem/mechanisms.h"

#include "sim/model/machine.h"

#define S IvcVmcommSpec
#define SOFTWARE "assumed: instructions of a short kernel path on an in-order core; sweep it"
#define PAPER "Zhang, Huang 2012: a message that fits the register goes through it"

#define REGISTER_ROWS(default_max, most)                                                         \
    {                                                                                            \
        IVC_PARAM(S, register_max, "register_max"),                                              \
            .fallback = default_max, .max = most, .kind = IVC_KIND_DOCUMENTED, .source = PAPER,  \
            .sentence =                                                                          \
                "largest message that travels in the register; more than 7B takes several words" \
    }

static const char *const homes[] = {"first-touch", "first-rank", "last-rank", NULL};
static const char *const rights[] = {"shared", "read-only", "granted", NULL}; /* IvcRights */

#define NO_INSTRUCTIONS ", without instructions for it; no such core was measured"

#define GUARD_ROWS                                                                              \
    {IVC_PARAM(S, rights, "rights"), .fallback = "shared", .choices = rights,                   \
     .sentence =                                                                                \
         "who may do what with a block: all that map the region write it (shared), only "       \
         "its sender does (read-only), or that, and only its receiver reads it (granted)"},     \
        {IVC_PARAM(S, grant, "grant"),                                                          \
         .fallback = "2000cycles",                                                              \
         .max = "1s",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "assumed: a call of the hypervisor that looks both guests up",               \
         .sentence = "letting the receiver read a block of one page, without the mode's part"}, \
        {IVC_PARAM(S, grant_page, "grant_page"),                                                \
         .fallback = "100cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "assumed: an entry of a page table",                                         \
         .sentence = "the same, each further page"},                                            \
        {IVC_PARAM(S, revoke, "revoke"),                                                        \
         .fallback = "4000cycles",                                                              \
         .max = "1s",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "assumed: as grant, and an interrupt that flushes the TLB of another core",  \
         .sentence = "taking a block back: unmapping it, and flushing TLBs"},                   \
        IVC_GUARD_CHECK_ROW(S, guard),                                                          \
        IVC_GUARD_SEAL_ROWS(                                                                    \
            S, guard, IVC_KIND_ASSUMED, "8294cycles",                                           \
            IVC_GHASH ": 8.1 a byte on a Core 2" NO_INSTRUCTIONS, "23552cycles",                \
            "Drucker, Gueron, Krasnov, Making AES great again: 23 a byte" NO_INSTRUCTIONS)

#define REGION_ROWS                                                                                \
    {IVC_PARAM(S, region, "region"), .fallback = "1MiB", .min = "4KiB", .max = "256MiB",           \
     .sentence = "shared region that the hypervisor allocates for this channel"},                  \
        {IVC_PARAM(S, block_min, "block_min"), .fallback = "1KiB", .min = "64B", .max = "1MiB",    \
         .sentence = "smallest block of the region; blocks are powers of two of it"},              \
        {IVC_PARAM(S, piece, "piece"), .fallback = "0B", .max = "128MiB",                          \
         .sentence = "longer messages go in pieces of this size; 0B: a quarter of the region"},    \
        {IVC_PARAM(S, room, "room"), .fallback = "0B", .max = "256MiB",                            \
         .sentence = "free part of the region at which a waiting sender is woken; 0B: half"},      \
        {IVC_PARAM(S, copies, "copies"),                                                           \
         .fallback = "1",                                                                          \
         .min = "1",                                                                               \
         .max = "2",                                                                               \
         .kind = IVC_KIND_DOCUMENTED,                                                              \
         .source = "CN102693162A: one copy a message; 2 is the variant from private buffers",      \
         .sentence = "1: the sender makes its message in the region; 2: it copies it in"},         \
        {IVC_PARAM(S, home, "home"), .fallback = "first-touch", .choices = homes,                  \
         .sentence = "on several nodes: whose memory the region is in; first-touch: each block "   \
                     "is with who writes it first"},                                               \
        {IVC_PARAM(S, access, "access"), .fallback = IVC_PARAM_UNSET,                              \
         .sentence = "guests that may map the region; without it, those of the channel"},          \
        {IVC_PARAM(S, alloc, "alloc"), .fallback = "150cycles", .max = "1ms",                      \
         .kind = IVC_KIND_ASSUMED,     .source = SOFTWARE,      .sentence = "allocating a block"}, \
        {IVC_PARAM(S, free_block, "free"),                                                         \
         .fallback = "150cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = SOFTWARE,                                                                       \
         .sentence = "freeing a block and looking who waits for room"},                            \
    {                                                                                              \
        IVC_PARAM(S, map, "map"),                                                                  \
            .fallback = "20us", .max = "1s", .kind = IVC_KIND_ASSUMED,                             \
            .source = "assumed: page-table entries for the region; part of set-up only",           \
            .sentence = "mapping the region, once a rank"                                          \
    }

#define COMMON_ROWS                                                                              \
    {IVC_PARAM(S, window, "window"), .fallback = "32", .min = "2", .max = "255",                 \
     .sentence = "messages in registers that the receiver need not have taken yet"},             \
        {IVC_PARAM(S, spin, "spin"), .fallback = "0", .max = "1s",                               \
         .sentence = "how long a Recv polls before it puts its process to sleep"},               \
        {IVC_PARAM(S, choose, "choose"),                                                         \
         .fallback = "100cycles",                                                                \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = SOFTWARE,                                                                     \
         .sentence = "checking the arguments of a Send and choosing the path"},                  \
        {IVC_PARAM(S, pack, "pack"),                                                             \
         .fallback = "30cycles",                                                                 \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = SOFTWARE,                                                                     \
         .sentence = "forming a register message"},                                              \
        {IVC_PARAM(S, dispatch, "dispatch"),                                                     \
         .fallback = "80cycles",                                                                 \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = SOFTWARE,                                                                     \
         .sentence = "decoding a register message in the handler and finding its receiver"},     \
    {                                                                                            \
        IVC_PARAM(S, match, "match"),                                                            \
            .fallback = "120cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED, .source = SOFTWARE, \
            .sentence = "looking for a matching message in a Recv, and queueing it"              \
    }

static const IvcParam both_params[] = {
    REGISTER_ROWS("7B", "4KiB"), REGION_ROWS, GUARD_ROWS, COMMON_ROWS, {0}};
static const IvcParam shmem_params[] = {REGION_ROWS, GUARD_ROWS, COMMON_ROWS, {0}};
static const IvcParam register_params[] = {REGISTER_ROWS("256B", "64KiB"), COMMON_ROWS, {0}};

const IvcStage ivc_vmcomm_stages[] = {
    [VMCOMM_CHOOSE] = {"choose", "checking a Send and choosing its path", false},
    [VMCOMM_PACK] = {"pack", "forming register messages", false},
    [VMCOMM_DISPATCH] = {"dispatch", "decoding register messages in the interrupt handler", false},
    [VMCOMM_MATCH] = {"match", "matching a Recv with messages", false},
    [VMCOMM_ALLOC] = {"alloc", "allocating blocks of the region", false},
    [VMCOMM_FREE] = {"free", "freeing blocks of the region", false},
    [VMCOMM_HEADER] = {"header", "writing and reading block headers", false},
    [VMCOMM_COPY_IN] = {"copy-in", "copying from the user's buffer into the region", false},
    [VMCOMM_COPY_OUT] = {"copy-out", "copying out of the region into the user's buffer", false},
    [VMCOMM_DELIVER] = {"deliver", "storing data that came in the register", false},
    [VMCOMM_SPIN] = {"spin", "polling for a message before going to sleep", true},
    [VMCOMM_MAP] = {"map", "mapping the region", false},
    [VMCOMM_ACKNOWLEDGE] = {"acknowledge", "writing and reading what receivers have taken", false},
    [VMCOMM_GRANT] = {"grant", "letting a receiver read a block", false},
    [VMCOMM_REVOKE] = {"revoke", "taking a block back: unmapping it, and flushing TLBs", false},
    IVC_GUARD_STAGE_ROWS(VMCOMM_GUARD),
    [VMCOMM_STAGES] = {NULL, NULL, false},
};

uint64_t ivc_vmcomm_word(const IvcRegisterMessage *message)
{
    uint64_t word = 0;
    bool fits = ivc_register_message_encode(message, &word);
    ivc_hot_assert(fits);
    return word;
}

/* ---- message records ---- */

G_NO_INLINE static void more_messages(IvcVmcomm *module)
{
    uint32_t n = module->n_messages ? module->n_messages * 2 : 64;
    module->messages = g_renew(IvcVmcommMessage, module->messages, n);
    for (uint32_t i = module->n_messages; i < n; i++)
        module->messages[i].next_free = i + 1 < n ? i + 1 : IVC_VMCOMM_NONE;
    module->free_message = module->n_messages;
    module->n_messages = n;
}

uint32_t ivc_vmcomm_message_new(IvcVmcomm *module)
{
    if (G_UNLIKELY(module->free_message == IVC_VMCOMM_NONE))
        more_messages(module);
    uint32_t index = module->free_message;
    module->free_message = module->messages[index].next_free;
    IvcVmcommMessage *message = &module->messages[index]; /* the caller sets its envelope */
    message->shared = message->direct = message->complete = false;
    message->have = 0;
    message->first = message->last = message->next_free = IVC_VMCOMM_NONE;
    return index;
}

void ivc_vmcomm_message_free(IvcVmcomm *module, uint32_t message)
{
    module->messages[message].next_free = module->free_message;
    module->free_message = message;
}

G_NO_INLINE IvcVmcommWay *ivc_vmcomm_way_new(IvcVmcomm *module, uint32_t from, uint32_t to)
{
    IvcVmcommWay *way = ivc_pairs_add(&module->ways, from, to);
    ivc_arrivals_init(&way->sent, 2);
    way->open = IVC_VMCOMM_NONE;
    return way;
}

/* ---- building ---- */

static IvcVmcommTimes times_of(const IvcPlatform *platform, const IvcVmcommSpec *spec)
{
    return (IvcVmcommTimes){
        .choose = ivc_platform_ps(platform, spec->choose),
        .pack = ivc_platform_ps(platform, spec->pack),
        .dispatch = ivc_platform_ps(platform, spec->dispatch),
        .match = ivc_platform_ps(platform, spec->match),
        .alloc = ivc_platform_ps(platform, spec->alloc),
        .free_block = ivc_platform_ps(platform, spec->free_block),
        .map = ivc_platform_ps(platform, spec->map),
        .grant = ivc_platform_ps(platform, spec->grant),
        .grant_page = ivc_platform_ps(platform, spec->grant_page),
        .revoke = ivc_platform_ps(platform, spec->revoke),
        .spin = spec->spin.ps,
    };
}

static uint64_t piece_of(const IvcVmcommSpec *spec)
{
    uint64_t piece = spec->piece.n ? spec->piece.n : spec->region.n / 4;
    return MIN(piece, ivc_vmcomm_largest_block(spec));
}

/* Numbers the guests of the ranks in the order of the ranks. */
static void number_guests(IvcVmcomm *module)
{
    const IvcRankPlace *places = module->platform->ranks;
    unsigned next = 0;
    for (uint32_t r = 0; r < module->n; r++) {
        uint32_t first = 0;
        while (places[first].guest != places[r].guest)
            first++;
        module->ports[r].guest = first < r ? module->ports[first].guest : next++;
    }
    g_assert(next <= IVC_REGION_GUESTS_MAX); /* no register block serves so many cores */
}

static void place_block(const IvcVmcomm *module, IvcBuffer *data)
{
    const IvcPlatform *platform = module->platform;
    int home = module->spec->home;
    if (home != IVC_REGION_AT_FIRST_TOUCH)
        ivc_buffer_place(
            platform->memory, data,
            platform->ranks[home == IVC_REGION_AT_FIRST_RANK ? 0 : module->n - 1].core);
}

/* The hypervisor's part at start-up: the region, and who may map it. */
static void build_region(IvcVmcomm *module)
{
    IvcPlatform *platform = module->platform;
    IvcRegionSpec spec = {.size_bytes = module->spec->region.n,
                          .block_bytes_min = module->spec->block_min.n};
    for (uint32_t r = 0; r < module->n; r++)
        spec.guests[module->ports[r].guest / 64] |= UINT64_C(1) << module->ports[r].guest % 64;
    module->region = ivc_region_new(&spec);
    g_assert(module->region);
    module->mapped = ivc_vmcomm_mapped(module);
    module->piece = piece_of(module->spec);
    module->room = module->spec->room.n ? module->spec->room.n : spec.size_bytes / 2;
    module->room = MIN(module->room, spec.size_bytes);
    module->n_slots = (uint32_t)(spec.size_bytes / spec.block_bytes_min);
    module->slots = g_new0(IvcVmcommSlot, module->n_slots);
    for (uint32_t i = 0; i < module->n_slots; i++) {
        ivc_buffer_init(&module->slots[i].data, ivc_platform_id(platform), 0);
        ivc_line_init(&module->slots[i].header, ivc_platform_id(platform));
        place_block(module, &module->slots[i].data);
    }
}

static void build_port(IvcVmcomm *module, IvcRank *rank)
{
    IvcVmcommPort *port = &module->ports[rank->rank];
    port->module = module;
    port->rank = rank;
    rank->end = port;
    port->sleeper.signal.id = ivc_platform_id(module->platform);
    port->claimed = port->message = port->handled = IVC_VMCOMM_NONE;
    ivc_arrivals_init(&port->unexpected, 16);
    ivc_buffer_init(&port->aside, ivc_platform_id(module->platform),
                    MAX(64, module->spec->register_max.n));
    if (ivc_guard_copies(&module->guard))
        ivc_buffer_init(&port->private_copy, ivc_platform_id(module->platform), module->piece);
    if (module->spec->rights != IVC_RIGHTS_SHARED)
        ivc_line_init(&port->acknowledged, ivc_platform_id(module->platform));
}

static void count(IvcVmcomm *module)
{
    IvcPlatform *platform = module->platform;
    ivc_platform_count(platform, "inline_messages", "count", "messages inside registers",
                       &module->inline_messages);
    ivc_platform_count(platform, "shared_messages", "count", "messages through the shared region",
                       &module->shared_messages);
    ivc_platform_count(platform, "room_waits", "count", "times that a sender found the region full",
                       &module->room_waits);
    ivc_platform_count(platform, "window_waits", "count",
                       "times that a sender had used up its window", &module->window_waits);
    if (module->region)
        ivc_guard_count(&module->guard, platform);
}

static void *create(IvcPlatform *platform, const IvcVmcommSpec *spec, IvcRank *ranks, unsigned n,
                    bool with_region)
{
    IvcVmcomm *module = g_new0(IvcVmcomm, 1);
    module->platform = platform;
    module->spec = spec;
    module->t = times_of(platform, spec);
    module->stage0 = platform->stage_mechanism;
    module->n = n;
    module->free_message = IVC_VMCOMM_NONE;
    module->ports = g_new0(IvcVmcommPort, n);
    module->without_blocks = n;
    number_guests(module);
    ivc_guard_init(&module->guard, platform, &spec->guard, module->stage0 + VMCOMM_GUARD);
    if (with_region)
        build_region(module);
    ivc_pairs_init(&module->ways, n, sizeof(IvcVmcommWay));
    for (uint32_t r = 0; r < n; r++)
        build_port(module, &ranks[r]);
    IvcMailboxClient client = {.deliver = ivc_vmcomm_deliver,
                               .client = module,
                               .dispatch_ps = module->t.dispatch,
                               .dispatch_stage = module->stage0 + VMCOMM_DISPATCH};
    module->mailbox = ivc_mailbox_new(
        platform, ivc_register_block_find(platform->spec->registers_block), &client);
    count(module);
    return module;
}

static void *create_with_region(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    return create(platform, spec, ranks, n, true);
}

static void *create_registers(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    return create(platform, spec, ranks, n, false);
}

static void destroy(void *channel)
{
    IvcVmcomm *module = channel;
    for (uint32_t r = 0; r < module->n; r++)
        ivc_arrivals_clear(&module->ports[r].unexpected);
    for (uint32_t w = 0; w < ivc_pairs_count(&module->ways); w++)
        ivc_arrivals_clear(&((IvcVmcommWay *)ivc_pairs_at(&module->ways, w)->state)->sent);
    ivc_mailbox_free(module->mailbox);
    ivc_region_free(module->region);
    g_free(module->slots);
    g_free(module->ports);
    ivc_pairs_clear(&module->ways);
    g_free(module->messages);
    g_free(module);
}

/* The guest maps the region that the hypervisor handed to it at load. */
static IvcStep setup(IvcRank *rank)
{
    IvcVmcommPort *port = ivc_vmcomm_port(rank);
    IvcVmcomm *module = port->module;
    uint64_t base, size;
    IVC_BEGIN(&port->call);
    if (module->region) {
        IvcRegionResult result = ivc_region_hand(module->region, port->guest, &base, &size);
        g_assert(result == IVC_REGION_OK);
        if (module->platform->virt)
            ivc_virt_owe_many(&rank->agent, IVC_VIRT_PAGE_TABLE_WRITE,
                              (size + module->platform->virt->page - 1) /
                                  module->platform->virt->page);
        IVC_AWAIT(&port->call, ivc_spend(&rank->agent, module->t.map, module->stage0 + VMCOMM_MAP));
        (void)ivc_region_map(module->region, port->guest);
    }
    IVC_END(&port->call);
}

/* Blocks are taken from the start of the region: what lies below those that were touched was,
 * too, but for pages that other ranks' blocks lay in all the time. */
void ivc_vmcomm_touch(IvcVmcommPort *port, uint32_t slot, uint64_t bytes)
{
    const IvcVmcomm *module = port->module;
    const IvcVirt *virt = module->platform->virt;
    if (!virt || bytes == 0)
        return;
    uint64_t begin = slot * module->spec->block_min.n / virt->page;
    uint64_t end = (slot * module->spec->block_min.n + bytes + virt->page - 1) / virt->page;
    if (end <= port->touched)
        return;
    ivc_virt_owe_many(&port->rank->agent, IVC_VIRT_FIRST_TOUCH, end - MAX(begin, port->touched));
    port->touched = end;
}

static uint64_t in_flight(const void *channel)
{
    const IvcVmcomm *module = channel;
    return module->in_flight + ivc_mailbox_words(module->mailbox);
}

static uint64_t register_size(const void *spec)
{
    return ((const IvcVmcommSpec *)spec)->register_max.n;
}

static const IvcMechanismOps region_ops = {
    .create = create_with_region,
    .free = destroy,
    .setup = setup,
    .send = ivc_vmcomm_send,
    .recv = ivc_vmcomm_recv,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = ivc_vmcomm_digest,
    .in_flight = in_flight,
};

static const IvcMechanismOps register_ops = {
    .create = create_registers,
    .free = destroy,
    .setup = setup,
    .send = ivc_vmcomm_send,
    .recv = ivc_vmcomm_recv,
    .message_bytes_max = register_size,
    .digest = ivc_vmcomm_digest,
    .in_flight = in_flight,
};

static bool idle(const void *bound, const char *key)
{
    const IvcVmcommSpec *spec = bound;
    if (g_str_equal(key, "rights"))
        return spec->rights == IVC_RIGHTS_SHARED;
    if (g_str_equal(key, "grant") || g_str_equal(key, "grant_page") || g_str_equal(key, "revoke"))
        return spec->rights != IVC_RIGHTS_GRANTED;
    return ivc_guard_idle(&spec->guard, key);
}

const IvcMechanism ivc_mechanism_register_shmem = {
    .head = {.name = "register-shmem",
             .summary = "inter-core registers for messages that fit, a shared region for the rest; "
                        "an inter-core interrupt announces both",
             .params = both_params,
             .spec_size = sizeof(IvcVmcommSpec),
             .stages = ivc_vmcomm_stages,
             .check = ivc_vmcomm_check_region},
    .ops = &region_ops,
    .own_cores = true,
    .idle = idle,
};

const IvcMechanism ivc_mechanism_shmem = {
    .head = {.name = "shmem",
             .summary =
                 "every message through a shared region, announced by an inter-core interrupt",
             .params = shmem_params,
             .spec_size = sizeof(IvcVmcommSpec),
             .stages = ivc_vmcomm_stages,
             .check = ivc_vmcomm_check_region},
    .ops = &region_ops,
    .own_cores = true,
    .idle = idle,
};

const IvcMechanism ivc_mechanism_register = {
    .head = {.name = "register",
             .summary = "messages inside inter-core registers only, seven bytes a word",
             .params = register_params,
             .spec_size = sizeof(IvcVmcommSpec),
             .stages = ivc_vmcomm_stages,
             .check = ivc_vmcomm_check_registers},
    .ops = &register_ops,
    .own_cores = true,
};
