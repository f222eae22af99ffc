/* Random scenarios over all mechanisms and workloads: each ends well, conserves bytes and time (the
 * run itself checks that), and gives the same when it is repeated, in one thread or in two. */
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

#define CASES 400

static const RandomScenario any = {
    .chunked = true, .contention = true, .nanoseconds = true, .linked = true};

static char *scenario_of(uint32_t seed, uint32_t i, const RandomScenario *kind)
{
    GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
    char *text = random_scenario(rand, &ivc_registry, kind);
    g_rand_free(rand);
    return text;
}

/* NULL, with the error and the scenario on stdout, when the run fails. */
static IvcResult *run_case(const char *text, uint32_t i)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
    IvcResult *result = ivc_run(scenario, NULL, &error);
    if (!result) {
        printf("case %u (IVC_TEST_CASE=%u): %s\n%s\n", i, i, error->message, text);
        fflush(stdout);
    }
    return result;
}

/* One a delivered message; pingpong keeps one a round trip, some of which may lie across the ends
 * of the measured phase when several pairs play. */
static bool counts_latencies(const IvcResult *result)
{
    uint64_t n = result->latency_ps.count;
    if (!g_str_equal(result->workload, "pingpong"))
        return n == result->messages;
    return n <= result->messages / 2 + result->ranks && n + result->ranks >= result->messages / 2;
}

START_TEST(test_ends_well_and_repeats)
{
    uint32_t seed = points_seed("property_runs", 20120401), only = points_only_case();
    unsigned failed = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        g_autofree char *text = scenario_of(seed, i, &any);
        g_autoptr(IvcResult) first = run_case(text, i);
        if (!first) {
            failed++;
            continue;
        }
        g_autoptr(IvcResult) second = run_case(text, i);
        ck_assert_msg(g_str_equal(first->digest, second->digest), "case %u differs\n%s", i, text);
        ck_assert_uint_eq(first->elapsed_ps, second->elapsed_ps);
        ck_assert_uint_eq(first->bytes, first->messages * first->message_bytes);
        ck_assert_msg(first->latency_ps.min > 0, "case %u: no latency\n%s", i, text);
        ck_assert_msg(counts_latencies(first), "case %u: latencies\n%s", i, text);
    }
    ck_assert_msg(failed == 0, "%u of %u runs failed", failed, CASES);
}
END_TEST

typedef struct {
    uint32_t seed;
    uint32_t first;
    char *digests[CASES];
} Worker;

static gpointer work(gpointer data)
{
    Worker *worker = data;
    for (uint32_t i = worker->first; i < CASES / 4; i += 2) {
        g_autofree char *text = scenario_of(worker->seed, i, &any);
        g_autoptr(IvcResult) result = run_case(text, i);
        worker->digests[i] = g_strdup(result ? result->digest : "failed");
    }
    return NULL;
}

START_TEST(test_two_threads_give_what_one_gives)
{
    uint32_t seed = points_seed("property_runs", 20120401);
    Worker workers[2] = {{.seed = seed, .first = 0}, {.seed = seed, .first = 1}};
    Worker alone[2] = {{.seed = seed, .first = 0}, {.seed = seed, .first = 1}};
    GThread *threads[2];
    for (int t = 0; t < 2; t++)
        threads[t] = g_thread_new("worker", work, &workers[t]);
    for (int t = 0; t < 2; t++)
        g_thread_join(threads[t]);
    for (int t = 0; t < 2; t++)
        work(&alone[t]);
    for (uint32_t i = 0; i < CASES / 4; i++) {
        ck_assert_str_eq(workers[i % 2].digests[i], alone[i % 2].digests[i]);
        g_free(workers[i % 2].digests[i]);
        g_free(alone[i % 2].digests[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runs");
    TCase *tests = tcase_create("runs");
    tcase_add_test(tests, test_ends_well_and_repeats);
    tcase_add_test(tests, test_two_threads_give_what_one_gives);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
