/* Whatever guests share cores, and how: no time is lost (ivc_run() checks each ledger), runs are
 * the same with and without skipping, and what is reported adds up. And a driver domain that has
 * more of the processor does not make its guests slower. */
#include "sim/stats/columns.h"
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"

#ifdef IVC_SANITIZED
#define CASES 15
#else
#define CASES 60
#endif

static const char *pick(GRand *rand, const char *const *list, gint32 n)
{
    return list[g_rand_int_range(rand, 0, n)];
}

#define PICK(rand, list) pick(rand, list, (gint32)G_N_ELEMENTS(list))

static void append_guest(GString *text, GRand *rand, const char *name, bool one, bool caps)
{
    static const char *const cores[] = {"[0]", "[0]", "[1]", "[0, 1]", "[1, 2]", "[0, 1, 2, 3]"};
    static const char *const weights[] = {"256", "256", "64", "1000"};
    static const char *const loads[] = {"none", "none", "busy"};
    int vcpus = one ? 1 : g_rand_int_range(rand, 1, 4);
    g_string_append_printf(text, "  %s: {cores: %s, vcpus: %d, weight: %s, load: %s", name,
                           PICK(rand, cores), vcpus, PICK(rand, weights), PICK(rand, loads));
    if (caps && g_rand_int_range(rand, 0, 3) == 0)
        g_string_append_printf(text, ", cap: %d", g_rand_int_range(rand, 5, 100 * vcpus));
    g_string_append(text, "}\n");
}

static char *random_shared(GRand *rand)
{
    static const char *const kinds[] = {"stream", "pingpong", "exchange"};
    static const char *const channels[] = {
        "{mechanism: netfront, between: [a, b], driver_domain: dom0}",
        "{mechanism: xen-ring, between: [a, b], ring: 4KiB}",
        "{mechanism: xen-ring, between: [a, b], ring: 64KiB}",
        "{mechanism: sock, between: [a, b]}"};
    static const char *const chips[] = {"loongson3a", "loongson3a-2way", "xeon-e5-2630v4"};
    static const char *const schedulers[] = {"credit", "credit2", "fair"};
    const char *scheduler = PICK(rand, schedulers);
    bool caps = strcmp(scheduler, "fair") != 0;
    GString *text = g_string_new("schema: ivcsim/1\nname: shared\n");
    g_string_append_printf(text, "machine: {profile: %s}\nhypervisor:\n  scheduler: %s\n",
                           PICK(rand, chips), scheduler);
    if (g_rand_boolean(rand))
        g_string_append_printf(text, "  domain_switch: %dns\n  idle_wake: %dns\n",
                               100 * g_rand_int_range(rand, 0, 99),
                               100 * g_rand_int_range(rand, 0, 99));
    if (g_rand_boolean(rand))
        g_string_append_printf(text, "  credit: {ratelimit: %dus, slice: %dms, rules: %s}\n",
                               g_rand_int_range(rand, 0, 3000), g_rand_int_range(rand, 1, 50),
                               g_rand_boolean(rand) ? "xen-3.2" : "current");
    if (g_rand_boolean(rand))
        g_string_append_printf(text, "  credit2: {ratelimit: %dus, timer_min: %dus}\n",
                               g_rand_int_range(rand, 0, 3000), g_rand_int_range(rand, 10, 900));
    if (g_rand_boolean(rand))
        g_string_append_printf(text,
                               "  fair: {latency: %dus, tick: %dus, balance_interval: %dus}\n",
                               g_rand_int_range(rand, 100, 9000), g_rand_int_range(rand, 100, 9000),
                               g_rand_int_range(rand, 100, 3000));
    g_string_append(text, "guests:\n");
    append_guest(text, rand, "dom0", false, caps);
    append_guest(text, rand, "a", true, caps);
    append_guest(text, rand, "b", true, caps);
    g_string_append_printf(text,
                           "channels:\n  c: %s\nworkload: {kind: %s, message: %dB, total: 1GiB, "
                           "messages_max: 300, warmup: 16}\n",
                           PICK(rand, channels), PICK(rand, kinds),
                           g_rand_int_range(rand, 1, 20000));
    return g_string_free(text, FALSE);
}

