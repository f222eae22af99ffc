/* Random input of whole runs: every workload over every mechanism, what the distributions come to,
 * and which streams stay where they are. */
#include "sim/scenario/repeats.h"
#include "sim/stats/interval.h"
#include "sim/stats/result_json.h"
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

#include <math.h>

static const char *const mechanisms[] = {"register-shmem, region: 1MiB", "shmem, region: 1MiB",
                                         "nemesis, mode: native", "sock"};
static const char *const workloads[] = {"stream", "pingpong", "exchange", "ring", "alltoall"};
static const char *const inputs[] = {
    "sizes: {kind: uniform, min: 10B}",
    "sizes: {kind: exponential}, compute: {kind: uniform, mean: 2us}",
    "sizes: {kind: list, list: [64B, 1500B, 20KiB], weights: [5, 3, 1]}",
    "arrivals: {kind: poisson, rate: 100000}, compute: {kind: exponential, mean: 700ns}",
};

static char *scenario_text(unsigned cores, const char *mechanism, const char *workload,
                           const char *input, uint64_t total)
{
    GString *text = g_string_new("schema: ivcsim/1\nname: random\n"
                                 "machine: {profile: octeon-cn5650}\nguests:\n");
    for (unsigned c = 0; c < cores; c++)
        g_string_append_printf(text, "  g%u: {cores: [%u], memory: 64MiB}\n", c, c);
    g_string_append_printf(text,
                           "channels: {c: {mechanism: %s}}\n"
                           "workload: {kind: %s, message: 1000B, total: %" G_GUINT64_FORMAT
                           "B, %s}\n",
                           mechanism, workload, total, input);
    return g_string_free(text, FALSE);
}

/* Every size is checked by the receiver, every byte by the run itself. */
START_TEST(test_all_mechanisms_draw_the_same)
{
    for (size_t w = 0; w < G_N_ELEMENTS(workloads); w++)
        for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
            uint64_t bytes = 0;
            for (size_t m = 0; m < G_N_ELEMENTS(mechanisms); m++) {
                g_autofree char *text =
                    scenario_text(4, mechanisms[m], workloads[w], inputs[i], 400000);
                const char *const sets[] = {"workload.warmup=0", NULL};
                g_autoptr(IvcResult) result = points_run(text, sets);
                ck_assert_str_eq(result->recurrence.outcome, "random");
                ck_assert_uint_gt(result->bytes, 0);
                ck_assert_msg(m == 0 || result->bytes == bytes, "%s: other draws", text);
                bytes = result->bytes;
            }
        }
}
END_TEST

/* ---- which draws go to whom ---- */

#define KEPT 50

typedef struct {
    uint64_t n;
    uint64_t bytes[KEPT];
    IvcTime due_ps[KEPT];
} Log;

static Log pair_log;

/* A stream that keeps what rank 1 gets; an odd number of ranks would leave one without a partner.
 */
static IvcStep keeping_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (rank->rank % 2 == 0) {
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        if (rank->rank == 1 && pair_log.n < KEPT) {
            pair_log.bytes[pair_log.n] = work->call.envelope.bytes;
            pair_log.due_ps[pair_log.n++] = work->call.envelope.sent_ps;
        }
    }
    IVC_END(work);
}

static uint64_t pairs(unsigned n)
{
    return n / 2;
}

static bool even(const IvcRank *rank)
{
    return rank->rank % 2 == 0;
}

static const IvcWorkloadOps keeping_ops = {
    .messages_per_round = pairs, .round = keeping_round, .paced = even};
static const IvcWorkload keeping = {
    .head = {.name = "stream", .summary = "keeps what rank 1 gets"},
    .ops = &keeping_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
};

static Log log_of(unsigned cores, const char *mechanism, const char *input, const char *set)
{
    const IvcWorkload *const only[] = {&keeping, NULL};
    IvcRegistry registry = ivc_registry;
    registry.workloads = only;
    g_autofree char *text = scenario_text(cores, mechanism, "stream", input, 1000 * 100 * cores);
    const char *const sets[] = {set, NULL};
    g_autoptr(IvcScenario) scenario = points_bind_with(&registry, text, sets);
    g_autoptr(GError) error = NULL;
    pair_log.n = 0;
    g_autoptr(IvcResult) result = ivc_run(scenario, NULL, &error);
    ck_assert_ptr_nonnull(result);
    ck_assert_uint_eq(pair_log.n, KEPT);
    return pair_log;
}

