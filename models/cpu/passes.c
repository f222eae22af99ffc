/* Where the lines of a buffer are, and what moving them costs: the pure part of the memory system,
 * without agents and time.
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
 * writes back a line that it displaced: two lines of memory traffic. A write to lines that the core
 * has, and others too, waits until those have let go, and moves no line.
 *
 * Leaves out: conflict misses, prefetchers beyond what the profile's stalls contain, victim and
 * exclusive caches, TLB misses, partial lines shared by two buffers. */
#include "models/cpu/memory_state.h"
#include "models/cpu/recency.h"
#include "models/cpu/ways.h"

/* Whole lines: up, and down. A line of 2^n bytes needs no division. */
static uint64_t lines_up(const IvcMemory *memory, uint64_t bytes)
{
    if (G_LIKELY(memory->line_mask))
        return (bytes + memory->line_mask) & ~memory->line_mask;
    return (bytes + memory->line_bytes - 1) / memory->line_bytes * memory->line_bytes;
}

static uint64_t lines_down(const IvcMemory *memory, uint64_t bytes)
{
    if (G_LIKELY(memory->line_mask))
        return bytes & ~memory->line_mask;
    return bytes / memory->line_bytes * memory->line_bytes;
}

static uint64_t lines_in(const IvcMemory *memory, uint64_t whole_lines)
{
    return G_LIKELY(memory->line_mask) ? whole_lines >> memory->line_shift
                                       : whole_lines / memory->line_bytes;
}

/* The nearest private level in which a core still has what it touched in this pass. */
G_ALWAYS_INLINE static inline uint8_t own_level(const IvcMemory *memory, const IvcPass *pass,
                                                bool wrote, int32_t core)
{
    if (pass->core != core || !pass->valid || (wrote && !memory->private_writes))
        return IVC_LEVEL_MEMORY;
    const IvcRecency *own = &memory->cores[core];
    size_t first = own->level_first;
    if (first == 0 && wrote && memory->write_through)
        first = 1; /* stores do not allocate in a write-through cache */
    for (size_t l = first; l < own->level_end; l++)
        if (ivc_recency_holds(&pass->own, l))
            return (uint8_t)l;
    return IVC_LEVEL_MEMORY;
}

/* The nearest level at which a core finds the buffer, other cores' private caches left aside. */
G_ALWAYS_INLINE static inline uint8_t level_of(const IvcMemory *memory, const IvcBuffer *buffer,
                                               int32_t core)
{
    uint8_t level = MIN(own_level(memory, &buffer->read, false, core),
                        own_level(memory, &buffer->write, true, core));
    if (level < IVC_LEVEL_MEMORY || !memory->has_shared)
        return level;
    const IvcRecency *chip = &memory->chips[buffer->home];
    for (size_t l = chip->level_first; l < chip->level_end; l++)
        if (ivc_recency_holds(&buffer->chip, l))
            return (uint8_t)l;
    return IVC_LEVEL_MEMORY;
}

/* Bytes at the end of another core's pass that its private caches still hold. */
G_ALWAYS_INLINE static inline uint64_t others_tail(const IvcMemory *memory, const IvcPass *pass)
{
    const IvcRecency *own = &memory->cores[pass->core];
    uint64_t most = 0;
    for (size_t l = memory->write_through ? 1 : 0; l < own->level_end; l++)
        most = MAX(most, ivc_recency_tail(&pass->own, l));
    return most;
}

/* One side of a copy: a continued or a new pass. Bytes below `split` lie at `head`. */
typedef struct {
    uint64_t split;
    uint8_t head;
    uint8_t tail;
    bool fresh;     /* it begins here */
    int32_t holder; /* the core that has the tail, where its level is that of another core */
    uint32_t home;  /* in a machine of several nodes: whose memory */
    uint32_t from;  /* and whose caches, where the level is that of another core */
} Side;