static IvcTime sum_of(const IvcStates *states)
{
    return states->running_ps + states->waiting_ps + states->blocked_ps + states->idle_ps;
}

/* Each virtual CPU's states, and each core's time, sum to the measured time; both ran as long. */
static void check_sums(const IvcResult *result, const char *text)
{
    IvcTime ran = 0;
    for (guint i = 0; i < result->cores->len; i++) {
        const IvcStates *states = &g_array_index(result->cores, IvcCoreResult, i).states;
        ck_assert_msg(sum_of(states) == result->elapsed_ps, "vCPU %u\n%s", i, text);
        ran += states->running_ps;
    }
    for (guint i = 0; i < result->processors->len; i++) {
        const IvcProcessorResult *cpu = &g_array_index(result->processors, IvcProcessorResult, i);
        ck_assert_msg(cpu->running_ps + cpu->switching_ps + cpu->idle_ps == result->elapsed_ps,
                      "core %u\n%s", i, text);
        ran -= cpu->running_ps + cpu->switching_ps;
    }
    ck_assert_msg(ran == 0, "%" G_GINT64_FORMAT " ps\n%s", (gint64)ran, text);
    for (guint g = 0; g < result->guests->len; g++) {
        const IvcGuestResult *guest = &g_array_index(result->guests, IvcGuestResult, g);
        ck_assert_uint_eq(sum_of(&guest->states), guest->cores * result->elapsed_ps);
    }
    ck_assert_uint_eq(result->scheduling->len, result->guests->len);
}

static char *run_as_text(const IvcScenario *scenario, bool full, const char *text)
{
    const IvcRunHooks hooks = {.full = full};
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
    ck_assert_msg(result != NULL, "%s\n%s", error ? error->message : "", text);
    check_sums(result, text);
    ck_assert_msg(!g_str_equal(result->recurrence.outcome, "broken"), "%s", text);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    return ivc_result_to_json(result);
}

START_TEST(test_no_time_is_lost)
{
    uint32_t seed = points_seed("property_sched", 20100517), only = points_only_case();
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *text = random_shared(rand);
        g_rand_free(rand);
        g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
        g_autofree char *skipping = run_as_text(scenario, false, text);
        g_autofree char *in_full = run_as_text(scenario, true, text);
        ck_assert_msg(g_str_equal(skipping, in_full), "case %u differs in full\n%s", i, text);
    }
}
END_TEST

/* ---- more of the processor for the driver domain ---- */

static const char pairs[] =
    "schema: ivcsim/1\nname: pairs\nmachine: {profile: xeon-e5-2630v4}\n"
    "guests:\n  dom0: {cores: [8], memory: 64MiB}\n  vm: {count: 8, cores: [0], memory: 64MiB}\n"
    "channels:\n  c: {mechanism: netfront, between: [vm], driver_domain: dom0}\n"
    "workload: {kind: stream, message: 16KiB, total: 64MiB, warmup: 256}\n";

static double rate_of(const IvcResult *result)
{
    return (double)result->bytes / (double)result->elapsed_ps;
}

START_TEST(test_more_cores_for_dom0_are_no_loss)
{
    static const char *const messages[] = {"workload.message=1KiB", "workload.message=16KiB",
                                           "workload.message=256KiB"};
    for (size_t m = 0; m < G_N_ELEMENTS(messages); m++) {
        g_autoptr(IvcResult) one = points_run(pairs, (const char *[]){messages[m], NULL});
        g_autoptr(IvcResult) two =
            points_run(pairs, (const char *[]){messages[m], "guests.dom0.cores=[8, 9]", NULL});
        ck_assert_msg(rate_of(two) >= rate_of(one), "%s: %.3f, with two cores %.3f", messages[m],
                      rate_of(one), rate_of(two));
    }
}
END_TEST

