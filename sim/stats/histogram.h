/** @file
 *  Log-linear histogram of times: exact count, sum, minimum and maximum; quantiles with a relative
 *  error of at most 1/64 (1.6 %), and exact when all values are equal.
 */
#pragma once

#include "sim/base/units.h"

/** 32 sub-buckets per power of two. */
#define IVC_HISTOGRAM_SUB_BITS 5
#define IVC_HISTOGRAM_BUCKETS ((64 - IVC_HISTOGRAM_SUB_BITS + 1) << IVC_HISTOGRAM_SUB_BITS)

typedef struct {
    uint64_t count;
    uint64_t sum; /**< saturates */
    uint64_t min; /**< 0 while empty */
    uint64_t max;
    uint64_t buckets[IVC_HISTOGRAM_BUCKETS];
} IvcHistogram;

void ivc_histogram_add(IvcHistogram *histogram, uint64_t value);

/** Adds the values of another one. */
void ivc_histogram_merge(IvcHistogram *histogram, const IvcHistogram *other);

/** The value at or below which `per_mille`/1000 of the values lie, within [min, max]; 0 if empty.
 */
uint64_t ivc_histogram_quantile(const IvcHistogram *histogram, unsigned per_mille);

/** Rounded mean; 0 if empty. */
uint64_t ivc_histogram_mean(const IvcHistogram *histogram);

/** Bounds of bucket i: low inclusive, high exclusive. */
void ivc_histogram_bounds(unsigned bucket, uint64_t *ret_low, uint64_t *ret_high);
