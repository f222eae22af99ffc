/** @file
 *  What each direction between two ranks has of its own, made when the two first have to do with
 *  each other: n ranks of which each talks to a few need no n * n states.
 *
 *  A pair that was never used is in nobody's way: it takes no memory and no time, and digests feed
 *  nothing of it. Pairs do not move.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

/** One direction that was used. */
typedef struct {
    uint32_t from;
    uint32_t to;
    void *state;
} IvcPair;

typedef struct {
    uint32_t n;
    size_t bytes;   /**< of a state */
    void **states;  /**< [from * n + to]; NULL: never used */
    GArray *used;   /**< IvcPair, in the order of their first use */
    GArray *chunks; /**< private: the states lie in these */
    char *next;     /**< private: where the next new state goes */
    size_t left;    /**< private: new states that fit there */
} IvcPairs;

/** Prepares the directions among `n` ranks. */
void ivc_pairs_init(IvcPairs *pairs, uint32_t n, size_t bytes);

/** Frees all states; what they point to is the caller's. */
void ivc_pairs_clear(IvcPairs *pairs);

/** Makes the state of a direction that has none, all zeros. */
void *ivc_pairs_add(IvcPairs *pairs, uint32_t from, uint32_t to);

/** The state of a direction; NULL when it was never used. */
static inline void *ivc_pairs_find(const IvcPairs *pairs, uint32_t from, uint32_t to)
{
    return pairs->states[(size_t)from * pairs->n + to];
}

static inline uint32_t ivc_pairs_count(const IvcPairs *pairs)
{
    return pairs->used->len;
}

/** The i-th direction in the order of first use. */
static inline const IvcPair *ivc_pairs_at(const IvcPairs *pairs, uint32_t i)
{
    return &g_array_index(pairs->used, IvcPair, i);
}