/* Decides, as a pass begins, where its bytes are. */
G_ALWAYS_INLINE static inline void pass_begin(const IvcMemory *memory, const IvcBuffer *buffer,
                                              int32_t core, bool write, Side *side)
{
    side->head = side->tail = level_of(memory, buffer, core);
    side->split = 0;
    side->holder = core;
    if (!memory->private_writes)
        return; /* no cache has what others do not see */
    const IvcPass *other = NULL;
    if (buffer->write.core >= 0 && buffer->write.core != core && buffer->write.valid)
        other = &buffer->write;
    else if (write && buffer->read.core >= 0 && buffer->read.core != core && buffer->read.valid)
        other = &buffer->read; /* the reader's clean copies must be invalidated */
    if (!other || (!write && !buffer->exclusive && side->head < IVC_LEVEL_OTHER))
        return;
    uint64_t tail = others_tail(memory, other);
    if (tail == 0)
        return;
    side->split = tail < other->at ? other->at - tail : 0;
    side->tail = IVC_LEVEL_OTHER;
    side->holder = other->core;
}

G_ALWAYS_INLINE static inline void side_enter(const IvcMemory *memory, const IvcBuffer *buffer,
                                              int32_t core, bool write, uint64_t at, Side *side)
{
    const IvcPass *pass = write ? &buffer->write : &buffer->read;
    side->fresh = at == 0 || pass->done || pass->core != core || pass->at != at;
    if (side->fresh) {
        pass_begin(memory, buffer, core, write, side);
        return;
    }
    side->split = pass->split;
    side->head = pass->head;
    side->tail = pass->tail;
}

static uint8_t side_level(const Side *side, uint64_t at)
{
    return at < side->split ? side->head : side->tail;
}