static const char exponential[] =
    "sizes: {kind: exponential}, arrivals: {kind: poisson, rate: 1000}";

/* More ranks, another mechanism: the first pair gets what it got. Gaps are compared, since Init
 * takes another time. */
START_TEST(test_no_stream_moves)
{
    Log two = log_of(2, mechanisms[0], exponential, NULL);
    Log six = log_of(6, mechanisms[0], exponential, NULL);
    Log other = log_of(2, mechanisms[3], exponential, NULL);
    Log computing = log_of(2, mechanisms[0],
                           "sizes: {kind: exponential}, arrivals: {kind: poisson, rate: 1000}, "
                           "compute: {kind: exponential, mean: 1us}",
                           NULL);
    Log seed = log_of(2, mechanisms[0], exponential, "workload.seed=2");
    const Log *same[] = {&six, &other, &computing};
    for (size_t l = 0; l < G_N_ELEMENTS(same); l++)
        for (unsigned i = 1; i < KEPT; i++) {
            ck_assert_uint_eq(same[l]->bytes[i], two.bytes[i]);
            ck_assert_uint_eq(same[l]->due_ps[i] - same[l]->due_ps[i - 1],
                              two.due_ps[i] - two.due_ps[i - 1]);
        }
    ck_assert(memcmp(seed.bytes, two.bytes, sizeof two.bytes) != 0);
}
END_TEST

START_TEST(test_sizes_have_their_mean)
{
    static const struct {
        const char *input;
        double mean, deviation;
    } cases[] = {
        {"sizes: {kind: uniform, min: 100B}", 1000, 520},
        {"sizes: {kind: exponential, max: 100KiB}", 1000, 1000},
        {"sizes: {kind: list, list: [100B, 1000B], weights: [1, 3]}", 775, 390},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = scenario_text(2, mechanisms[1], "stream", cases[i].input, 20000000);
        g_autoptr(IvcResult) result = points_run(text, NULL);
        double n = (double)result->messages;
        ck_assert_double_lt(fabs((double)result->bytes / n - cases[i].mean),
                            4 * cases[i].deviation / sqrt(n));
        ck_assert_uint_eq(result->message_bytes, (uint64_t)cases[i].mean);
    }
}
END_TEST

/* Far below what the channel can carry, a message takes as long as on an idle one, and time passes
 * at the pace of the arrivals. The receiver sleeps between messages, so each takes the same. */
START_TEST(test_periodic_arrivals_are_on_time)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream",
                                          "arrivals: {kind: periodic, rate: 1000}", 30000000);
    g_autoptr(IvcResult) result = points_run(text, NULL);
    ck_assert_uint_eq(result->elapsed_ps, result->messages * UINT64_C(1000000000));
    ck_assert_uint_eq(result->latency_ps.max - result->latency_ps.min, 0);
    ck_assert_str_eq(result->recurrence.outcome, "found");
}
END_TEST

/* What is late is sent at once, and its latency counts from when it was due: beyond what the
 * channel can carry it grows and grows. */
START_TEST(test_overload_queues)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream",
                                          "arrivals: {kind: periodic, rate: 10000000}", 10000000);
    g_autoptr(IvcResult) result = points_run(text, NULL);
    uint64_t due_ps = (result->messages - 1) * 100000;
    ck_assert_uint_gt(result->latency_ps.max, (result->elapsed_ps - due_ps) * 9 / 10);
}
END_TEST

START_TEST(test_computing_is_charged)
{
    g_autofree char *text =
        scenario_text(2, mechanisms[0], "stream", "compute: {mean: 10us}", 1000000);
    g_autoptr(IvcResult) result = points_run(text, NULL);
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        if (g_str_equal(stage->stage, "compute")) {
            ck_assert_uint_eq(stage->guest, 0); /* the receiver only answers */
            /* what is under way at the ends of the measured phase counts in part */
            ck_assert_uint_eq(stage->times, result->messages - 1);
            ck_assert_uint_le(stage->spent_ps, result->messages * 10000000);
            ck_assert_uint_ge(stage->spent_ps, stage->times * 10000000);
            return;
        }
    }
    ck_abort_msg("no stage 'compute'");
}
END_TEST

/* ---- repeats ---- */

