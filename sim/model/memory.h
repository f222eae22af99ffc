/** @file
 *  Buffers and copies: where the lines of a buffer are, and what it costs to move them.
 *  Implemented by models/cpu/memory.c.
 */
#pragma once

#include "sim/base/clock.h"
#include "sim/model/core.h"
#include "sim/model/machine.h"

typedef struct IvcMemory IvcMemory;

/** A pass as a cache remembers it; see models/cpu/recency.h. */
typedef struct IvcSeen IvcSeen;
struct IvcSeen {
    uint64_t extent;               /**< bytes touched, without those that a later pass touched */
    uint64_t in[IVC_CACHE_LEVELS]; /**< as many of the last of them does each level hold */
    IvcSeen *newer; /**< in the order in which passes began; held by no level: in no list */
    IvcSeen *older;
    uint64_t began; /**< numbers the list, newer ones higher */
    uint64_t rank;  /**< scratch of digests */
};

/** The latest pass over a buffer, and the one before while the latest has not gone over it all. */
typedef struct {
    bool latest; /**< which of them */
    IvcSeen passes[2];
} IvcRecencyEntry;

/** The order in which one core's private caches, or the shared ones, have seen things. */
typedef struct {
    uint64_t capacity[IVC_CACHE_LEVELS]; /**< 0: the level is none of these */
    uint32_t level_first;                /**< the levels with a capacity are among these */
    uint32_t level_end;
    uint64_t used[IVC_CACHE_LEVELS];
    bool whole[IVC_CACHE_LEVELS]; /**< nothing was ever evicted */
    uint64_t begun;               /**< passes so far */
    IvcSeen *newest;
    IvcSeen *last[IVC_CACHE_LEVELS]; /**< the oldest of which the level holds something */
} IvcRecency;

/** A sequential pass over a buffer: where it is, and what it found. */
typedef struct {
    int32_t core; /**< who made the pass; -1: nobody yet */
    bool valid;   /**< this core's private copies are still good */
    bool done;    /**< nobody will continue it */
    uint8_t head; /**< IvcLevel */
    uint8_t tail;
    uint64_t at;         /**< next byte of the pass */
    uint64_t split;      /**< bytes below lie at `head`, the others at `tail` */
    IvcRecencyEntry own; /**< in the private caches of `core` */
} IvcPass;

/** Contiguous memory that is read and written in sequential passes. O(1) whatever its size. What a
 *  copy looks at comes first, here and in passes. */
typedef struct {
    uint32_t id;
    uint16_t home;       /**< 1 + node whose memory it is in; 0: there is one, or nobody came yet */
    uint16_t read_from;  /**< node whose caches the tail of the read pass comes from, if linked */
    uint16_t write_from; /**< the same of the write pass */
    bool exclusive;      /**< nobody else has read since the latest write */
    uint64_t bytes;
    IvcPass read;         /**< the latest that read it */
    IvcPass write;        /**< the latest that wrote it */
    IvcRecencyEntry chip; /**< in the shared caches: those of the node whose memory it is in */
} IvcBuffer;

/** One cache line of shared state: a flag, a queue head, a header. Too hot to leave the caches. */
typedef struct {
    uint32_t id;
    int32_t writer; /**< core that wrote it last; -1: nobody yet */
    int32_t reader; /**< another core that has read it since; -1: nobody */
} IvcLine;

/** Where a line is found. */
typedef enum {
    IVC_LEVEL_L1,
    IVC_LEVEL_L2,
    IVC_LEVEL_L3,
    IVC_LEVEL_OTHER, /**< modified in another core's private cache */
    IVC_LEVEL_MEMORY,
    IVC_LEVELS,
} IvcLevel;

/** Makes the memory system of a chip. @return transfer full */
IvcMemory *ivc_memory_new(const IvcMachineSpec *spec);
void ivc_memory_free(IvcMemory *memory);

/**
 * Prepares a buffer that nobody has touched: its lines are in memory. A buffer must not move once
 * it was touched; to let it grow, set `bytes`.
 */
