/* Locks of guests whose virtual CPUs outnumber cores, under the fair scheduler: asking for a
 * sibling when one spins in vain (directed yield) never costs useful work, nobody who waits for a
 * fair lock starves under any scheduler, and no time is lost, with and without skipping. */
#include <string.h>

#include "sim/stats/result_json.h"
#include "tests/harness/points.h"

#ifdef IVC_SANITIZED
#define CASES 4
#else
#define CASES 10
#endif

static const char *pick(GRand *rand, const char *const *list, gint32 n)
{
    return list[g_rand_int_range(rand, 0, n)];
}

#define PICK(rand, list) pick(rand, list, (gint32)G_N_ELEMENTS(list))

/* Guests with a virtual CPU for each core; `seconds` of what they could do at most. */
static char *random_overcommit(GRand *rand, const char *kind, const char *scheduler, double seconds)
{
    static const int many[] = {2, 4, 8}, sections[] = {2000, 20000}, computes[] = {20000, 200000};
    int cores = many[g_rand_int_range(rand, 0, 3)], guests = g_rand_int_range(rand, 2, 4);
    int section = sections[g_rand_int_range(rand, 0, 2)];
    int compute = computes[g_rand_int_range(rand, 0, 2)];
    double most = MIN((double)cores / (section + compute), (double)guests / section) * 1e9;
    GString *text = g_string_new("schema: ivcsim/1\nname: overcommit\n");
    g_autoptr(GString) list = g_string_new("0"), names = g_string_new("g0");
    for (int c = 1; c < cores; c++)
        g_string_append_printf(list, ", %d", c);
    g_string_append_printf(text,
                           "machine: {profile: xeon-e5-2630v4, cores: %d,\n"
                           "  virtualisation: {extension: nested}}\n"
                           "hypervisor: {mode: hardware-nested, scheduler: %s}\nguests:\n",
                           cores, scheduler);
    for (int g = 0; g < guests; g++) {
        g_string_append_printf(text, "  g%d: {cores: [%s], vcpus: %d, memory: 64MiB}\n", g,
                               list->str, cores);
        if (g > 0)
            g_string_append_printf(names, ", g%d", g);
    }
    g_string_append_printf(text,
                           "channels:\n"
                           "  l: {mechanism: lock, kind: %s, scope: guest, between: [%s]}\n"
                           "workload: {kind: critical-section, section: %dns, stagger: 40ms,\n"
                           "  compute: {mean: %dns, kind: exponential}, total: %dB, warmup: 16}\n",
                           kind, names->str, section, compute, (int)(seconds * most));
    return g_string_free(text, FALSE);
}

static double rate_of(const IvcResult *result)
{
    return (double)result->messages / (double)result->elapsed_ps;
}

static uint64_t count_of(const IvcResult *result, const char *name)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->name, name))
            return count->value;
    }
    ck_abort_msg("no count '%s'", name);
}

/* Each virtual CPU's states, and each core's time, sum to the measured time. */
static void check_sums(const IvcResult *result, const char *text)
{
    for (guint i = 0; i < result->cores->len; i++) {
        const IvcStates *s = &g_array_index(result->cores, IvcCoreResult, i).states;
        ck_assert_msg(s->running_ps + s->waiting_ps + s->blocked_ps + s->idle_ps ==
                          result->elapsed_ps,
                      "vCPU %u\n%s", i, text);
    }
    for (guint i = 0; i < result->processors->len; i++) {
        const IvcProcessorResult *cpu = &g_array_index(result->processors, IvcProcessorResult, i);
        ck_assert_msg(cpu->running_ps + cpu->switching_ps + cpu->idle_ps == result->elapsed_ps,
                      "core %u\n%s", i, text);
    }
}

/* The exits themselves take time: 3 % are left to them. */
START_TEST(test_directed_yield_is_no_loss)
{
    static const char *const kinds[] = {"ticket", "mcs", "queued", "test-and-set",
                                        "test-test-and-set"};
    uint32_t seed = points_seed("property_overcommit", 20100302), only = points_only_case();
    double gained = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *text = random_overcommit(rand, PICK(rand, kinds), "fair", 1.0);
        g_rand_free(rand);
        g_autoptr(IvcResult) plain = points_run(text, (const char *[]){NULL});
        g_autoptr(IvcResult) directed =
            points_run(text, (const char *[]){"hypervisor.pause_loop.exits=directed", NULL});
        ck_assert_msg(rate_of(directed) >= 0.97 * rate_of(plain), "case %u: %.6f, not %.6f\n%s", i,
                      rate_of(directed) * 1e9, rate_of(plain) * 1e9, text);
        check_sums(directed, text);
        gained = MAX(gained, rate_of(directed) / rate_of(plain));
    }
    if (only == UINT32_MAX)
        ck_assert_msg(gained > 10, "no case gained more than a factor of %.1f", gained);
}
END_TEST

