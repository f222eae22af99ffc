/* Where the lines of a buffer are, and what a copy costs.
 *
 * Every core's private caches, and the shared ones together, keep the order in which they saw
 * things (recency.h): a level still holds a byte when no more than its size of other bytes was
 * seen since. A core that goes over a buffer again in the same order meets every byte at the same
 * distance, so the answer is one for the whole pass. A core that reads what another wrote finds
 * the bytes that the writer touched last still in the writer's private caches, the earlier ones
 * further out: one split. That is exact for fully associative LRU caches, whatever the length.
 *
 * A copy costs its set-up, the words of the loop, and for each line the stall of the place where
 * it is found; a write that misses everywhere reads the line first (write-allocate) and later
 * writes back a line that it displaced: two lines of memory traffic.
 *
 * Lines of shared state (flags, queue heads) are in lines.c.
 *
 * Leaves out: conflict misses, prefetchers beyond what the profile's stalls contain, victim and
 * exclusive caches, TLB misses, partial lines shared by two buffers. */
#include "models/cpu/memory_state.h"
#include "models/cpu/recency.h"
#include "models/cpu/ways.h"
#include "sim/model/platform.h"

#include <string.h>

#define WORD_BYTES 8

static IvcFinePs fine_cost(const IvcClock *clock, IvcCost cost)
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
    to[IVC_LEVEL_L2] = fine_cost(clock, from->level[1]);
    to[IVC_LEVEL_L3] = fine_cost(clock, from->level[2]);
    to[IVC_LEVEL_OTHER] = fine_cost(clock, from->other);
    to[IVC_LEVEL_MEMORY] = fine_cost(clock, from->memory);
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
        .write_through = spec->l1_write == IVC_WRITE_THROUGH,
        .setup = fine_cost(&clock, spec->copy_setup),
        .word = fine_cost(&clock, spec->copy_word),
        .hop = fine_cost(&clock, spec->interconnect_hop),
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
    set_line_costs(memory->read_line, &clock, &spec->read);
    set_line_costs(memory->write_line, &clock, &spec->write);
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

/* The nearest private level in which a core still has what it touched in this pass. */
static uint8_t own_level(const IvcMemory *memory, const IvcPass *pass, bool wrote, int32_t core)
{
    if (pass->core != core || !pass->valid)
        return IVC_LEVEL_MEMORY;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        if (l == 0 && wrote && memory->write_through)
            continue; /* stores do not allocate in a write-through cache */
        if (ivc_recency_holds(&memory->cores[core], &pass->own, l))
            return (uint8_t)l;
    }
    return IVC_LEVEL_MEMORY;
}

/* The nearest level at which a core finds the buffer, other cores' private caches left aside. */
static uint8_t level_of(IvcMemory *memory, const IvcBuffer *buffer, int32_t core)
{
    uint8_t level = MIN(own_level(memory, &buffer->read, false, core),
                        own_level(memory, &buffer->write, true, core));
    if (level < IVC_LEVEL_MEMORY || !memory->has_shared)
        return level;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        if (ivc_recency_holds(&memory->chips[buffer->home], &buffer->chip, l))
            return (uint8_t)l;
    return IVC_LEVEL_MEMORY;
}

/* Bytes at the end of another core's pass that its private caches still hold. */
static uint64_t others_tail(const IvcMemory *memory, const IvcPass *pass)
{
    uint64_t most = 0;
    for (size_t l = memory->write_through ? 1 : 0; l < IVC_CACHE_LEVELS; l++)
        most = MAX(most, ivc_recency_tail(&pass->own, l));
    return most;
}

/* Decides, as a pass begins, where its bytes are. */
static void pass_begin(IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
                       IvcPass *pass)
{
    pass->head = pass->tail = level_of(memory, buffer, core);
    pass->split = 0;
    const IvcPass *other = NULL;
    if (buffer->write.core >= 0 && buffer->write.core != core && buffer->write.valid)
        other = &buffer->write;
    else if (write && buffer->read.core >= 0 && buffer->read.core != core && buffer->read.valid)
        other = &buffer->read; /* the reader's clean copies must be invalidated */
    if (!other || (!write && !buffer->exclusive && pass->head < IVC_LEVEL_OTHER))
        return;
    uint64_t tail = others_tail(memory, other);
    if (tail == 0)
        return;
    pass->split = tail < other->at ? other->at - tail : 0;
    pass->tail = IVC_LEVEL_OTHER;
}

