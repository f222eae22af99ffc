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
    IvcFinePs setup;
    IvcFinePs word;
    IvcFinePs read_line[IVC_LEVELS];
    IvcFinePs write_line[IVC_LEVELS];
    IvcSharing sharing;
    IvcPieceMemo memo[IVC_LEVELS + 1][IVC_LEVELS + 1]; /**< by read and write; last: neither */
    bool private_writes;                               /**< stores stay in some private cache */
    bool has_shared;                                   /**< there is a level for all cores */
    IvcRecency *cores; /**< n_cores: what each one's private caches have seen */
    IvcRecency chip;   /**< what the shared caches have seen */
    uint64_t copies;   /**< statistics from here on */
    uint64_t copied_bytes;
    uint64_t read_bytes[IVC_LEVELS];
    uint64_t written_bytes[IVC_LEVELS];
};

extern const IvcStateTable ivc_memory_state_tables[];
extern const size_t ivc_memory_state_tables_n;
