/** @file
 *  Sets of ranks, one row for each rank: they spare looking at all ranks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IVC_RANK_NONE UINT32_MAX

/** Words of a row for `n` ranks. */
static inline size_t ivc_rank_words(uint32_t n)
{
    return (n + 63u) / 64;
}

/** Puts a rank into the set of `row`, or takes it out. */
static inline void ivc_rank_mark(uint64_t *set, size_t words, uint32_t row, uint32_t rank, bool on)
{
    uint64_t *word = &set[row * words + rank / 64], bit = UINT64_C(1) << rank % 64;
    *word = on ? *word | bit : *word & ~bit;
}

/** The first rank of the set of `row` at or after `at`; NONE when there is none. */
static inline uint32_t ivc_rank_next(const uint64_t *set, size_t words, uint32_t row, uint32_t at)
{
    const uint64_t *first = &set[row * words];
    uint64_t mask = UINT64_MAX << at % 64;
    for (size_t w = at / 64; w < words; w++, mask = UINT64_MAX)
        if (first[w] & mask)
            return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(first[w] & mask);
    return IVC_RANK_NONE;
}
