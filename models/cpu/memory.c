/* Where the lines of a buffer are, and what a copy costs.
 *
 * Each cache level counts the bytes that were filled into it (a core's own levels per core, shared
 * ones per chip). A buffer remembers, for the latest pass that read it and the latest that wrote
 * it, who made it and what the counts were when the pass began and ended. A level still holds a
 * byte when no more than its size was filled since the byte was touched. A core that goes over a
 * buffer again in the same order meets every byte at the same distance, so the answer is one for
 * the whole pass. A core that reads what another wrote finds the bytes that the writer touched
 * last still in the writer's private caches, the earlier ones further out: one split. That is O(1)
 * a copy, exact for caches that evict the least recently filled.
 *
 * A copy costs its set-up, the words of the loop, and for each line the stall of the place where
 * it is found; a write that misses everywhere reads the line first (write-allocate) and later
 * writes back a line that it displaced: two lines of memory traffic.
 *
 * Leaves out: conflict misses, prefetchers beyond what the profile's stalls contain, victim and
 * exclusive caches, TLB misses, partial lines shared by two buffers. */
#include "models/cpu/memory_state.h"
#include "sim/model/platform.h"

#include <string.h>

#define FINE_SHIFT 16
#define WORD_BYTES 8

static IvcFinePs fine_cost(const IvcClock *clock, IvcCost cost)
{
    if (cost.is_time)
        return cost.n << FINE_SHIFT;
    IvcU128 fine = ((IvcU128)cost.n * clock->num << FINE_SHIFT) + clock->den - 1;
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

IvcMemory *ivc_memory_new(const IvcMachineSpec *spec)
{
    IvcMemory *memory = g_new(IvcMemory, 1);
    IvcClock clock = ivc_clock_make(spec->clock);
    *memory = (IvcMemory){
        .n_cores = (uint32_t)spec->cores,
        .line_bytes = spec->line.n,
        .write_through = spec->l1_write == IVC_WRITE_THROUGH,
        .setup = fine_cost(&clock, spec->copy_setup),
        .word = fine_cost(&clock, spec->copy_word),
        .core_fills = g_new0(uint64_t, spec->cores * IVC_CACHE_LEVELS),
    };
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        memory->cache_bytes[l] =
            spec->cache_scope[l] == IVC_CACHE_NONE ? 0 : spec->cache_size[l].n;
        memory->cache_private[l] = spec->cache_scope[l] == IVC_CACHE_CORE;
    }
    set_line_costs(memory->read_line, &clock, &spec->read);
    set_line_costs(memory->write_line, &clock, &spec->write);
    const uint64_t capacity[IVC_RESOURCES] = {spec->interconnect_rate.bps / 8,
                                              spec->memory_rate.bps / 8};
    ivc_sharing_init(&memory->sharing, capacity, memory->n_cores);
    return memory;
}

void ivc_memory_free(IvcMemory *memory)
{
    if (!memory)
        return;
    ivc_sharing_clear(&memory->sharing);
    g_free(memory->core_fills);
    g_free(memory);
}

void ivc_buffer_init(IvcBuffer *buffer, uint32_t id, uint64_t bytes)
{
    *buffer = (IvcBuffer){.id = id, .bytes = bytes, .read.core = -1, .write.core = -1};
}

static uint64_t fills(const IvcMemory *memory, int32_t core, size_t level)
{
    return memory->cache_private[level]
               ? memory->core_fills[(size_t)core * IVC_CACHE_LEVELS + level]
               : memory->chip_fills[level];
}

static IvcMark mark_now(const IvcMemory *memory, int32_t core)
{
    IvcMark mark;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        mark.level[l] = fills(memory, core, l);
    return mark;
}

/* Whether `level` still holds what was touched when its fills stood at `mark`. */
static bool holds(const IvcMemory *memory, int32_t core, size_t level, const IvcMark *mark)
{
    return memory->cache_bytes[level] &&
           fills(memory, core, level) - mark->level[level] <= memory->cache_bytes[level];
}

/* The nearest level at which a core finds what it, or anybody, touched in these passes. */
static uint8_t level_of(const IvcMemory *memory, const IvcBuffer *buffer, int32_t core)
{
    const IvcPass *passes[] = {&buffer->read, &buffer->write};
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        for (size_t p = 0; p < G_N_ELEMENTS(passes); p++) {
            const IvcPass *pass = passes[p];
            if (pass->core < 0 || (memory->cache_private[l] && (pass->core != core || !pass->valid)))
                continue;
            if (l == 0 && pass == &buffer->write && memory->write_through)
                continue; /* stores do not allocate in a write-through cache */
            if (holds(memory, pass->core, l, &pass->began))
                return (uint8_t)l;
        }
    return IVC_LEVEL_MEMORY;
}

/* Bytes at the end of another core's pass that its private caches still hold. */
static uint64_t others_tail(const IvcMemory *memory, const IvcPass *pass)
{
    uint64_t most = 0;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        if (!memory->cache_bytes[l] || !memory->cache_private[l] ||
            (l == 0 && memory->write_through))
            continue;
        uint64_t since = fills(memory, pass->core, l) - pass->ended.level[l];
        if (since < memory->cache_bytes[l])
            most = MAX(most, memory->cache_bytes[l] - since);
    }
    return most;
}

