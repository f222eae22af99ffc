/** @file
 *  A set of small whole numbers that knows its lowest member: that one is kept apart, the rest is a
 *  bitmap with a summary bitmap above it, and so on up. So a set that has one member at a time, as
 *  most do, never comes to the bitmaps. Memory is taken once.
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
    uint32_t lowest;                       /**< member; IVC_INDEX_SET_NONE: the set is empty */
    uint64_t *top;                         /**< the highest level's only word: 0 without a rest */
    unsigned levels;                       /**< 1 to IVC_INDEX_SET_LEVELS */
    uint64_t *level[IVC_INDEX_SET_LEVELS]; /**< [0]: the members; [i + 1]: words of [i] not 0 */
} IvcIndexSet;

/** Makes an empty set of numbers below `limit`, 1 to 64^4. Clear it with ivc_index_set_clear(). */
void ivc_index_set_init(IvcIndexSet *set, uint32_t limit);
void ivc_index_set_clear(IvcIndexSet *set);

/** Of the rest, which are greater than `lowest`: for the functions below only. */
void ivc_index_set_rest_add(IvcIndexSet *set, uint32_t member);
void ivc_index_set_rest_remove(IvcIndexSet *set, uint32_t member);

/** Removes and returns the lowest of the rest, which must not be empty. */
uint32_t ivc_index_set_rest_take(IvcIndexSet *set);

/** Returns the lowest member, or IVC_INDEX_SET_NONE. */
static inline uint32_t ivc_index_set_first(const IvcIndexSet *set)
{
    return set->lowest;
}

static inline bool ivc_index_set_is_empty(const IvcIndexSet *set)
{
    return set->lowest == IVC_INDEX_SET_NONE;
}

/** Whether a number other than IVC_INDEX_SET_NONE is a member. */
static inline bool ivc_index_set_has(const IvcIndexSet *set, uint32_t member)
{
    if (member <= set->lowest)
        return member == set->lowest;
    return *set->top != 0 && member < set->limit &&
           (set->level[0][member / 64] >> (member % 64) & 1) != 0;
}

static inline void ivc_index_set_add(IvcIndexSet *set, uint32_t member)
{
    uint32_t lowest = set->lowest;
    ivc_hot_assert(member < set->limit);
    if (member <= lowest) {
        set->lowest = member;
        if (lowest == IVC_INDEX_SET_NONE || member == lowest)
            return;
        member = lowest;
    }
    ivc_index_set_rest_add(set, member);
}

static inline void ivc_index_set_remove(IvcIndexSet *set, uint32_t member)
{
    ivc_hot_assert(member < set->limit);
    if (member == set->lowest)
        set->lowest = *set->top ? ivc_index_set_rest_take(set) : IVC_INDEX_SET_NONE;
    else
        ivc_index_set_rest_remove(set, member);
}

/** Returns the lowest member that is not below `from`, or IVC_INDEX_SET_NONE. */
uint32_t ivc_index_set_next(const IvcIndexSet *set, uint32_t from);
