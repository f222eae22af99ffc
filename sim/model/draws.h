/** @file
 *  What a workload draws: sizes of messages, times of arrival, times of computing. Every draw has
 *  an address (what it is for, which ranks, the how-manieth), so both ends of a message can look it
 *  up, and the same workload draws the same on every channel. docs/random.md is the user's page.
 */
#pragma once

#include <stdbool.h>

#include "sim/base/random.h"
#include "sim/base/units.h"

typedef enum {
    IVC_SIZES_FIXED,       /**< every message has `bytes` */
    IVC_SIZES_UNIFORM,     /**< `bytes_min` to 2 `bytes` - `bytes_min`, each alike */
    IVC_SIZES_EXPONENTIAL, /**< mean `bytes`, not below 1 byte nor above `bytes_max` */
    IVC_SIZES_LIST,        /**< one of `list`, by weight */
} IvcSizesKind;

typedef enum {
    IVC_ARRIVALS_NONE,     /**< a rank goes on as soon as it can */
    IVC_ARRIVALS_PERIODIC, /**< rounds are due at equal distances */
    IVC_ARRIVALS_POISSON,  /**< at exponential distances */
} IvcArrivalsKind;

typedef enum {
    IVC_COMPUTE_FIXED,
    IVC_COMPUTE_UNIFORM,     /**< 0 to 2 `compute_ps` */
    IVC_COMPUTE_EXPONENTIAL, /**< mean `compute_ps` */
} IvcComputeKind;

/** A size, and the sum of its weight and of those before it. */
typedef struct {
    uint64_t bytes;
    uint64_t until;
} IvcWeighedSize;

/** How a run draws; constant while it runs. */
typedef struct {
    IvcSizesKind sizes;
    uint64_t bytes; /**< fixed size, or mean */
    uint64_t bytes_min;
    uint64_t bytes_max;         /**< no message is larger, whatever the kind */
    const IvcWeighedSize *list; /**< borrowed; the last `until` is the sum of all weights */
    size_t n_list;
    IvcArrivalsKind arrivals;
    uint64_t rate; /**< rounds of a rank in a second */
    IvcComputeKind compute;
    IvcTime compute_ps; /**< mean; 0: none */
    IvcStream sizes_stream;
    IvcStream arrivals_stream;
    IvcStream compute_stream;
} IvcDraws;

/** Names the streams: those of a seed and a repeat (from 0). */
void ivc_draws_start(IvcDraws *draws, uint64_t seed, uint64_t repeat);

/** Whether anything is left to chance. */
bool ivc_draws_random(const IvcDraws *draws);

/** Whether ranks compute, or wait for their rounds to be due. */
static inline bool ivc_draws_paced(const IvcDraws *draws)
{
    return draws->arrivals != IVC_ARRIVALS_NONE || draws->compute_ps != 0;
}

/** Bytes of message `number` (from 0) of one rank to another. */
uint64_t ivc_draw_bytes(const IvcDraws *draws, uint32_t from, uint32_t to, uint64_t number);

/** Time between the arrivals of rounds `number` - 1 and `number` of a rank. */
IvcTime ivc_draw_gap(const IvcDraws *draws, uint32_t rank, uint64_t number);

/** Time that a rank computes before round `number`. */
IvcTime ivc_draw_compute(const IvcDraws *draws, uint32_t rank, uint64_t number);