/* One side of a copy: a continued or a new pass. */
typedef struct {
    IvcPass pass;
    bool fresh;    /* it begins here */
    uint32_t home; /* in a machine of several nodes: whose memory */
    uint32_t from; /* and whose caches, where the level is that of another core */
} Side;

static void side_enter(IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
                       uint64_t at, Side *side)
{
    side->pass = write ? buffer->write : buffer->read;
    side->fresh = at == 0 || side->pass.done || side->pass.core != core || side->pass.at != at;
    if (side->fresh)
        pass_begin(memory, buffer, core, write, &side->pass);
}

static uint8_t side_level(const IvcPass *pass, uint64_t at)
{
    return at < pass->split ? pass->head : pass->tail;
}

/* In a machine of several nodes: whose memory, and whose caches where a pass that begins finds its
 * tail with another core, by the rule of pass_begin(). */
static void side_places(const IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
                        Side *side)
{
    const IvcPass *other =
        buffer->write.core >= 0 && buffer->write.core != core && buffer->write.valid
            ? &buffer->write
            : &buffer->read;
    side->home = buffer->home ? buffer->home - 1u : ivc_way_memory(memory, core);
    side->from = 0;
    if (!side->fresh)
        side->from = write ? buffer->write_from : buffer->read_from;
    else if (side->pass.tail == IVC_LEVEL_OTHER)
        side->from = ivc_way_node(memory, other->core);
}

static void keep_places(IvcBuffer *buffer, const Side *side, bool write)
{
    buffer->home = (uint16_t)(1 + side->home);
    *(write ? &buffer->write_from : &buffer->read_from) = (uint16_t)side->from;
}

/* The node that lines at this level come from, in a machine of several nodes. */
static uint32_t side_node(const Side *side, uint8_t level)
{
    return level == IVC_LEVEL_OTHER ? side->from : side->home;
}

/* Up to where the level does not change. */
static uint64_t side_uniform(const IvcPass *pass, uint64_t at, uint64_t bytes)
{
    return at < pass->split ? MIN(bytes, pass->split - at) : bytes;
}

static uint64_t lines_of(const IvcMemory *memory, uint64_t bytes)
{
    return (bytes + memory->line_bytes - 1) / memory->line_bytes;
}

/* Traffic on the shared resources caused by one side of a piece. */
static void add_traffic(const IvcMemory *memory, uint8_t level, uint64_t bytes, bool write,
                        uint64_t traffic[IVC_RESOURCES])
{
    uint64_t moved = lines_of(memory, bytes) * memory->line_bytes;
    bool beyond_private = level >= IVC_LEVEL_OTHER || !memory->cache_private[level];
    if (write && memory->write_through && !beyond_private)
        traffic[0] += bytes; /* every store goes through */
    if (beyond_private)
        traffic[0] += moved;
    if (level == IVC_LEVEL_MEMORY)
        traffic[1] += write ? 2 * moved : moved;
}

typedef struct {
    Side read;
    Side write;
} Sides;

/* `route` is NULL in a machine of one node. Inlined: what copies of such a machine do not need
 * costs them nothing. */
