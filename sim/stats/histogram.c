/*
 * Log-linear histogram. Values below 32 have a bucket each; above, every power of two is cut into
 * 32 buckets of equal width, so a bucket is at most 1/32 of its lower bound wide. A quantile is
 * reported as the middle of its bucket, which is at most 1/64 away from any value in it, and is
 * clamped to the exact minimum and maximum. No floating point.
 */
#include "sim/stats/histogram.h"

#define SUB_COUNT (1u << IVC_HISTOGRAM_SUB_BITS)

static unsigned bucket_of(uint64_t value)
{
    if (value < SUB_COUNT)
        return (unsigned)value;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(value);
    unsigned shift = exponent - IVC_HISTOGRAM_SUB_BITS;
    unsigned sub = (unsigned)(value >> shift) & (SUB_COUNT - 1);
    return ((shift + 1) << IVC_HISTOGRAM_SUB_BITS) + sub;
}

void ivc_histogram_add(IvcHistogram *histogram, uint64_t value)
{
    if (histogram->count == 0 || value < histogram->min)
        histogram->min = value;
    if (value > histogram->max)
        histogram->max = value;
    histogram->count++;
    if (__builtin_add_overflow(histogram->sum, value, &histogram->sum))
        histogram->sum = UINT64_MAX;
    histogram->buckets[bucket_of(value)]++;
}

void ivc_histogram_merge(IvcHistogram *histogram, const IvcHistogram *other)
{
    if (other->count == 0)
        return;
    if (histogram->count == 0 || other->min < histogram->min)
        histogram->min = other->min;
    histogram->max = MAX(histogram->max, other->max);
    histogram->count += other->count;
    if (__builtin_add_overflow(histogram->sum, other->sum, &histogram->sum))
        histogram->sum = UINT64_MAX;
    for (size_t i = 0; i < IVC_HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += other->buckets[i];
}

void ivc_histogram_bounds(unsigned bucket, uint64_t *ret_low, uint64_t *ret_high)
{
    g_return_if_fail(bucket < IVC_HISTOGRAM_BUCKETS);
    if (bucket < SUB_COUNT) {
        *ret_low = bucket;
        *ret_high = (uint64_t)bucket + 1;
        return;
    }
    unsigned shift = (bucket >> IVC_HISTOGRAM_SUB_BITS) - 1;
    uint64_t sub = SUB_COUNT + (bucket & (SUB_COUNT - 1));
    *ret_low = sub << shift;
    /* The last bucket ends at 2^64, which does not fit. */
    *ret_high = bucket == IVC_HISTOGRAM_BUCKETS - 1 ? UINT64_MAX : (sub + 1) << shift;
}

uint64_t ivc_histogram_quantile(const IvcHistogram *histogram, unsigned per_mille)
{
    g_return_val_if_fail(per_mille <= 1000, 0);
    if (histogram->count == 0)
        return 0;
    /* The rank rounds up: the median of 3 values is the 2nd. */
    uint64_t rank = (uint64_t)(((IvcU128)histogram->count * per_mille + 999) / 1000);
    if (rank <= 1)
        return histogram->min;
    if (rank >= histogram->count)
        return histogram->max;
    uint64_t seen = 0;
    unsigned bucket = 0;
    for (; bucket < IVC_HISTOGRAM_BUCKETS - 1; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank)
            break;
    }
    uint64_t low = 0;
    uint64_t high = 0;
    ivc_histogram_bounds(bucket, &low, &high);
    return CLAMP(low + (high - 1 - low) / 2, histogram->min, histogram->max);
}

uint64_t ivc_histogram_mean(const IvcHistogram *histogram)
{
    if (histogram->count == 0)
        return 0;
    uint64_t whole = histogram->sum / histogram->count;
    uint64_t rest = histogram->sum % histogram->count;
    return whole + (rest >= histogram->count - rest ? 1 : 0);
}
