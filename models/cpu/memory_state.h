/** @file
 *  The memory system's state: what caches have seen, costs turned into time, and the
 *  shared resources.
 */
#pragma once

#include "models/cpu/sharing.h"
#include "sim/base/clock.h"
#include "sim/model/memory.h"

/** A cost in 2^-16 ps, so that a per-line cost loses nothing when multiplied by many lines. */
typedef uint64_t IvcFinePs;
#define IVC_FINE_SHIFT 16

/** What the copy loop moves in a turn. */
#define IVC_WORD_BYTES 8

/** What a piece of a copy costs: the latest one between two levels, kept for the next one. */
typedef struct {
    uint64_t bytes; /**< 0: none yet */
    IvcFinePs setup;
    IvcMovePiece piece;
} IvcPieceMemo;

struct IvcMemory {
    uint32_t n_cores;
    uint64_t line_bytes;
    uint64_t line_mask; /**< line_bytes - 1 when that is a power of two, else 0 */
    unsigned line_shift;
    uint64_t cache_bytes[IVC_CACHE_LEVELS]; /**< 0: no such level */
    bool cache_private[IVC_CACHE_LEVELS];
    bool write_through;
    IvcCopyCosts costs; /**< of the profile's copy routine; ivc_copy_by() puts its own there */
    IvcFinePs read_alone, write_alone; /**< IVC_LEVEL_OTHER, of a line of shared state */
    IvcFinePs hop;                     /**< a line over one link, there and back */
    IvcTopologyPlace *places;          /**< of the cores; NULL: one node */
    IvcTopologyMetric metric;
    IvcSharing sharing;
    /** By read and write; the last but one: none, the last: as IVC_LEVEL_OTHER, with no bytes. */
    IvcPieceMemo memo[IVC_LEVELS + 1][IVC_LEVELS + 2];
    bool private_writes; /**< stores stay in some private cache */
    bool has_shared;     /**< there is a level for all cores */
    IvcRecency *cores;   /**< n_cores: what each one's private caches have seen */
    IvcRecency
        *chips; /**< what the shared caches have seen: of one node [0], else of node [1 + n] */
    uint32_t n_chips;
    GPtrArray *routes; /**< of moves, four each; NULL: one node */
    uint64_t copies;   /**< statistics from here on */
    uint64_t copied_bytes;
    uint64_t read_bytes[IVC_LEVELS];
    uint64_t written_bytes[IVC_LEVELS];
};

/**
 * Where the bytes of a copy by `core` are now, as uniform pieces with their times and demands;
 * nothing changes. `to` or `from` may be NULL. Bytes: 1 or more, within the buffers.
 *
 * @return the number of pieces
 */
uint32_t ivc_passes_plan(IvcMemory *memory, int32_t core, const IvcBuffer *to, uint64_t to_at,
                         const IvcBuffer *from, uint64_t from_at, uint64_t bytes,
                         IvcMovePiece pieces[IVC_MOVE_PIECES]);

/**
 * The same, and the caches have seen the copy; it is counted.
 *
 * @param routes  IVC_MOVE_PIECES, filled in; NULL in a machine of one node
 */
uint32_t ivc_passes_copy(IvcMemory *memory, int32_t core, IvcBuffer *to, uint64_t to_at,
                         IvcBuffer *from, uint64_t from_at, uint64_t bytes,
                         IvcMovePiece pieces[IVC_MOVE_PIECES], IvcMoveRoute *routes);

/** The caches see a core write; it is not counted as a copy. */
void ivc_passes_write(IvcMemory *memory, int32_t core, IvcBuffer *buffer, uint64_t at,
                      uint64_t bytes);

/** The same for a core that reads. */
void ivc_passes_read(IvcMemory *memory, int32_t core, IvcBuffer *buffer, uint64_t at,
                     uint64_t bytes);

/** What reading or writing a line costs `core` now; the line remembers it. */
IvcTime ivc_line_cost(const IvcMemory *memory, IvcLine *line, int32_t core, bool write);

extern const IvcStateTable ivc_memory_state_tables[];
extern const size_t ivc_memory_state_tables_n;