START_TEST(test_repeats_sum_up)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream", exponential, 100000);
    const char *const five[] = {"statistics.repeats=5", NULL};
    g_autoptr(IvcResult) sum = points_run(text, five);
    ck_assert_uint_eq(sum->samples->len, 5);
    uint64_t bytes = 0, latencies = 0, spent = 0;
    IvcTime elapsed = 0;
    for (guint i = 0; i < 5; i++) {
        const IvcSample *sample = &g_array_index(sum->samples, IvcSample, i);
        bytes += sample->bytes;
        elapsed += sample->elapsed_ps;
        latencies += sample->latency_sum_ps;
        for (guint k = 0; k < i; k++)
            ck_assert_uint_ne(sample->bytes, g_array_index(sum->samples, IvcSample, k).bytes);
    }
    ck_assert_uint_eq(sum->bytes, bytes);
    ck_assert_uint_eq(sum->elapsed_ps, elapsed);
    ck_assert_uint_eq(sum->latency_ps.sum, latencies);
    ck_assert_uint_eq(sum->latency_ps.count, sum->messages);
    for (guint g = 0; g < sum->guests->len; g++) {
        const IvcStates *states = &g_array_index(sum->guests, IvcGuestResult, g).states;
        ck_assert_uint_eq(states->running_ps + states->waiting_ps + states->blocked_ps +
                              states->idle_ps,
                          elapsed);
        spent += states->running_ps;
    }
    for (guint i = 0; i < sum->stages->len; i++)
        spent -= g_array_index(sum->stages, IvcStageResult, i).spent_ps;
    ck_assert_uint_eq(spent, 0);
}
END_TEST

/* Fairness is a figure of all runs together, as bandwidth is; not the sum of what each run has. */
START_TEST(test_repeats_share_a_lock)
{
    const char *text = "schema: ivcsim/1\nname: shares\nmachine: {profile: octeon-cn5650}\n"
                       "hypervisor: {mode: native}\nguests: {g: {cores: [0, 1, 2]}}\n"
                       "channels: {c: {mechanism: lock, kind: test-and-set}}\n"
                       "workload: {kind: critical-section, total: 300B,\n"
                       "  compute: {kind: exponential, mean: 3us}}\n";
    const char *const three[] = {"statistics.repeats=3", NULL};
    g_autoptr(IvcResult) sum = points_run(text, three);
    g_autoptr(IvcScenario) scenario = points_bind(text, three);
    uint64_t got[3] = {0}, all = 0, least = UINT64_MAX, most = 0;
    double squares = 0;
    for (uint64_t repeat = 0; repeat < 3; repeat++) {
        g_autoptr(IvcResult) run = ivc_run_once(scenario, repeat, NULL, NULL);
        ck_assert_uint_eq(run->shares->len, 3);
        for (guint i = 0; i < 3; i++)
            got[i] += g_array_index(run->shares, uint64_t, i);
    }
    for (guint i = 0; i < 3; i++) {
        all += got[i];
        squares += (double)got[i] * (double)got[i];
        least = MIN(least, got[i]);
        most = MAX(most, got[i]);
    }
    ck_assert_uint_eq(all, 900);
    ck_assert_uint_eq(count_of(sum, "least_of_a_rank"), least);
    ck_assert_uint_eq(count_of(sum, "most_of_a_rank"), most);
    ck_assert_uint_eq(count_of(sum, "jain_of_ranks"),
                      (uint64_t)((double)(all * all) * 1e6 / (3 * squares)));
}
END_TEST

/* Fewer repeats are the first of more. */
START_TEST(test_repeats_until_precise)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream", exponential, 100000);
    const char *const loose[] = {"statistics.repeats=0", "statistics.precision=10%", NULL};
    const char *const tight[] = {"statistics.repeats=0", "statistics.precision=4%", NULL};
    const char *const bound[] = {"statistics.repeats=0", "statistics.precision=1%",
                                 "statistics.repeats_max=7", NULL};
    g_autoptr(IvcResult) few = points_run(text, loose);
    g_autoptr(IvcResult) many = points_run(text, tight);
    g_autoptr(IvcResult) stopped = points_run(text, bound);
    ck_assert_uint_lt(few->samples->len, many->samples->len);
    for (guint i = 0; i < few->samples->len; i++)
        ck_assert_uint_eq(g_array_index(few->samples, IvcSample, i).bytes,
                          g_array_index(many->samples, IvcSample, i).bytes);
    IvcInterval interval = ivc_interval_of(many->samples, IVC_SAMPLED_BANDWIDTH, 0.95);
    ck_assert_double_le(interval.half, 0.04 * interval.value);
    ck_assert(many->sampling.reached && !stopped->sampling.reached);
    ck_assert_uint_eq(stopped->samples->len, 7);
}
END_TEST