void ivc_buffer_init(IvcBuffer *buffer, uint32_t id, uint64_t bytes);

/**
 * Puts an untouched buffer into the memory that is nearest to a core, in a machine of several
 * nodes; otherwise it goes to the memory nearest to the core that touches it first.
 */
void ivc_buffer_place(const IvcMemory *memory, IvcBuffer *buffer, uint32_t core);

/** Links between the nodes of two cores; 0 in a machine of one node. */
uint32_t ivc_memory_hops(const IvcMemory *memory, uint32_t a, uint32_t b);

/** Says that this use of the buffer is over: the next copy begins a new pass. */
void ivc_buffer_done(IvcBuffer *buffer);

/**
 * Copies bytes between buffers on the agent's core, charged to `stage`.
 * `to` NULL: only reads; `from` NULL: only writes (the bytes come from registers).
 * A request like ivc_spend(): true when already over.
 */
bool ivc_copy(IvcAgent *agent, IvcBuffer *to, uint64_t to_at, IvcBuffer *from, uint64_t from_at,
              uint64_t bytes, uint32_t stage);

/**
 * Records that the agent's core has written bytes, without time: the application made them before
 * the measured path begins.
 */
void ivc_produce(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes);

/** A device has written into the buffer by DMA: no private cache holds it any more. A shared cache
 *  that holds the buffer takes the new bytes; otherwise they are in memory. */
void ivc_device_wrote(IvcBuffer *buffer);

/** What a copy routine costs, in 2^-16 ps: those of the profile are one of many. */
typedef struct {
    uint64_t setup;                  /**< a call */
    uint64_t word;                   /**< eight bytes, both sides in L1 */
    uint64_t read_line[IVC_LEVELS];  /**< the stall of a line that is loaded */
    uint64_t write_line[IVC_LEVELS]; /**< the stall of a line that is stored to */
} IvcCopyCosts;

/** A cost by the chip's clock as IvcCopyCosts has them. */
uint64_t ivc_copy_cost(const IvcClock *clock, IvcCost cost);

/** What the profile's copy routine costs. */
const IvcCopyCosts *ivc_copy_costs(const IvcMemory *memory);

/** Copies as ivc_copy() does, by another routine. */
bool ivc_copy_by(IvcAgent *agent, const IvcCopyCosts *costs, IvcBuffer *to, uint64_t to_at,
                 IvcBuffer *from, uint64_t from_at, uint64_t bytes, uint32_t stage);

/** Records that the agent's core has read bytes, without time: as ivc_produce(). */
void ivc_consume(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes);

/** Time of the copy loop for bytes that are in L1 on both sides: for headers in registers or L1. */
IvcTime ivc_copy_l1_ps(const IvcMemory *memory, uint64_t bytes);

/** Prepares a line that nobody has touched. */
void ivc_line_init(IvcLine *line, uint32_t id);

/**
 * Reads or writes a line: what it costs this core now, by who had it last. The line's state changes
 * at once; the caller spends (or owes) the time.
 */
IvcTime ivc_line_touch(IvcAgent *agent, IvcLine *line, bool write);

void ivc_line_digest(const IvcLine *line, IvcDigest *digest);

/** The duration of a copy that is alone, computed without performing or recording it. */
IvcTime ivc_copy_alone_ps(IvcMemory *memory, uint32_t core, IvcBuffer to, uint64_t to_at,
                          IvcBuffer from, uint64_t from_at, uint64_t bytes);

void ivc_buffer_digest(const IvcMemory *memory, const IvcBuffer *buffer, IvcDigest *digest);
/** How many caches have been full. A digest leaves out the order in those that have not; who
 *  compares states has to know when another one becomes full. */
unsigned ivc_memory_full_levels(const IvcMemory *memory);

/** Feeds what belongs to no buffer; before the buffers are fed. */
void ivc_memory_digest(IvcMemory *memory, IvcDigest *digest);
