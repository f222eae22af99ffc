/* The memory system of a chip: copies as requests of agents, counters, digests. Where the bytes of
 * a copy are, and what it costs, is in passes.c; lines of shared state are in lines.c. */
#include "models/cpu/memory_state.h"
#include "models/cpu/recency.h"
#include "models/cpu/ways.h"
#include "sim/model/platform.h"

#include <string.h>

uint64_t ivc_copy_cost(const IvcClock *clock, IvcCost cost)
{
    if (cost.is_time)
        return cost.n << IVC_FINE_SHIFT;
    IvcU128 fine = ((IvcU128)cost.n * clock->num << IVC_FINE_SHIFT) + clock->den - 1;
    return (IvcFinePs)(fine / clock->den);
}

static void set_line_costs(IvcFinePs to[IVC_LEVELS], const IvcClock *clock,
                           const IvcLineCosts *from)
{
    to[IVC_LEVEL_L1] = 0;
    to[IVC_LEVEL_L2] = ivc_copy_cost(clock, from->level[1]);
    to[IVC_LEVEL_L3] = ivc_copy_cost(clock, from->level[2]);
    to[IVC_LEVEL_OTHER] = ivc_copy_cost(clock, from->other);
    to[IVC_LEVEL_MEMORY] = ivc_copy_cost(clock, from->memory);
}

static void init_recency(IvcMemory *memory)
{
    uint64_t shared[IVC_CACHE_LEVELS] = {0}, own[IVC_CACHE_LEVELS] = {0};
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        bool private_level = memory->cache_private[l];
        if (!memory->cache_bytes[l])
            continue;
        (private_level ? own : shared)[l] = memory->cache_bytes[l];
        memory->has_shared = memory->has_shared || !private_level;
        if (private_level && (l > 0 || !memory->write_through))
            memory->private_writes = true;
    }
    for (uint32_t n = 0; n < memory->n_chips; n++)
        ivc_recency_init(&memory->chips[n], shared);
    for (uint32_t c = 0; c < memory->n_cores; c++)
        ivc_recency_init(&memory->cores[c], own);
}

IvcMemory *ivc_memory_new(const IvcMachineSpec *spec)
{
    IvcMemory *memory = g_new(IvcMemory, 1);
    IvcClock clock = ivc_clock_make(spec->clock);
    IvcTopology topology = ivc_topology_make(spec);
    bool linked = ivc_topology_is_linked(&topology);
    uint32_t n_chips = linked ? 1 + topology.nodes : 1;
    *memory = (IvcMemory){
        .n_cores = (uint32_t)spec->cores,
        .line_bytes = spec->line.n,
        .line_mask = (spec->line.n & (spec->line.n - 1)) == 0 ? spec->line.n - 1 : 0,
        .line_shift = (unsigned)__builtin_ctzll(spec->line.n),
        .write_through = spec->l1_write == IVC_WRITE_THROUGH,
        .costs.setup = ivc_copy_cost(&clock, spec->copy_setup),
        .costs.word = ivc_copy_cost(&clock, spec->copy_word),
        .hop = ivc_copy_cost(&clock, spec->interconnect_hop),
        .cores = g_new0(IvcRecency, spec->cores),
        .chips = g_new0(IvcRecency, n_chips),
        .n_chips = n_chips,
        .routes = linked ? g_ptr_array_new_with_free_func(g_free) : NULL,
    };
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        memory->cache_bytes[l] = spec->cache_scope[l] == IVC_CACHE_NONE ? 0 : spec->cache_size[l].n;
        memory->cache_private[l] = spec->cache_scope[l] == IVC_CACHE_CORE;
    }
    init_recency(memory);
    set_line_costs(memory->costs.read_line, &clock, &spec->read);
    set_line_costs(memory->costs.write_line, &clock, &spec->write);
    bool alone = spec->lines_fetch.n > 0;
    memory->read_alone = ivc_copy_cost(&clock, alone ? spec->lines_fetch : spec->read.other);
    memory->write_alone = ivc_copy_cost(&clock, alone ? spec->lines_fetch : spec->write.other);
    IvcLinkRates rates = {.port = spec->interconnect_rate.bps / 8,
                          .memory = spec->memory_rate.bps / 8,
                          .link = spec->interconnect_link.bps / 8};
    if (linked) {
        memory->metric = ivc_topology_metric(&topology);
        memory->places = g_new(IvcTopologyPlace, spec->cores);
        for (uint32_t c = 0; c < spec->cores; c++)
            memory->places[c] = ivc_topology_place(&topology, c);
    }
    const uint64_t capacity[IVC_RESOURCES] = {linked ? 0 : rates.port, linked ? 0 : rates.memory};
    ivc_sharing_init(&memory->sharing, capacity, memory->n_cores,
                     linked ? ivc_links_new(&topology, &rates) : NULL);
    return memory;
}