G_ALWAYS_INLINE static inline IvcMovePiece piece_of(const IvcMemory *memory, const Sides *sides,
                                                    const IvcBuffer *to, uint64_t to_at,
                                                    const IvcBuffer *from, uint64_t from_at,
                                                    uint64_t bytes, IvcFinePs setup,
                                                    IvcMoveRoute *route)
{
    IvcMovePiece piece = {0};
    uint64_t traffic[IVC_RESOURCES] = {0};
    uint64_t lines = lines_of(memory, bytes);
    IvcU128 fine = (IvcU128)setup + (IvcU128)((bytes + WORD_BYTES - 1) / WORD_BYTES) * memory->word;
    if (from) {
        uint8_t level = side_level(&sides->read.pass, from_at);
        fine += (IvcU128)lines * memory->read_line[level];
        add_traffic(memory, level, bytes, false, traffic);
        if (route)
            fine += ivc_way_add(memory, side_node(&sides->read, level), level, bytes, false, route);
    }
    if (to) {
        uint8_t level = side_level(&sides->write.pass, to_at);
        /* A write-through cache sends every line on, wherever it was found. */
        uint8_t paid = memory->write_through && level == IVC_LEVEL_L1 ? IVC_LEVEL_L2 : level;
        fine += (IvcU128)lines * memory->write_line[paid];
        add_traffic(memory, level, bytes, true, traffic);
        if (route)
            fine += ivc_way_add(memory, side_node(&sides->write, level), level, bytes, true, route);
    }
    piece.alone_ps = (IvcTime)((fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT);
    for (size_t r = 0; r < IVC_RESOURCES && piece.alone_ps; r++)
        if (traffic[r])
            piece.demand[r] = ivc_bytes_per_second(traffic[r], piece.alone_ps);
    if (route)
        ivc_way_finish(route, &piece);
    return piece;
}

/* Splits a copy into uniform pieces; returns how many. */
G_ALWAYS_INLINE static inline uint32_t
plan_any(IvcMemory *memory, int32_t core, const IvcBuffer *to, uint64_t to_at,
         const IvcBuffer *from, uint64_t from_at, uint64_t bytes, Sides *sides,
         IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes)
{
    if (from)
        side_enter(memory, from, core, false, from_at, &sides->read);
    if (to)
        side_enter(memory, to, core, true, to_at, &sides->write);
    if (routes && from)
        side_places(memory, from, core, false, &sides->read);
    if (routes && to)
        side_places(memory, to, core, true, &sides->write);
    IvcFinePs setup = memory->setup;
    uint32_t n = 0;
    do {
        uint64_t part = bytes;
        if (from)
            part = side_uniform(&sides->read.pass, from_at, part);
        if (to)
            part = side_uniform(&sides->write.pass, to_at, part);
        g_assert(n < IVC_MOVE_PIECES);
        if (routes)
            routes[n] = (IvcMoveRoute){.node = ivc_way_node(memory, core)};
        pieces[n] = piece_of(memory, sides, to, to_at, from, from_at, part, setup,
                             routes ? &routes[n] : NULL);
        n++;
        setup = 0;
        bytes -= part;
        to_at += part;
        from_at += part;
    } while (bytes);
    return n;
}

static uint32_t plan(IvcMemory *memory, int32_t core, const IvcBuffer *to, uint64_t to_at,
                     const IvcBuffer *from, uint64_t from_at, uint64_t bytes, Sides *sides,
                     IvcMovePiece pieces[IVC_MOVE_PIECES])
{
    return plan_any(memory, core, to, to_at, from, from_at, bytes, sides, pieces, NULL);
}

G_NO_INLINE static uint32_t plan_routes(IvcMemory *memory, int32_t core, const IvcBuffer *to,
                                        uint64_t to_at, const IvcBuffer *from, uint64_t from_at,
                                        uint64_t bytes, Sides *sides,
                                        IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes)
{
    return plan_any(memory, core, to, to_at, from, from_at, bytes, sides, pieces, routes);
}

/* A copy in a machine of several nodes: its pieces, with routes, and where the buffers are. */
G_NO_INLINE static void plan_linked(IvcMemory *memory, IvcAgent *agent, IvcBuffer *to,
                                    uint64_t to_at, IvcBuffer *from, uint64_t from_at,
                                    uint64_t bytes, Sides *sides)
{
    IvcMove *move = &agent->move;
    if (!move->routes)
        move->routes = ivc_way_routes(memory);
    move->n_pieces = plan_routes(memory, (int32_t)agent->core->id, to, to_at, from, from_at, bytes,
                                 sides, move->pieces, move->routes);
    if (from)
        keep_places(from, &sides->read, false);
    if (to)
        keep_places(to, &sides->write, true);
}

/* The pass is seen by the caches on its way. */
static void see(IvcMemory *memory, IvcBuffer *buffer, IvcPass *pass, int32_t core, bool fresh,
                uint64_t at, uint64_t bytes, bool write)
{
    uint64_t line = memory->line_bytes;
    uint64_t from = fresh ? at / line * line : lines_of(memory, at) * line;
    uint64_t to = lines_of(memory, at + bytes) * line;
    IvcPass *twin = write ? &buffer->read : &buffer->write;
    if (fresh && pass->core >= 0 && pass->core != core)
        ivc_recency_forget(&memory->cores[pass->core], &pass->own);
    pass->core = core;
    if (!write || memory->private_writes) {
        if (fresh && twin->core == core)
            ivc_recency_forget(&memory->cores[core], &twin->own); /* the same bytes */
        if (fresh)
            ivc_recency_begin(&memory->cores[core], &pass->own);
        ivc_recency_touch(&memory->cores[core], &pass->own, from, to);
    }
    if (!memory->has_shared)
        return;
    if (fresh)
        ivc_recency_begin(&memory->chips[buffer->home], &buffer->chip);
    ivc_recency_touch(&memory->chips[buffer->home], &buffer->chip, from, to);
}

/* Stores the pass back as the buffer's latest, and counts in `found` (may be NULL) where its bytes
 * were. */
static void side_leave(IvcMemory *memory, IvcBuffer *buffer, const Side *side, int32_t core,
                       uint64_t at, uint64_t bytes, bool write, uint64_t *found)
{
    IvcPass *pass = write ? &buffer->write : &buffer->read;
    pass->split = side->pass.split;
    pass->head = side->pass.head;
    pass->tail = side->pass.tail;
    for (uint64_t done = 0; found && done < bytes;) {
        uint64_t part = side_uniform(pass, at + done, bytes - done);
        found[side_level(pass, at + done)] += part;
        done += part;
    }
    see(memory, buffer, pass, core, side->fresh, at, bytes, write);
    pass->at = at + bytes;
    pass->valid = true;
    pass->done = false;
    if (write) {
        buffer->exclusive = true;
        if (buffer->read.core != core)
            buffer->read.valid = false;
    } else if (buffer->write.core != core) {
        buffer->exclusive = false;
    }
}

static void check_range(const IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    g_assert(at <= buffer->bytes && bytes <= buffer->bytes - at);
}

bool ivc_copy(IvcAgent *agent, IvcBuffer *to, uint64_t to_at, IvcBuffer *from, uint64_t from_at,
              uint64_t bytes, uint32_t stage)
{
    IvcMemory *memory = agent->core->cores->memory;
    int32_t core = (int32_t)agent->core->id;
    Sides sides;
    if (to)
        check_range(to, to_at, bytes);
    if (from)
        check_range(from, from_at, bytes);
    if (bytes == 0) /* nothing is touched; the call itself still costs */
        return ivc_spend(agent, (memory->setup + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT,
                         stage);
    if (G_UNLIKELY(ivc_is_linked(memory)))
        plan_linked(memory, agent, to, to_at, from, from_at, bytes, &sides);
    else
        agent->move.n_pieces =
            plan(memory, core, to, to_at, from, from_at, bytes, &sides, agent->move.pieces);
    memory->copies++;
    memory->copied_bytes += bytes;
    if (from)
        side_leave(memory, from, &sides.read, core, from_at, bytes, false, memory->read_bytes);
    if (to)
        side_leave(memory, to, &sides.write, core, to_at, bytes, true, memory->written_bytes);
    return ivc_move(agent, stage);
}

void ivc_produce(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    IvcMemory *memory = agent->core->cores->memory;
    int32_t core = (int32_t)agent->core->id;
    Side side;
    check_range(buffer, at, bytes);
    side_enter(memory, buffer, core, true, at, &side);
    if (ivc_is_linked(memory)) {
        side_places(memory, buffer, core, true, &side);
        keep_places(buffer, &side, true);
    }
    side_leave(memory, buffer, &side, core, at, bytes, true, NULL);
}

IvcTime ivc_copy_l1_ps(const IvcMemory *memory, uint64_t bytes)
{
    IvcFinePs fine = (bytes + WORD_BYTES - 1) / WORD_BYTES * memory->word;
    return (fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT;
}

IvcTime ivc_copy_alone_ps(IvcMemory *memory, uint32_t core, IvcBuffer to, uint64_t to_at,
                          IvcBuffer from, uint64_t from_at, uint64_t bytes)
{
    Sides sides;
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    IvcMoveRoute routes[IVC_MOVE_PIECES];
    uint32_t n = ivc_is_linked(memory) ? plan_routes(memory, (int32_t)core, &to, to_at, &from,
                                                     from_at, bytes, &sides, pieces, routes)
                                       : plan(memory, (int32_t)core, &to, to_at, &from, from_at,
                                              bytes, &sides, pieces);
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
    if (digest->brief)
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
