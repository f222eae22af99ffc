/* Skipping whole periods changes nothing: every result, with all of its ledgers, counts, histogram
 * and end state, is that of the run in full, byte by byte. */
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

#define CASES 120

static const RandomScenario any = {.chunked = true, .contention = true, .nanoseconds = true};

/* The whole result but what became of recurrence; sets *ret_skipped. */
static char *result_of(const IvcScenario *scenario, bool full, uint64_t *ret_skipped,
                       const char **ret_outcome)
{
    g_autoptr(GError) error = NULL;
    const IvcRunHooks hooks = {.full = full};
    g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
    *ret_outcome = result ? result->recurrence.outcome : "failed";
    *ret_skipped = result ? result->recurrence.skipped_messages : 0;
    if (!result)
        return g_strdup(error->message);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    return ivc_result_to_json(result);
}

/* Runs both ways; returns how many messages were skipped. */
static uint64_t compare(const IvcScenario *scenario, const char *name)
{
    uint64_t skipped, none;
    const char *outcome, *ignored;
    g_autofree char *fast = result_of(scenario, false, &skipped, &outcome);
    g_autofree char *slow = result_of(scenario, true, &none, &ignored);
    ck_assert_msg(!g_str_equal(outcome, "broken"), "%s: the digest forgot something", name);
    ck_assert_uint_eq(none, 0);
    size_t same = 0;
    while (fast[same] && fast[same] == slow[same])
        same++;
    ck_assert_msg(g_str_equal(fast, slow), "%s\nskipping: %.60s\nin full:  %.60s", name,
                  fast + MAX(same, 30) - 30, slow + MAX(same, 30) - 30);
    return skipped;
}

START_TEST(test_random_scenarios)
{
    uint32_t seed = points_seed("property_skip", 20121122), only = points_only_case();
    unsigned recurred = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *text = random_scenario(rand, &ivc_registry, &any);
        g_rand_free(rand);
        const char *const sets[] = {"workload.messages_max=6000", "workload.total=1GiB", NULL};
        g_autoptr(IvcScenario) scenario = points_bind(text, sets);
        g_autofree char *name = g_strdup_printf("case %u (IVC_TEST_CASE=%u)\n%s", i, i, text);
        recurred += compare(scenario, name) > 0;
    }
    printf("%u of %u recurred\n", recurred, CASES);
    ck_assert(only != UINT32_MAX || recurred > CASES / 4);
}
END_TEST

/* The shipped scenarios, at a few sizes of every channel, long enough for most to recur. */
static void try_shipped(const char *file, const char *const *channels)
{
    static const char *const sizes[] = {"1B", "7B", "64B", "1KiB", "12KiB", "64KiB", "1MiB"};
    g_autofree char *path = g_build_filename(IVC_SOURCE_DIR, "scenarios", file, NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, &ivc_registry, diags);
    ck_assert_ptr_nonnull(source);
    for (size_t c = 0; channels[c]; c++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autofree char *channel = g_strconcat("channel=", channels[c], NULL);
            g_autofree char *message = g_strconcat("workload.message=", sizes[s], NULL);
            const char *const sets[] = {channel, message, "workload.messages_max=60000", NULL};
            if (g_str_equal(channels[c], "register") && s > 2)
                continue;
            g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
            ck_assert_ptr_nonnull(scenario);
            g_autofree char *name = g_strdup_printf("%s %s %s", file, channel, message);
            compare(scenario, name);
        }
}

START_TEST(test_main_scenario)
{
    static const char *const channels[] = {"register-shmem", "shmem",       "register",
                                           "mpich2-nemesis", "mpich2-sock", NULL};
    try_shipped("octeon-registers-vs-mpich2.yaml", channels);
}
END_TEST

START_TEST(test_pingpong_scenario)
{
    static const char *const channels[] = {"register-shmem", "shmem", NULL};
    try_shipped("loongson3a-pingpong.yaml", channels);
}
END_TEST

/* ---- a digest that forgets ---- */

/* Under a sanitizer a run takes many times as long: some of the words then. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 97
#else
#define STRIDE 29
#endif

/* More words than the states of these have. */
#define WORDS 600

static const char *const forgetful[] = {
    "c: {mechanism: register}}\nworkload: {kind: stream, message: 9B, ",
    "c: {mechanism: shmem, region: 4KiB}}\nworkload: {kind: stream, message: 700B, ",
    "c: {mechanism: register-shmem, region: 8KiB, spin: 2us}}\n"
    "workload: {kind: exchange, message: 3000B, ",
    "c: {mechanism: nemesis, mode: native, cells: 3, slots: 2}}\n"
    "workload: {kind: stream, message: 900B, ",
    "c: {mechanism: sock, ring: 4, sndbuf: 4KiB, rcvbuf: 4KiB}}\n"
    "workload: {kind: stream, message: 900B, ",
};

/* Leaves one word of the state out at a time. The others say the same in a steady state, so that no
 * single one is needed: either it is noticed, or it makes no difference. unit.recurrence has a
 * digest that forgets what matters. */
START_TEST(test_no_word_is_forgotten_unnoticed)
{
    g_autofree char *text =
        g_strconcat("schema: ivcsim/1\nname: forgetful\nmachine: {profile: octeon-cn5650}\n"
                    "guests: {a: {cores: [0]}, b: {cores: [1]}}\nchannels: {",
                    forgetful[_i], "total: 1GiB, messages_max: 16000}\n", NULL);
    g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
    uint64_t skipped;
    const char *outcome;
    g_autofree char *full = result_of(scenario, true, &skipped, &outcome);
    g_autofree char *whole = result_of(scenario, false, &skipped, &outcome);
    ck_assert_msg(g_str_equal(outcome, "found"), "%s does not recur: %s", text, outcome);
    ck_assert_str_eq(whole, full);
    unsigned noticed = 0, words = 0;
    for (uint64_t without = 1; without <= WORDS; without += STRIDE) {
        const IvcRunHooks hooks = {.without = without};
        g_autoptr(GError) error = NULL;
        g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
        ck_assert_ptr_nonnull(result);
        noticed += g_str_equal(result->recurrence.outcome, "broken");
        words++;
        result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
        g_autofree char *got = ivc_result_to_json(result);
        ck_assert_msg(g_str_equal(got, full), "%s: without word %" G_GUINT64_FORMAT, text, without);
    }
    printf("%s: %u words left out in turn, %u noticed\n", forgetful[_i], words, noticed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("skip");
    TCase *tests = tcase_create("skip");
    tcase_set_timeout(tests, 280);
    tcase_add_test(tests, test_random_scenarios);
    tcase_add_test(tests, test_main_scenario);
    tcase_add_test(tests, test_pingpong_scenario);
    tcase_add_loop_test(tests, test_no_word_is_forgotten_unnoticed, 0, G_N_ELEMENTS(forgetful));
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