void ivc_memory_free(IvcMemory *memory)
{
    if (!memory)
        return;
    ivc_sharing_clear(&memory->sharing);
    g_clear_pointer(&memory->routes, g_ptr_array_unref);
    g_free(memory->places);
    g_free(memory->cores);
    g_free(memory->chips);
    g_free(memory);
}

void ivc_buffer_init(IvcBuffer *buffer, uint32_t id, uint64_t bytes)
{
    *buffer = (IvcBuffer){.id = id, .bytes = bytes, .read.core = -1, .write.core = -1};
    ivc_buffer_done(buffer); /* there is no pass to continue */
}

void ivc_buffer_done(IvcBuffer *buffer)
{
    buffer->read.done = buffer->write.done = true;
}

static void check_range(const IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    ivc_hot_assert(at <= buffer->bytes && bytes <= buffer->bytes - at);
}

/* Walks of page tables under the mode: both sides share the TLB. */
static G_GNUC_NO_INLINE void owe_walks(IvcAgent *agent, const IvcBuffer *to, uint64_t to_at,
                                       const IvcBuffer *from, uint64_t from_at, uint64_t bytes)
{
    uint64_t extent = (to ? to->bytes : 0) + (from ? from->bytes : 0);
    if (to)
        ivc_virt_owe_walks(agent, to_at, bytes, extent);
    if (from)
        ivc_virt_owe_walks(agent, from_at, bytes, extent);
}