/* All share one core with a guest that computes for ever. On more cores credit's weights would not
 * count: it hands out the credit of all cores, more than those on one of them can use. A weight far
 * beyond the others' takes from the guests that dom0 works for: it is no part of this. */
static const char beside_hog[] =
    "schema: ivcsim/1\nname: beside\nmachine: {profile: xeon-e5-2630v4, cores: 1}\n"
    "hypervisor: {scheduler: credit}\n"
    "guests:\n  dom0: {cores: [0]}\n  hog: {cores: [0], load: busy}\n"
    "  a: {cores: [0]}\n  b: {cores: [0]}\n"
    "channels:\n  c: {mechanism: netfront, between: [a, b], driver_domain: dom0}\n"
    "workload: {kind: stream, message: 16KiB, total: 256MiB, warmup: 2048}\n";

START_TEST(test_more_weight_for_dom0_is_no_loss)
{
    static const char *const weights[] = {"guests.dom0.weight=32", "guests.dom0.weight=256",
                                          "guests.dom0.weight=1024"};
    static const char *const schedulers[] = {"hypervisor.scheduler=credit",
                                             "hypervisor.scheduler=credit2"};
    for (size_t s = 0; s < G_N_ELEMENTS(schedulers); s++) {
        double before = 0, least = 0;
        for (size_t w = 0; w < G_N_ELEMENTS(weights); w++) {
            g_autoptr(IvcResult) result =
                points_run(beside_hog, (const char *[]){schedulers[s], weights[w], NULL});
            double rate = rate_of(result);
            ck_assert_msg(rate >= before * 0.999, "%s, %s: %.7f, with less %.7f", schedulers[s],
                          weights[w], rate, before);
            least = w == 0 ? rate : least;
            before = rate;
        }
        ck_assert(before > 2 * least);
    }
}
END_TEST

/* ---- the balance index ---- */

static double balance_of(const IvcResult *result)
{
    json_t *value = ivc_column_find("cpu_jain_index")->get(result);
    double balance = json_number_value(value);
    json_decref(value);
    return balance;
}

static double share_of(const IvcResult *result, guint g)
{
    const IvcStates *states = &g_array_index(result->guests, IvcGuestResult, g).states;
    return (double)states->running_ps / (double)sum_of(states);
}

/* What a guest computes for itself has no part in it, whether it has a core or shares one. */
START_TEST(test_balance_is_of_those_that_take_part)
{
    static const char *const pinned[] = {"hypervisor.scheduler=pinned", "machine.cores=4",
                                         "guests.dom0.cores=[1]",       "guests.a.cores=[2]",
                                         "guests.b.cores=[3]",          NULL};
    static const char *const shared[] = {"hypervisor.scheduler=credit2", NULL};
    const char *const *const sets[] = {pinned, shared};
    for (size_t s = 0; s < G_N_ELEMENTS(sets); s++) {
        g_autoptr(IvcResult) result = points_run(beside_hog, sets[s]);
        const IvcGuestResult *hog = &g_array_index(result->guests, IvcGuestResult, 1);
        ck_assert_str_eq(hog->name, "hog");
        ck_assert_double_gt(share_of(result, 1), 0.2);
        ck_assert_uint_eq(hog->beside_ps, hog->states.running_ps);
        double dom0 = share_of(result, 0), a = share_of(result, 2), b = share_of(result, 3);
        double wanted = (dom0 + a + b) * (dom0 + a + b) / (3 * (dom0 * dom0 + a * a + b * b));
        ck_assert_double_eq_tol(balance_of(result), wanted, 1e-4);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched");
    TCase *tests = tcase_create("sched");
    tcase_add_test(tests, test_no_time_is_lost);
    tcase_add_test(tests, test_more_cores_for_dom0_are_no_loss);
    tcase_add_test(tests, test_more_weight_for_dom0_is_no_loss);
    tcase_add_test(tests, test_balance_is_of_those_that_take_part);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