/* Neither does asking for the next to run at a release, of locks that know who that is. */
START_TEST(test_boosting_is_no_loss)
{
    static const char *const kinds[] = {"ticket", "mcs", "queued", "paravirtual-ticket"};
    static const char *const schedulers[] = {"fair", "credit", "credit2"};
    uint32_t seed = points_seed("property_overcommit", 20100302), only = points_only_case();
    uint64_t boosts = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, 2 * CASES + i}, 2);
        g_autofree char *text = random_overcommit(rand, PICK(rand, kinds), schedulers[i % 3], 1.0);
        g_rand_free(rand);
        g_autoptr(IvcResult) plain = points_run(text, (const char *[]){NULL});
        g_autoptr(IvcResult) boosted =
            points_run(text, (const char *[]){"channels.l.boost=next", NULL});
        ck_assert_msg(rate_of(boosted) >= 0.97 * rate_of(plain), "case %u: %.6f, not %.6f\n%s", i,
                      rate_of(boosted) * 1e9, rate_of(plain) * 1e9, text);
        check_sums(boosted, text);
        boosts += count_of(boosted, "lock_boosts");
    }
    if (only == UINT32_MAX)
        ck_assert_uint_gt(boosts, 0);
}
END_TEST

START_TEST(test_nobody_starves)
{
    static const char *const kinds[] = {"ticket", "mcs", "queued", "paravirtual-ticket"};
    static const char *const schedulers[] = {"credit", "credit2", "fair"};
    static const char *const exits[] = {"none", "yield", "directed"};
    uint32_t seed = points_seed("property_overcommit", 20100302), only = points_only_case();
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, CASES + i}, 2);
        const char *scheduler = schedulers[i % 3];
        g_autofree char *text = random_overcommit(rand, PICK(rand, kinds), scheduler, 1.0);
        g_autofree char *exit =
            g_strdup_printf("hypervisor.pause_loop.exits=%s", PICK(rand, exits));
        g_rand_free(rand);
        g_autoptr(IvcResult) result = points_run(text, (const char *[]){exit, NULL});
        uint64_t least = count_of(result, "least_of_a_rank");
        uint64_t most = count_of(result, "most_of_a_rank");
        ck_assert_msg(8 * least >= most,
                      "%s: from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "\n%s", exit, least,
                      most, text);
        check_sums(result, text);
    }
}
END_TEST

/* Not drawn: so that runs come back to where they were, and whole periods are skipped. */
START_TEST(test_skipping_changes_nothing)
{
    static const char *const points[][3] = {
        {"hypervisor.pause_loop.exits=directed", "hypervisor.scheduler=fair", NULL},
        {"hypervisor.pause_loop.exits=yield", "hypervisor.scheduler=credit2", NULL},
        {"hypervisor.fair.co_scheduling=strict", "hypervisor.scheduler=fair", NULL},
        {"hypervisor.fair.co_scheduling=relaxed", "hypervisor.scheduler=fair", NULL},
        {"channels.l.locks=3", "hypervisor.scheduler=fair", NULL}};
    for (size_t p = 0; p < G_N_ELEMENTS(points); p++) {
        GRand *rand = g_rand_new_with_seed((guint32)p);
        g_autofree char *text = random_overcommit(rand, "ticket", "fair", 0.2);
        g_rand_free(rand);
        GPtrArray *set = g_ptr_array_new();
        g_ptr_array_add(set, (gpointer)points[p][0]);
        g_ptr_array_add(set, (gpointer)points[p][1]);
        g_ptr_array_add(set, (gpointer) "workload.compute.kind=fixed");
        g_ptr_array_add(set, NULL);
        g_autoptr(IvcScenario) scenario =
            points_bind(text, (const char *const *)(const void *)set->pdata);
        g_ptr_array_unref(set);
        char *both[2];
        for (int full = 0; full < 2; full++) {
            const IvcRunHooks hooks = {.full = full};
            g_autoptr(GError) error = NULL;
            g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
            ck_assert_msg(result != NULL, "%s\n%s", error ? error->message : "", text);
            check_sums(result, text);
            ck_assert_msg(!g_str_equal(result->recurrence.outcome, "broken"), "%s", text);
            result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
            both[full] = ivc_result_to_json(result);
        }
        ck_assert_msg(g_str_equal(both[0], both[1]), "%s: differs in full\n%s", points[p][0], text);
        g_free(both[0]);
        g_free(both[1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("overcommit");
    TCase *tests = tcase_create("overcommit");
    tcase_add_test(tests, test_directed_yield_is_no_loss);
    tcase_add_test(tests, test_boosting_is_no_loss);
    tcase_add_test(tests, test_nobody_starves);
    tcase_add_test(tests, test_skipping_changes_nothing);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
