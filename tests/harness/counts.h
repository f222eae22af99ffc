/** @file
 *  Counters of a result by name, for tests.
 */
#pragma once

#include "sim/stats/result.h"
#include "tests/harness/check.h"

static inline uint64_t count_of(const IvcResult *result, const char *name)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->name, name))
            return count->value;
    }
    ck_abort_msg("no count '%s'", name);
}

/** Finalize's first message may be on its way when the measured phase ends. */
static inline void check_count(const IvcResult *result, const char *name, uint64_t expected,
                               uint64_t more)
{
    uint64_t count = count_of(result, name);
    ck_assert_msg(count >= expected && count <= expected + more,
                  "%s: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, name, count, expected);
}

/** All latencies of a run are this. */
static inline void check_latency(const IvcResult *result, uint64_t message, uint64_t expected_ns)
{
    ck_assert_msg(result->latency_ps.min == expected_ns * 1000,
                  "%" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                  " ps, not %" G_GUINT64_FORMAT " ns",
                  message, result->latency_ps.min, result->latency_ps.max, expected_ns);
}
