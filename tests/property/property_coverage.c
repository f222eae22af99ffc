/* Intervals of 95 % cover the long-run value about 95 times in 100: those of --estimate and those
 * of repeats, for a channel that is hardly loaded and for one where messages queue. */
#include "sim/stats/interval.h"
#include "tests/harness/points.h"

#include <math.h>

#define SEEDS 200

static const char head[] =
    "schema: ivcsim/1\nname: coverage\nmachine: {profile: octeon-cn5650}\n"
    "guests: {a: {cores: [0]}, b: {cores: [1]}}\nchannels:\n"
    "  light: {mechanism: register-shmem, region: 1MiB}\n  queue: {mechanism: sock}\n"
    "workload: {kind: stream, message: 1000B, sizes: {kind: exponential}, ";

/* The least part that must cover. */
#define FEWEST 0.88

/* Of 200 intervals, when this was written: 183 and 185, 184 and 184, 191 and 186. A run that stops
 * when its interval happens to be narrow covers a little less often than stated; that is the price
 * of stopping by precision. */
typedef struct {
    const char *name;
    const char *rest; /* of the workload */
    const char *statistics;
    const char *total; /* of one run; an estimate stops long before */
    double bandwidth;  /* exact: rate times mean size */
} Case;

static const Case cases[] = {
    {"estimate, light", "arrivals: {kind: poisson, rate: 20000}}\nchannel: light\n",
     "statistics: {estimate: true, precision: 5%}\n", "1TiB", 20000},
    {"estimate, queue", "arrivals: {kind: poisson, rate: 35000}}\nchannel: queue\n",
     "statistics: {estimate: true, precision: 5%}\n", "1TiB", 35000},
    {"10 repeats, light", "arrivals: {kind: poisson, rate: 20000}, warmup: 50}\nchannel: light\n",
     "statistics: {repeats: 10}\n", "400000B", 20000},
};

/* Mean of an exponential number with mean 1000, rounded, at least 1, at most 8000. */
#define MEAN_BYTES (1000 * (1 - exp(-8)))

static IvcResult *run(const Case *one, const char *statistics, const char *total, unsigned seed)
{
    g_autofree char *text = g_strconcat(head, one->rest, statistics, NULL);
    g_autofree char *amount = g_strconcat("workload.total=", total, NULL);
    g_autofree char *number = g_strdup_printf("workload.seed=%u", seed);
    const char *const sets[] = {amount, number, NULL};
    return points_run(text, sets);
}

static bool covers(const IvcResult *result, IvcSampled what, double truth)
{
    IvcInterval interval = ivc_interval_of(result->samples, what, 0.95);
    return fabs(interval.value - truth) <= interval.half;
}

START_TEST(test_coverage)
{
    const Case *one = &cases[_i];
    /* Of the bandwidth the truth is known; of the latency it is what a long run comes to. */
    g_autoptr(IvcResult) whole = run(one, "", "300MiB", 4711);
    double latency = (double)whole->latency_ps.sum / (double)whole->latency_ps.count;
    unsigned bandwidths = 0, latencies = 0;
    uint64_t messages = 0;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        g_autoptr(IvcResult) result = run(one, one->statistics, one->total, seed);
        ck_assert_uint_gt(result->samples->len, 0);
        messages += result->messages;
        bandwidths += covers(result, IVC_SAMPLED_BANDWIDTH, one->bandwidth * MEAN_BYTES);
        latencies += covers(result, IVC_SAMPLED_LATENCY, latency);
    }
    printf("%s: of %d intervals %u cover the bandwidth, %u the latency; %" G_GUINT64_FORMAT
           " messages each\n",
           one->name, SEEDS, bandwidths, latencies, messages / SEEDS);
    fflush(stdout);
    ck_assert_double_ge(bandwidths, FEWEST * SEEDS);
    ck_assert_double_ge(latencies, FEWEST * SEEDS);
    ck_assert_double_le(bandwidths + latencies, 2 * 0.99 * SEEDS); /* nor are they too wide */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *tests = tcase_create("coverage");
    tcase_add_loop_test(tests, test_coverage, 0, G_N_ELEMENTS(cases));
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
