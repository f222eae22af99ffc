/*
 * How evenly ranks got what they compete for, as counts of a result. Of several runs it is a figure
 * of all together: what each rank got in all of them.
 */
#include <string.h>

#include "sim/stats/result.h"

static uint64_t share_at(const GArray *shares, guint i)
{
    return g_array_index(shares, uint64_t, i);
}

/* Jain's index of what `n` got, (sum x)^2 / (n * sum x^2), in millionths: 1,000,000 when all got
 * equally much, 1,000,000 / n when one got everything. Nobody got anything: 0. */
static uint64_t jain_ppm(const GArray *shares)
{
    IvcU128 sum = 0, squares = 0;
    for (guint i = 0; i < shares->len; i++) {
        uint64_t got = share_at(shares, i);
        sum += got;
        squares += (IvcU128)got * got;
    }
    return squares ? (uint64_t)(sum * sum * 1000000 / (squares * shares->len)) : 0;
}

static void set_count(GArray *counts, IvcCountResult count)
{
    for (guint i = 0; i < counts->len; i++) {
        IvcCountResult *one = &g_array_index(counts, IvcCountResult, i);
        if (strcmp(one->name, count.name) == 0) {
            one->value = count.value;
            return;
        }
    }
    g_array_append_val(counts, count);
}

void ivc_result_count_shares(IvcResult *result)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (guint i = 0; i < result->shares->len; i++) {
        least = MIN(least, share_at(result->shares, i));
        most = MAX(most, share_at(result->shares, i));
    }
    if (result->shares->len == 0)
        return;
    const IvcCountResult counts[] = {
        {"least_of_a_rank", "count", "what the rank got that got least of what all compete for",
         least},
        {"most_of_a_rank", "count", "what the rank got that got most of it", most},
        {"jain_of_ranks", "ppm",
         "Jain's index of what the ranks got of it: 1,000,000 is fair, near 1,000,000 / n is one "
         "that got everything",
         jain_ppm(result->shares)}};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
        set_count(result->counts, counts[i]);
}