/* Decides, as a pass begins, where its bytes are. */
static void pass_begin(const IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
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

/* One side of a copy: continues the pass that is under way, or begins a new one. */
static void side_enter(const IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
                       uint64_t at, IvcPass *pass)
{
    *pass = write ? buffer->write : buffer->read;
    if (at != 0 && pass->core == core && pass->at == at)
        return;
    pass_begin(memory, buffer, core, write, pass);
    pass->core = core;
    pass->began = mark_now(memory, core);
}

static uint8_t side_level(const IvcPass *pass, uint64_t at)
{
    return at < pass->split ? pass->head : pass->tail;
}

/* Up to where the level does not change. */
static uint64_t side_uniform(const IvcPass *pass, uint64_t at, uint64_t bytes)
{
    return at < pass->split ? MIN(bytes, pass->split - at) : bytes;
}

static void count_fills(IvcMemory *memory, int32_t core, uint8_t level, uint64_t bytes, bool write)
{
    for (size_t l = 0; l < IVC_CACHE_LEVELS && l < level; l++) {
        if (!memory->cache_bytes[l] || (l == 0 && write && memory->write_through))
            continue;
        if (memory->cache_private[l])
            memory->core_fills[(size_t)core * IVC_CACHE_LEVELS + l] += bytes;
        else if (level == IVC_LEVEL_MEMORY)
            memory->chip_fills[l] += bytes;
    }
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
    IvcPass read;
    IvcPass write;
} Sides;

static IvcMovePiece piece_of(const IvcMemory *memory, const Sides *sides, const IvcBuffer *to,
                             uint64_t to_at, const IvcBuffer *from, uint64_t from_at,
                             uint64_t bytes, IvcFinePs setup)
{
    IvcMovePiece piece = {0};
    uint64_t traffic[IVC_RESOURCES] = {0};
    uint64_t lines = lines_of(memory, bytes);
    IvcU128 fine = (IvcU128)setup + (IvcU128)((bytes + WORD_BYTES - 1) / WORD_BYTES) * memory->word;
    if (from) {
        uint8_t level = side_level(&sides->read, from_at);
        fine += (IvcU128)lines * memory->read_line[level];
        add_traffic(memory, level, bytes, false, traffic);
    }
    if (to) {
        uint8_t level = side_level(&sides->write, to_at);
        /* A write-through cache sends every line on, wherever it was found. */
        uint8_t paid = memory->write_through && level == IVC_LEVEL_L1 ? IVC_LEVEL_L2 : level;
        fine += (IvcU128)lines * memory->write_line[paid];
        add_traffic(memory, level, bytes, true, traffic);
    }
    piece.alone_ps = (IvcTime)((fine + (1u << FINE_SHIFT) - 1) >> FINE_SHIFT);
    for (size_t r = 0; r < IVC_RESOURCES && piece.alone_ps; r++)
        if (traffic[r])
            piece.demand[r] =
                (uint64_t)((IvcU128)traffic[r] * UINT64_C(1000000000000) / piece.alone_ps);
    return piece;
}

/* Splits a copy into uniform pieces; returns how many. */
static uint32_t plan(const IvcMemory *memory, int32_t core, const IvcBuffer *to, uint64_t to_at,
                     const IvcBuffer *from, uint64_t from_at, uint64_t bytes, Sides *sides,
                     IvcMovePiece pieces[IVC_MOVE_PIECES])
{
    if (from)
        side_enter(memory, from, core, false, from_at, &sides->read);
    if (to)
        side_enter(memory, to, core, true, to_at, &sides->write);
    IvcFinePs setup = memory->setup;
    uint32_t n = 0;
    do {
        uint64_t part = bytes;
        if (from)
            part = side_uniform(&sides->read, from_at, part);
        if (to)
            part = side_uniform(&sides->write, to_at, part);
        g_assert(n < IVC_MOVE_PIECES);
        pieces[n++] = piece_of(memory, sides, to, to_at, from, from_at, part, setup);
        setup = 0;
        bytes -= part;
        to_at += part;
        from_at += part;
    } while (bytes);
    return n;
}

/* Counts what the pass filled and, when asked to, where it found it; stores it back as the
 * buffer's latest. */
static void side_leave(IvcMemory *memory, IvcBuffer *buffer, IvcPass *pass, uint64_t at,
                       uint64_t bytes, bool write, uint64_t *found)
{
    for (uint64_t done = 0; done < bytes;) {
        uint64_t part = side_uniform(pass, at + done, bytes - done);
        uint8_t level = side_level(pass, at + done);
        count_fills(memory, pass->core, level, part, write);
        if (found)
            found[level] += part;
        done += part;
    }
    pass->at = at + bytes;
    pass->valid = true;
    pass->ended = mark_now(memory, pass->core);
    if (write) {
        buffer->write = *pass;
        buffer->exclusive = true;
        if (buffer->read.core != pass->core)
            buffer->read.valid = false;
    } else {
        buffer->read = *pass;
        if (buffer->write.core != pass->core)
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
        return ivc_spend(agent, (memory->setup + (1u << FINE_SHIFT) - 1) >> FINE_SHIFT, stage);
    agent->move.n_pieces = plan(memory, core, to, to_at, from, from_at, bytes, &sides,
                                agent->move.pieces);
    memory->copies++;
    memory->copied_bytes += bytes;
    if (from)
        side_leave(memory, from, &sides.read, from_at, bytes, false, memory->read_bytes);
    if (to)
        side_leave(memory, to, &sides.write, to_at, bytes, true, memory->written_bytes);
    return ivc_move(agent, stage);
}

void ivc_produce(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes)
{
    IvcMemory *memory = agent->core->cores->memory;
    Sides sides;
    check_range(buffer, at, bytes);
    side_enter(memory, buffer, (int32_t)agent->core->id, true, at, &sides.write);
    side_leave(memory, buffer, &sides.write, at, bytes, true, NULL);
}

bool ivc_touch(IvcAgent *agent, IvcBuffer *line, bool write, uint32_t stage)
{
    IvcMemory *memory = agent->core->cores->memory;
    int32_t core = (int32_t)agent->core->id;
    Sides sides;
    IvcPass *pass = write ? &sides.write : &sides.read;
    side_enter(memory, line, core, write, 0, pass);
    uint8_t level = side_level(pass, 0);
    IvcFinePs fine = memory->word + (write ? memory->write_line : memory->read_line)[level];
    side_leave(memory, line, pass, 0, MIN(line->bytes, memory->line_bytes), write, NULL);
    return ivc_spend(agent, (fine + (1u << FINE_SHIFT) - 1) >> FINE_SHIFT, stage);
}

IvcTime ivc_copy_alone_ps(const IvcMemory *memory, uint32_t core, IvcBuffer to, uint64_t to_at,
                          IvcBuffer from, uint64_t from_at, uint64_t bytes)
{
    Sides sides;
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    uint32_t n =
        plan(memory, (int32_t)core, &to, to_at, &from, from_at, bytes, &sides, pieces);
    IvcTime sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += pieces[i].alone_ps;
    return sum;
}

static void pass_digest(const IvcMemory *memory, const IvcPass *pass, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)(int64_t)pass->core);
    if (pass->core < 0)
        return;
    ivc_digest_u64(digest, pass->at);
    ivc_digest_u64(digest, pass->split);
    ivc_digest_u64(digest, pass->head);
    ivc_digest_u64(digest, pass->tail);
    ivc_digest_u64(digest, pass->valid);
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        uint64_t count = fills(memory, pass->core, l), cap = memory->cache_bytes[l] + 1;
        ivc_digest_age(digest, count, pass->began.level[l], cap);
        ivc_digest_age(digest, count, pass->ended.level[l], cap);
    }
}