bool ivc_copy(IvcAgent *agent, IvcBuffer *to, uint64_t to_at, IvcBuffer *from, uint64_t from_at,
              uint64_t bytes, uint32_t stage)
{
    IvcMemory *memory = agent->core->cores->memory;
    if (to)
        check_range(to, to_at, bytes);
    if (from)
        check_range(from, from_at, bytes);
    if (bytes == 0) /* nothing is touched; the call itself still costs */
        return ivc_spend(
            agent, (memory->costs.setup + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT, stage);
    if (G_UNLIKELY(ivc_is_linked(memory)) && !agent->move.routes)
        agent->move.routes = ivc_way_routes(memory);
    if (G_UNLIKELY(agent->core->cores->virt != NULL))
        owe_walks(agent, to, to_at, from, from_at, bytes);
    agent->move.n_pieces = ivc_passes_copy(memory, (int32_t)agent->core->cpu, to, to_at, from,
                                           from_at, bytes, agent->move.pieces, agent->move.routes);
    return ivc_move(agent, stage);
}

const IvcCopyCosts *ivc_copy_costs(const IvcMemory *memory)
{
    return &memory->costs;
}

/* Puts other costs in the place of the present ones. What pieces cost is known for the latter. */
static void exchange_costs(IvcMemory *memory, const IvcCopyCosts *costs)
{
    memory->costs = *costs;
    for (size_t r = 0; r <= IVC_LEVELS; r++)
        for (size_t w = 0; w <= IVC_LEVELS + 1; w++)
            memory->memo[r][w].bytes = 0;
}

bool ivc_copy_by(IvcAgent *agent, const IvcCopyCosts *costs, IvcBuffer *to, uint64_t to_at,
                 IvcBuffer *from, uint64_t from_at, uint64_t bytes, uint32_t stage)
{
    IvcMemory *memory = agent->core->cores->memory;
    IvcCopyCosts own = memory->costs;
    exchange_costs(memory, costs);
    bool over = ivc_copy(agent, to, to_at, from, from_at, bytes, stage);
    exchange_costs(memory, &own);
    return over;
}

void ivc_consume(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    check_range(buffer, at, bytes);
    ivc_passes_read(agent->core->cores->memory, (int32_t)agent->core->cpu, buffer, at, bytes);
}

void ivc_produce(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    check_range(buffer, at, bytes);
    ivc_passes_write(agent->core->cores->memory, (int32_t)agent->core->cpu, buffer, at, bytes);
}

void ivc_device_wrote(IvcBuffer *buffer)
{
    buffer->read.valid = buffer->write.valid = false;
}

IvcTime ivc_copy_l1_ps(const IvcMemory *memory, uint64_t bytes)
{
    IvcFinePs fine = (bytes + IVC_WORD_BYTES - 1) / IVC_WORD_BYTES * memory->costs.word;
    return (fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT;
}

IvcTime ivc_copy_alone_ps(IvcMemory *memory, uint32_t core, IvcBuffer to, uint64_t to_at,
                          IvcBuffer from, uint64_t from_at, uint64_t bytes)
{
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    uint32_t n = ivc_passes_plan(memory, (int32_t)core, &to, to_at, &from, from_at, bytes, pieces);
    IvcTime sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += pieces[i].alone_ps;
    return sum;
}

/* A pass that nobody will continue, and of which no private cache holds anything, is forgotten. */
static bool matters(const IvcPass *pass)
{
    return pass->core >= 0 && (!pass->done || ivc_recency_is_held(&pass->own));
}

/* How far the pass went matters to who continues it, and to who wants to know which part of it is
 * still in this core's caches. */
static void pass_digest(const IvcMemory *memory, const IvcPass *pass, IvcDigest *digest)
{
    ivc_digest_u64(digest, matters(pass));
    if (!matters(pass))
        return;
    ivc_digest_u64(digest, (uint64_t)pass->core);
    ivc_digest_u64(digest, pass->valid);
    ivc_digest_u64(digest, pass->done);
    ivc_digest_u64(digest, pass->at);
    if (!pass->done) {
        ivc_digest_u64(digest, pass->split);
        ivc_digest_u64(digest, pass->head);
        ivc_digest_u64(digest, pass->tail);
    }
    ivc_recency_entry_digest(&memory->cores[pass->core], &pass->own, !pass->done, digest);
}

void ivc_buffer_digest(const IvcMemory *memory, const IvcBuffer *buffer, IvcDigest *digest)
{
    if (digest->brief || digest->differs)
        return;
    bool open = !buffer->read.done || !buffer->write.done;
    ivc_digest_u64(digest, buffer->bytes);
    if (matters(&buffer->write))
        ivc_digest_u64(digest, buffer->exclusive);
    pass_digest(memory, &buffer->read, digest);
    pass_digest(memory, &buffer->write, digest);
    ivc_recency_entry_digest(&memory->chips[buffer->home], &buffer->chip, open, digest);
    if (!ivc_is_linked(memory))
        return;
    ivc_digest_u64(digest, buffer->home);
    ivc_digest_u64(digest, buffer->read.done ? 0 : buffer->read_from);
    ivc_digest_u64(digest, buffer->write.done ? 0 : buffer->write_from);
}

static unsigned full_levels(const IvcRecency *recency)
{
    unsigned n = 0;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        n += recency->capacity[l] && !recency->whole[l];
    return n;
}

unsigned ivc_memory_full_levels(const IvcMemory *memory)
{
    unsigned n = 0;
    for (uint32_t c = 0; c < memory->n_chips; c++)
        n += full_levels(&memory->chips[c]);
    for (uint32_t c = 0; c < memory->n_cores; c++)
        n += full_levels(&memory->cores[c]);
    return n;
}

void ivc_memory_count(IvcPlatform *platform)
{
    static const char *const read_names[IVC_LEVELS] = {
        "read_l1_bytes", "read_l2_bytes", "read_l3_bytes", "read_other_bytes", "read_memory_bytes"};
    static const char *const write_names[IVC_LEVELS] = {"write_l1_bytes", "write_l2_bytes",
                                                        "write_l3_bytes", "write_other_bytes",
                                                        "write_memory_bytes"};
    IvcMemory *memory = platform->memory;
    ivc_platform_count(platform, "copies", "count", "calls of the copy routine", &memory->copies);
    ivc_platform_count(platform, "copied_bytes", "bytes", "bytes copied", &memory->copied_bytes);
    for (size_t l = 0; l < IVC_LEVELS; l++) {
        ivc_platform_count(platform, read_names[l], "bytes", "bytes loaded, by where they were",
                           &memory->read_bytes[l]);
        ivc_platform_count(platform, write_names[l], "bytes", "bytes stored, by where they were",
                           &memory->written_bytes[l]);
    }
}

void ivc_memory_digest(IvcMemory *memory, IvcDigest *digest)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        ivc_digest_u64(digest, memory->sharing.asked[r]);
    for (uint32_t c = 0; !digest->brief && c < memory->n_cores; c++)
        ivc_recency_digest(&memory->cores[c], digest);
    for (uint32_t c = 0; !digest->brief && c < memory->n_chips; c++)
        ivc_recency_digest(&memory->chips[c], digest);
    ivc_digest_u64(digest, memory->sharing.n);
    ivc_digest_u64(digest, memory->sharing.limited);
}
