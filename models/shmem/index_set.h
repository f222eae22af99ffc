/** @file
 *  A set of small whole numbers that finds its lowest member in a bounded number of steps: a bitmap
 *  with a summary bitmap above it, and so on up. Memory is taken once.
 */
#pragma once

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

/** Returns the lowest member that is not below `from`, or IVC_INDEX_SET_NONE. */
uint32_t ivc_index_set_next(const IvcIndexSet *set, uint32_t from);
