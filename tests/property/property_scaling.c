/* Relations between runs of different scenarios: half the clock is twice the time; the order of
 * `--set` does not matter where the paths differ; a resolved scenario runs as its source. */
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

#define CASES 200

/* Costs in cycles only, and shared resources that never limit: then time is cycles. */
static const RandomScenario cycles_only = {.chunked = true, .unpaced = true};

static char *scenario_of(uint32_t seed, uint32_t i, const RandomScenario *kind)
{
    GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
    char *text = random_scenario(rand, &ivc_registry, kind);
    g_rand_free(rand);
    return text;
}

static IvcResult *run_with(const char *text, const char *clock, const char *map)
{
    g_autofree char *set_clock = g_strconcat("machine.clock=", clock, NULL);
    bool maps = strstr(text, "shmem") != NULL; /* else XenStore's times are what is no cycles */
    bool xen = strstr(text, "mechanism: xen-ring,") || strstr(text, "mechanism: xen-fifo,");
    g_autofree char *set_map =
        g_strconcat(maps ? "channels.c.map=" : "channels.c.xenstore_request=", map, NULL);
    const char *sets[] = {set_clock, "machine.memory.rate=100TB/s",
                          "machine.interconnect.rate=100TB/s", maps || xen ? set_map : NULL, NULL};
    return points_run(text, sets);
}

static void check_doubled(const IvcResult *one, const IvcResult *two, const char *text)
{
    ck_assert_msg(two->elapsed_ps == 2 * one->elapsed_ps, "elapsed %lu, at half the clock %lu\n%s",
                  one->elapsed_ps, two->elapsed_ps, text);
    ck_assert_uint_eq(two->setup_ps, 2 * one->setup_ps);
    ck_assert_uint_eq(two->warmup_ps, 2 * one->warmup_ps);
    ck_assert_uint_eq(two->latency_ps.max, 2 * one->latency_ps.max);
    ck_assert_uint_eq(two->latency_ps.min, 2 * one->latency_ps.min);
    ck_assert_uint_eq(two->events, one->events);
    ck_assert_uint_eq(two->stages->len, one->stages->len);
    for (guint i = 0; i < one->stages->len; i++) {
        const IvcStageResult *a = &g_array_index(one->stages, IvcStageResult, i);
        const IvcStageResult *b = &g_array_index(two->stages, IvcStageResult, i);
        ck_assert_str_eq(a->stage, b->stage);
        ck_assert_uint_eq(b->spent_ps, 2 * a->spent_ps);
        ck_assert_uint_eq(b->times, a->times);
    }
    for (guint i = 0; i < one->counts->len; i++) {
        const IvcCountResult *a = &g_array_index(one->counts, IvcCountResult, i);
        const IvcCountResult *b = &g_array_index(two->counts, IvcCountResult, i);
        ck_assert_uint_eq(b->value, a->value * (g_str_equal(a->unit, "ps") ? 2 : 1));
    }
}

START_TEST(test_half_the_clock_is_twice_the_time)
{
    uint32_t seed = points_seed("property_scaling", 7), only = points_only_case();
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        g_autofree char *text = scenario_of(seed, i, &cycles_only);
        if (strstr(text, "mechanism: ethernet,") || strstr(text, "mechanism: sr-iov,"))
            continue; /* cards and wires have no clock */
        if (strstr(text, "mechanism: virtual-ipi,"))
            continue; /* nor has the polling of a halted guest */
        if (strstr(text, "seal: authenticate") || strstr(text, "seal: encrypt"))
            continue; /* what a KiB takes is rounded to a picosecond for a message's bytes */
        g_autoptr(IvcResult) one = run_with(text, "1GHz", "20us");
        g_autoptr(IvcResult) two = run_with(text, "500MHz", "40us");
        check_doubled(one, two, text);
    }
}
END_TEST

START_TEST(test_order_of_sets)
{
    static const char *const sets[] = {"machine.poll=11cycles", "machine.os.wake=123ns",
                                       "workload.warmup=2", "machine.atomic=7cycles", NULL};
    static const char *const turned[] = {"machine.atomic=7cycles", "workload.warmup=2",
                                         "machine.os.wake=123ns", "machine.poll=11cycles", NULL};
    uint32_t seed = points_seed("property_scaling", 8);
    for (uint32_t i = 0; i < CASES / 4; i++) {
        g_autofree char *text = scenario_of(seed, i, &cycles_only);
        g_autoptr(IvcResult) a = points_run(text, sets);
        g_autoptr(IvcResult) b = points_run(text, turned);
        ck_assert_str_eq(a->digest, b->digest);
        ck_assert_str_eq(a->hash, b->hash);
    }
}
END_TEST

START_TEST(test_what_show_prints_runs_the_same)
{
    static const RandomScenario any = {.chunked = true, .contention = true, .nanoseconds = true};
    uint32_t seed = points_seed("property_scaling", 9);
    for (uint32_t i = 0; i < CASES / 4; i++) {
        g_autofree char *text = scenario_of(seed, i, &any);
        g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
        g_autofree char *shown = ivc_scenario_show(scenario, false);
        g_autoptr(IvcResult) a = points_run(text, NULL);
        g_autoptr(IvcResult) b = points_run(shown, NULL);
        ck_assert_str_eq(a->digest, b->digest);
        ck_assert_str_eq(a->hash, b->hash);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scaling");
    TCase *tests = tcase_create("scaling");
    tcase_add_test(tests, test_half_the_clock_is_twice_the_time);
    tcase_add_test(tests, test_order_of_sets);
    tcase_add_test(tests, test_what_show_prints_runs_the_same);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