/* As many at a time as one likes; those that are not wanted any more are thrown away. */
START_TEST(test_repeats_at_a_time)
{
    static const char *const counts[] = {"statistics.repeats=0", "statistics.repeats=7"};
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream", exponential, 50000);
    for (size_t c = 0; c < G_N_ELEMENTS(counts); c++) {
        const char *const sets[] = {counts[c], "statistics.precision=8%", NULL};
        g_autoptr(IvcScenario) scenario = points_bind(text, sets);
        g_autofree char *first = NULL;
        for (unsigned jobs = 1; jobs <= 4; jobs++) {
            const IvcRunHooks hooks = {.jobs = jobs};
            g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, NULL);
            g_autofree char *json = ivc_result_to_json(result);
            ck_assert(first == NULL || g_str_equal(first, json));
            g_free(first);
            first = g_steal_pointer(&json);
        }
    }
}
END_TEST

START_TEST(test_a_failing_repeat_fails_the_point)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream", exponential, 100000);
    const char *const sets[] = {"statistics.repeats=9", "limits.horizon=178ms", NULL};
    const char *const once[] = {"statistics.repeats=2", "limits.horizon=178ms", NULL};
    g_autoptr(IvcResult) fine = points_run(text, once); /* a later one is too long */
    ck_assert_uint_eq(fine->samples->len, 2);
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    g_autofree char *first = NULL;
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        const IvcRunHooks hooks = {.jobs = jobs};
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(ivc_run(scenario, &hooks, &error));
        ck_assert(g_error_matches(error, IVC_SIM_ERROR, IVC_SIM_ERROR_HORIZON));
        ck_assert(first == NULL || g_str_equal(first, error->message));
        g_free(first);
        first = g_strdup(error->message);
    }
}
END_TEST

START_TEST(test_nothing_random_runs_once)
{
    g_autofree char *text =
        scenario_text(2, mechanisms[0], "stream", "compute: {mean: 1us}", 100000);
    const char *const sets[] = {"statistics.repeats=5", NULL};
    g_autoptr(IvcResult) plain = points_run(text, NULL);
    g_autoptr(IvcResult) repeated = points_run(text, sets);
    g_autofree char *one = ivc_result_to_json(plain);
    g_autofree char *other = ivc_result_to_json(repeated);
    ck_assert_str_eq(one, other); /* its hash, too: it is the same point */
}
END_TEST

START_TEST(test_store_keeps_samples)
{
    g_autofree char *text = scenario_text(2, mechanisms[0], "stream", exponential, 100000);
    const char *const sets[] = {"statistics.repeats=3", NULL};
    g_autoptr(IvcResult) result = points_run(text, sets);
    g_autofree char *stored = ivc_result_to_json(result);
    g_autoptr(IvcResult) read = ivc_result_from_json(stored, NULL);
    g_autofree char *again = ivc_result_to_json(read);
    ck_assert_str_eq(stored, again);
    ck_assert_uint_eq(read->samples->len, 3);
    ck_assert_str_eq(read->sampling.kind, "repeats");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random_input");
    TCase *tests = tcase_create("random_input");
    tcase_add_test(tests, test_all_mechanisms_draw_the_same);
    tcase_add_test(tests, test_no_stream_moves);
    tcase_add_test(tests, test_sizes_have_their_mean);
    tcase_add_test(tests, test_periodic_arrivals_are_on_time);
    tcase_add_test(tests, test_overload_queues);
    tcase_add_test(tests, test_computing_is_charged);
    tcase_add_test(tests, test_repeats_sum_up);
    tcase_add_test(tests, test_repeats_share_a_lock);
    tcase_add_test(tests, test_repeats_until_precise);
    tcase_add_test(tests, test_repeats_at_a_time);
    tcase_add_test(tests, test_a_failing_repeat_fails_the_point);
    tcase_add_test(tests, test_nothing_random_runs_once);
    tcase_add_test(tests, test_store_keeps_samples);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
