/** @file
 *  The memory system's state: what caches have seen, costs turned into time, and the
 *  shared resources.
 */
#pragma once

#include "models/cpu/sharing.h"
#include "sim/base/clock.h"
#include "sim/model/memory.h"

#define IVC_FINE_SHIFT 16

/** A cost in 2^-16 ps, so that a per-line cost loses nothing when multiplied by many lines. */
typedef uint64_t IvcFinePs;

struct IvcMemory {
    uint32_t n_cores;
    uint64_t line_bytes;
    uint64_t cache_bytes[IVC_CACHE_LEVELS]; /**< 0: no such level */
    bool cache_private[IVC_CACHE_LEVELS];
    bool write_through;
    IvcFinePs setup;
    IvcFinePs word;
    IvcFinePs read_line[IVC_LEVELS];
    IvcFinePs write_line[IVC_LEVELS];
    IvcFinePs hop;            /**< a line over one link, there and back */
    IvcTopologyPlace *places; /**< of the cores; NULL: one node */
    IvcTopologyMetric metric;
    IvcSharing sharing;
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

extern const IvcStateTable ivc_memory_state_tables[];
extern const size_t ivc_memory_state_tables_n;
