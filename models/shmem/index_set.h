/** @file
 *  A set of small whole numbers that finds its lowest member in a bounded number of steps: a bitmap
 *  with a summary bitmap above it, and so on up. Memory is taken once.
 */
#pragma once

#include "sim/base/hot.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** 64^4 = 16,777,216 members are more than any caller's limit. */
#define IVC_INDEX_SET_LEVELS 4u
#define IVC_INDEX_SET_NONE UINT32_MAX

typedef struct {
    uint32_t limit;                        /**< members are below this */
    unsigned levels;                       /**< 1 to IVC_INDEX_SET_LEVELS */
    uint64_t *level[IVC_INDEX_SET_LEVELS]; /**< [0]: the members; [i + 1]: words of [i] not 0 */
} IvcIndexSet;

/** Makes an empty set of numbers below `limit`, 1 to 64^4. Clear it with ivc_index_set_clear(). */
void ivc_index_set_init(IvcIndexSet *set, uint32_t limit);
void ivc_index_set_clear(IvcIndexSet *set);

bool ivc_index_set_has(const IvcIndexSet *set, uint32_t member);
void ivc_index_set_add(IvcIndexSet *set, uint32_t member);
void ivc_index_set_remove(IvcIndexSet *set, uint32_t member);

static inline bool ivc_index_set_is_empty(const IvcIndexSet *set)
{
    return set->level[set->levels - 1][0] == 0;
}

/** Returns the lowest member, or IVC_INDEX_SET_NONE. */
static inline uint32_t ivc_index_set_first(const IvcIndexSet *set)
{
    uint32_t place = 0;
    for (unsigned i = set->levels; i-- > 0;) {
        uint64_t word = set->level[i][place];
        if (word == 0)
            return IVC_INDEX_SET_NONE; /* of the top level: of the others no word on the way is 0 */
        place = place * 64 + (uint32_t)__builtin_ctzll(word);
    }
    return place;
}

/** Returns the lowest member that is not below `from`, or IVC_INDEX_SET_NONE. */
uint32_t ivc_index_set_next(const IvcIndexSet *set, uint32_t from);
