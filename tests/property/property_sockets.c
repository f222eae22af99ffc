/* Workloads that speak no MPI, over random networks: each ends well (the run itself checks that no
 * byte and no time is lost, and that what was sent was received or dropped), skipping whole periods
 * changes nothing, and every datagram that was sent was received or dropped in one place. */
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

/* Under a sanitizer a run takes many times as long. */
#ifdef IVC_SANITIZED
#define CASES 30
#else
#define CASES 240
#endif

static const RandomScenario any = {
    .chunked = true, .contention = true, .nanoseconds = true, .linked = true};

static const char *const kinds[] = {"netperf-tcp-stream", "netperf-tcp-rr",
                                    "netperf-udp-stream", "netperf-udp-rr",
                                    "flood-ping",         "lmbench-tcp-bandwidth"};

static bool carries(const char *text, const char *kind)
{
    for (size_t m = 0; ivc_registry.mechanisms[m]; m++) {
        const IvcMechanism *mechanism = ivc_registry.mechanisms[m];
        g_autofree char *word = g_strdup_printf("mechanism: %s,", mechanism->head.name);
        if (!strstr(text, word))
            continue;
        for (size_t w = 0; ivc_registry.workloads[w]; w++)
            if (g_str_equal(ivc_registry.workloads[w]->head.name, kind))
                return mechanism->carries & IVC_CARRIES(ivc_registry.workloads[w]->speaks);
    }
    return false;
}

static uint64_t count_of(const IvcPoint *point, const char *name, bool *ret_known)
{
    for (size_t c = 0; c < point->platform.n_counters; c++)
        if (g_str_equal(point->platform.counters[c].name, name)) {
            *ret_known = true;
            return *point->platform.counters[c].at;
        }
    return 0;
}

/* At the end nothing is under way: counted over the whole run, not the measured phase. */
static void check_datagrams(const IvcScenario *scenario, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcPoint) point = ivc_point_new(scenario, &error);
    ck_assert_msg(point && ivc_sim_run(&point->platform.sim) == IVC_STOP_NONE, "%s", name);
    bool known = false;
    uint64_t sent = count_of(point, "datagrams_sent", &known);
    uint64_t settled =
        count_of(point, "datagrams_received", &known) + count_of(point, "drops_socket", &known) +
        count_of(point, "drops_device", &known) + count_of(point, "drops_network", &known);
    ck_assert_msg(!known || sent > 0, "%s: no datagrams", name);
    ck_assert_msg(sent == settled, "%s: %" G_GUINT64_FORMAT " sent, %" G_GUINT64_FORMAT, name, sent,
                  settled);
}

static char *result_of(const IvcScenario *scenario, bool full, IvcRecurrenceResult *ret)
{
    const IvcRunHooks hooks = {.full = full};
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
    *ret = result ? result->recurrence : (IvcRecurrenceResult){.outcome = "failed"};
    if (!result)
        return g_strdup_printf("failed: %s", error->message);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    return ivc_result_to_json(result);
}

/* What a network holds at least of a transaction of datagrams; or NULL. One that loses any waits
 * for ever, as the tools do. */
static const char *room_for(const char *text, const char *kind)
{
    if (!g_str_equal(kind, "netperf-udp-rr") && !g_str_equal(kind, "flood-ping"))
        return NULL;
    if (strstr(text, "mechanism: xen-fifo,"))
        return "channels.c.waiting=200";
    bool card = strstr(text, "mechanism: ethernet,") || strstr(text, "mechanism: sr-iov,");
    return card ? "channels.c.rx_ring=200" : NULL;
}

static bool run_case(const char *text, const char *kind, uint32_t i)
{
    g_autofree char *set = g_strdup_printf("workload.kind=%s", kind);
    const char *const sets[] = {set, "workload.messages_max=4000", "workload.total=1GiB",
                                room_for(text, kind), NULL};
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    g_autofree char *name = g_strdup_printf("%s, case %u (IVC_TEST_CASE=%u)\n%s", kind, i, i, text);
    IvcRecurrenceResult recurrence, none;
    g_autofree char *fast = result_of(scenario, false, &recurrence);
    g_autofree char *slow = result_of(scenario, true, &none);
    ck_assert_msg(!g_str_has_prefix(slow, "failed"), "%s\n%s", slow, name);
    ck_assert_msg(!g_str_equal(recurrence.outcome, "broken"), "the digest forgot something: %s",
                  name);
    ck_assert_msg(g_str_equal(fast, slow), "%s\nskipping is not the same", name);
    check_datagrams(scenario, name);
    return recurrence.skips > 0;
}

START_TEST(test_random_scenarios)
{
    uint32_t seed = points_seed("property_sockets", 20030302), only = points_only_case();
    unsigned runs = 0, recurred = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *text = random_scenario(rand, &ivc_registry, &any);
        g_rand_free(rand);
        /* what pairs need */
        if (strstr(text, "kind: ring,") || strstr(text, "kind: alltoall,"))
            continue;
        for (size_t k = i % 2; k < G_N_ELEMENTS(kinds); k += 2)
            if (carries(text, kinds[k])) {
                runs++;
                recurred += run_case(text, kinds[k], i);
            }
    }
    printf("%u of %u recurred\n", recurred, runs);
    ck_assert(only != UINT32_MAX || (runs > CASES / 2 && recurred > runs / 4));
}
END_TEST

/* Every second datagram finds the card's ring full, in every period that is skipped; and with
 * room none does. */
START_TEST(test_periods_with_losses)
{
    static const char *const channels[] = {
        "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
        "channels: {c: {mechanism: ethernet, between: [a, b], rx_ring: 1, rx_delay: 30us,\n"
        "    udp_sndbuf: 4KiB}}\n",
        "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
        "channels: {c: {mechanism: ethernet, between: [a, b], tx_delay: 1us, udp_sndbuf: 4KiB}}\n",
        "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
        "channels: {c: {mechanism: sr-iov, between: [a, b], rx_ring: 1, rx_delay: 30us,\n"
        "    iommu: strict, udp_sndbuf: 4KiB}}\n",
    };
    for (uint32_t i = 0; i < G_N_ELEMENTS(channels); i++) {
        g_autofree char *text =
            g_strconcat("schema: ivcsim/1\nname: losses\nmachine: {profile: octeon-cn5650}\n",
                        channels[i], "workload: {kind: stream, message: 1472B}\n", NULL);
        ck_assert_msg(run_case(text, "netperf-udp-stream", i), "%s: does not recur", text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sockets");
    TCase *tests = tcase_create("sockets");
    tcase_add_test(tests, test_random_scenarios);
    tcase_add_test(tests, test_periods_with_losses);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