/* In a machine of several nodes: whose memory, and whose caches where another core has the tail. */
static void side_places(const IvcMemory *memory, const IvcBuffer *buffer, int32_t core, bool write,
                        Side *side)
{
    side->home = buffer->home ? buffer->home - 1u : ivc_way_memory(memory, core);
    side->from = 0;
    if (!side->fresh)
        side->from = write ? buffer->write_from : buffer->read_from;
    else if (side->tail == IVC_LEVEL_OTHER)
        side->from = ivc_way_node(memory, side->holder);
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
static uint64_t side_uniform(const Side *side, uint64_t at, uint64_t bytes)
{
    return at < side->split ? MIN(bytes, side->split - at) : bytes;
}

/* Where the bytes are that a copy stores to: ONLY_TELL, when this core has them and the others,
 * that have them too, need only be told to let them go. */
enum { ONLY_TELL = IVC_LEVELS + 1 };

static uint8_t write_level(const IvcMemory *memory, const Side *side, uint64_t at)
{
    uint8_t level = side_level(side, at);
    bool mine = side->head < IVC_LEVEL_OTHER && memory->cache_private[side->head];
    return level == IVC_LEVEL_OTHER && mine ? ONLY_TELL : level;
}

/* Traffic on the shared resources caused by one side of a piece. */
static void add_traffic(const IvcMemory *memory, uint8_t level, uint64_t bytes, bool write,
                        uint64_t traffic[IVC_RESOURCES])
{
    uint64_t moved = lines_up(memory, bytes);
    bool beyond_private = level >= IVC_LEVEL_OTHER || !memory->cache_private[level];
    if (write && memory->write_through && !beyond_private)
        traffic[0] += bytes; /* every store goes through */
    if (beyond_private)
        traffic[0] += moved;
    if (level == IVC_LEVEL_MEMORY)
        traffic[1] += write ? 2 * moved : moved;
    if (level == IVC_LEVEL_MEMORY && write && !memory->has_shared)
        traffic[0] += moved; /* no shared cache stands between: the displaced line goes this way */
}

/* `read` and `write`: IvcLevel, or IVC_LEVELS for a copy that does not, or ONLY_TELL; `way`: what
 * the distance adds. */
static IvcMovePiece piece_between(const IvcMemory *memory, uint8_t read, uint8_t write,
                                  uint64_t bytes, IvcFinePs setup, IvcU128 way)
{
    IvcMovePiece piece = {0};
    uint64_t traffic[IVC_RESOURCES] = {0};
    uint64_t lines = lines_in(memory, lines_up(memory, bytes));
    IvcU128 fine =
        way + setup + (IvcU128)((bytes + IVC_WORD_BYTES - 1) / IVC_WORD_BYTES) * memory->costs.word;
    if (read < IVC_LEVELS) {
        fine += (IvcU128)lines * memory->costs.read_line[read];
        add_traffic(memory, read, bytes, false, traffic);
    }
    if (write == ONLY_TELL) {
        fine += (IvcU128)lines * memory->costs.write_line[IVC_LEVEL_OTHER];
    } else if (write < IVC_LEVELS) {
        /* A write-through cache sends every line on, wherever it was found. */
        uint8_t paid = memory->write_through && write == IVC_LEVEL_L1 ? IVC_LEVEL_L2 : write;
        fine += (IvcU128)lines * memory->costs.write_line[paid];
        add_traffic(memory, write, bytes, true, traffic);
    }
    piece.alone_ps = (IvcTime)((fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT);
    for (size_t r = 0; r < IVC_RESOURCES && piece.alone_ps; r++)
        if (traffic[r])
            piece.demand[r] = ivc_bytes_per_second(traffic[r], piece.alone_ps);
    return piece;
}

/* Streams repeat their pieces: the latest one is kept for each pair of levels. */
G_ALWAYS_INLINE static inline const IvcMovePiece *
piece_of(IvcMemory *memory, uint8_t read, uint8_t write, uint64_t bytes, IvcFinePs setup)
{
    IvcPieceMemo *memo = &memory->memo[read][write];
    if (memo->bytes != bytes || memo->setup != setup)
        *memo = (IvcPieceMemo){bytes, setup, piece_between(memory, read, write, bytes, setup, 0)};
    return &memo->piece;
}

typedef struct {
    Side read;
    Side write;
} Sides;

/* A piece in a machine of several nodes, with the way that its bytes take. */
static IvcMovePiece piece_routed(const IvcMemory *memory, int32_t core, const Sides *sides,
                                 uint8_t read, uint8_t write, uint64_t bytes, IvcFinePs setup,
                                 IvcMoveRoute *route)
{
    IvcU128 way = 0;
    *route = (IvcMoveRoute){.node = ivc_way_node(memory, core)};
    if (read < IVC_LEVELS)
        way += ivc_way_add(memory, side_node(&sides->read, read), read, bytes, false, route);
    if (write == ONLY_TELL)
        way += ivc_way_lines(memory, sides->write.from, bytes, route);
    else if (write < IVC_LEVELS)
        way += ivc_way_add(memory, side_node(&sides->write, write), write, bytes, true, route);
    IvcMovePiece piece = piece_between(memory, read, write, bytes, setup, way);
    ivc_way_finish(route, &piece);
    return piece;
}

/* What a copy does, by its arguments. */
typedef struct {
    const IvcBuffer *to;
    uint64_t to_at;
    const IvcBuffer *from;
    uint64_t from_at;
    uint64_t bytes;
} Span;

G_ALWAYS_INLINE static inline void sides_enter(const IvcMemory *memory, int32_t core,
                                               const Span *span, Sides *sides)
{
    if (span->from)
        side_enter(memory, span->from, core, false, span->from_at, &sides->read);
    if (span->to)
        side_enter(memory, span->to, core, true, span->to_at, &sides->write);
}

/* Splits a copy into uniform pieces; returns how many. `routes` is NULL in a machine of one node;
 * sides and span come by value, so that what a copy of one piece has of them stays in registers. */
G_NO_INLINE static uint32_t plan_pieces(IvcMemory *memory, int32_t core, Span span, Sides sides,
                                        IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes)
{
    IvcFinePs setup = memory->costs.setup;
    uint32_t n = 0;
    do {
        uint64_t part = span.bytes;
        uint8_t read = IVC_LEVELS, write = IVC_LEVELS;
        if (span.from) {
            part = side_uniform(&sides.read, span.from_at, part);
            read = side_level(&sides.read, span.from_at);
        }
        if (span.to) {
            part = side_uniform(&sides.write, span.to_at, part);
            write = write_level(memory, &sides.write, span.to_at);
        }
        ivc_hot_assert(n < IVC_MOVE_PIECES);
        if (routes)
            pieces[n] = piece_routed(memory, core, &sides, read, write, part, setup, &routes[n]);
        else
            pieces[n] = *piece_of(memory, read, write, part, setup);
        n++;
        setup = 0;
        span.bytes -= part;
        span.to_at += part;
        span.from_at += part;
    } while (span.bytes);
    return n;
}

/* The same in a machine of one node, where most copies have one piece. */
G_ALWAYS_INLINE static inline uint32_t plan(IvcMemory *memory, int32_t core, const Span *span,
                                            const Sides *sides,
                                            IvcMovePiece pieces[IVC_MOVE_PIECES])
{
    uint8_t read = IVC_LEVELS, write = IVC_LEVELS;
    if (span->from) {
        if (span->from_at < sides->read.split)
            return plan_pieces(memory, core, *span, *sides, pieces, NULL);
        read = sides->read.tail;
    }
    if (span->to) {
        if (span->to_at < sides->write.split)
            return plan_pieces(memory, core, *span, *sides, pieces, NULL);
        write = write_level(memory, &sides->write, span->to_at);
    }
    pieces[0] = *piece_of(memory, read, write, span->bytes, memory->costs.setup);
    return 1;
}

static void sides_place(const IvcMemory *memory, int32_t core, const Span *span, Sides *sides)
{
    if (span->from)
        side_places(memory, span->from, core, false, &sides->read);
    if (span->to)
        side_places(memory, span->to, core, true, &sides->write);
}

/* The pass is seen by the caches on its way. */
G_ALWAYS_INLINE static inline void see(IvcMemory *memory, IvcBuffer *buffer, IvcPass *pass,
                                       int32_t core, bool fresh, uint64_t at, uint64_t bytes,
                                       bool write)
{
    IvcRecency *own = &memory->cores[core];
    bool kept = !write || memory->private_writes;
    uint64_t to = lines_up(memory, at + bytes);
    if (!fresh) {
        uint64_t from = lines_up(memory, at);
        pass->core = core;
        if (kept)
            ivc_recency_touch(own, &pass->own, from, to);
        if (memory->has_shared)
            ivc_recency_touch(&memory->chips[buffer->home], &buffer->chip, from, to);
        return;
    }
    uint64_t from = lines_down(memory, at);
    IvcPass *twin = write ? &buffer->read : &buffer->write;
    if (pass->core >= 0 && pass->core != core)
        ivc_recency_forget(&memory->cores[pass->core], &pass->own);
    pass->core = core;
    if (kept && twin->core == core)
        ivc_recency_forget(own, &twin->own); /* the same bytes */
    if (kept)
        ivc_recency_renew(own, &pass->own, from, to);
    if (memory->has_shared)
        ivc_recency_renew(&memory->chips[buffer->home], &buffer->chip, from, to);
}

/* Counts where the bytes of a side were. */
static void count_found(const Side *side, uint64_t at, uint64_t bytes, uint64_t found[IVC_LEVELS])
{
    if (at < side->split) {
        uint64_t below = MIN(bytes, side->split - at);
        found[side->head] += below;
        bytes -= below;
    }
    found[side->tail] += bytes;
}

/* Stores the pass back as the buffer's latest. */
G_ALWAYS_INLINE static inline void side_leave(IvcMemory *memory, IvcBuffer *buffer,
                                              const Side *side, int32_t core, uint64_t at,
                                              uint64_t bytes, bool write)
{
    IvcPass *pass = write ? &buffer->write : &buffer->read;
    if (side->fresh) {
        pass->split = side->split;
        pass->head = side->head;
        pass->tail = side->tail;
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

/* The copy is counted, and seen. */
G_ALWAYS_INLINE static inline void sides_leave(IvcMemory *memory, int32_t core, IvcBuffer *to,
                                               IvcBuffer *from, const Span *span,
                                               const Sides *sides)
{
    memory->copies++;
    memory->copied_bytes += span->bytes;
    if (from) {
        count_found(&sides->read, span->from_at, span->bytes, memory->read_bytes);
        side_leave(memory, from, &sides->read, core, span->from_at, span->bytes, false);
    }
    if (to) {
        count_found(&sides->write, span->to_at, span->bytes, memory->written_bytes);
        side_leave(memory, to, &sides->write, core, span->to_at, span->bytes, true);
    }
}

uint32_t ivc_passes_plan(IvcMemory *memory, int32_t core, const IvcBuffer *to, uint64_t to_at,
                         const IvcBuffer *from, uint64_t from_at, uint64_t bytes,
                         IvcMovePiece pieces[IVC_MOVE_PIECES])
{
    Span span = {to, to_at, from, from_at, bytes};
    Sides sides;
    IvcMoveRoute routes[IVC_MOVE_PIECES];
    sides_enter(memory, core, &span, &sides);
    if (!ivc_is_linked(memory))
        return plan_pieces(memory, core, span, sides, pieces, NULL);
    sides_place(memory, core, &span, &sides);
    return plan_pieces(memory, core, span, sides, pieces, routes);
}

/* A copy in a machine of several nodes. */
G_NO_INLINE static uint32_t copy_routed(IvcMemory *memory, int32_t core, IvcBuffer *to,
                                        IvcBuffer *from, Span span,
                                        IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes)
{
    Sides sides;
    sides_enter(memory, core, &span, &sides);
    sides_place(memory, core, &span, &sides);
    uint32_t n = plan_pieces(memory, core, span, sides, pieces, routes);
    if (from)
        keep_places(from, &sides.read, false);
    if (to)
        keep_places(to, &sides.write, true);
    sides_leave(memory, core, to, from, &span, &sides);
    return n;
}

uint32_t ivc_passes_copy(IvcMemory *memory, int32_t core, IvcBuffer *to, uint64_t to_at,
                         IvcBuffer *from, uint64_t from_at, uint64_t bytes,
                         IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes)
{
    Span span = {to, to_at, from, from_at, bytes};
    if (G_UNLIKELY(routes != NULL))
        return copy_routed(memory, core, to, from, span, pieces, routes);
    Sides sides;
    sides_enter(memory, core, &span, &sides);
    uint32_t n = plan(memory, core, &span, &sides, pieces);
    sides_leave(memory, core, to, from, &span, &sides);
    return n;
}

/* The caches see a core go over bytes; nothing is counted. */
static void pass_over(IvcMemory *memory, int32_t core, IvcBuffer *buffer, uint64_t at,
                      uint64_t bytes, bool write)
{
    Side side;
    side_enter(memory, buffer, core, write, at, &side);
    if (ivc_is_linked(memory)) {
        side_places(memory, buffer, core, write, &side);
        keep_places(buffer, &side, write);
    }
    side_leave(memory, buffer, &side, core, at, bytes, write);
}

void ivc_passes_write(IvcMemory *memory, int32_t core, IvcBuffer *buffer, uint64_t at,
                      uint64_t bytes)
{
    pass_over(memory, core, buffer, at, bytes, true);
}

void ivc_passes_read(IvcMemory *memory, int32_t core, IvcBuffer *buffer, uint64_t at,
                     uint64_t bytes)
{
    pass_over(memory, core, buffer, at, bytes, false);
}