void ivc_buffer_digest(const IvcMemory *memory, const IvcBuffer *buffer, IvcDigest *digest)
{
    ivc_digest_u64(digest, buffer->id);
    ivc_digest_u64(digest, buffer->bytes);
    ivc_digest_u64(digest, buffer->exclusive);
    pass_digest(memory, &buffer->read, digest);
    pass_digest(memory, &buffer->write, digest);
}

void ivc_memory_count(IvcPlatform *platform)
{
    static const char *const read_names[IVC_LEVELS] = {
        "read_l1_bytes", "read_l2_bytes", "read_l3_bytes", "read_other_bytes", "read_memory_bytes"};
    static const char *const write_names[IVC_LEVELS] = {
        "write_l1_bytes", "write_l2_bytes", "write_l3_bytes", "write_other_bytes",
        "write_memory_bytes"};
    const IvcMemory *memory = platform->memory;
    ivc_platform_count(platform, "copies", "count", "calls of the copy routine", &memory->copies);
    ivc_platform_count(platform, "copied_bytes", "bytes", "bytes copied", &memory->copied_bytes);
    for (size_t l = 0; l < IVC_LEVELS; l++) {
        ivc_platform_count(platform, read_names[l], "bytes", "bytes loaded, by where they were",
                           &memory->read_bytes[l]);
        ivc_platform_count(platform, write_names[l], "bytes", "bytes stored, by where they were",
                           &memory->written_bytes[l]);
    }
}

/* Fill counts matter only by their distance from marks, which the buffers feed. */
void ivc_memory_digest(const IvcMemory *memory, IvcDigest *digest)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        ivc_digest_u64(digest, memory->sharing.asked[r]);
    ivc_digest_u64(digest, memory->sharing.n);
    ivc_digest_u64(digest, memory->sharing.limited);
    for (uint32_t i = 0; i < memory->sharing.n; i++) {
        const IvcMove *move = memory->sharing.active[i];
        const IvcAgent *agent = (const IvcAgent *)((const char *)move - offsetof(IvcAgent, move));
        ivc_digest_u64(digest, agent->id);
    }
}
