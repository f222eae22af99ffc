/* Skipping whole periods changes nothing: every result, with all of its ledgers, counts, histogram
 * and end state, is that of the run in full, byte by byte. */
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

/* Under a sanitizer a run takes many times as long. */
#ifdef IVC_SANITIZED
#define CASES 30
#define PAIRS_CASES 16
#define STRIDE 3
#define SIZES_STRIDE 4 /* after the first that recurs */
#define SHIPPED_MESSAGES "40000"
#else
#define CASES 120
#define PAIRS_CASES 40 /* enough of them recur to ask how many */
#define STRIDE 1
#define SIZES_STRIDE 1
#define SHIPPED_MESSAGES "60000"
#endif

static const RandomScenario any = {
    .chunked = true, .contention = true, .nanoseconds = true, .linked = true};

/* The whole result but what became of recurrence, which goes to *ret_recurrence. */
static char *result_of(const IvcScenario *scenario, const IvcRunHooks *hooks,
                       IvcRecurrenceResult *ret_recurrence)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, hooks, &error);
    *ret_recurrence = result ? result->recurrence : (IvcRecurrenceResult){.outcome = "failed"};
    if (!result)
        return g_strdup(error->message);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    return ivc_result_to_json(result);
}

/* Runs both ways, with all that `prepare` changes (or NULL). */
static IvcRecurrenceResult compare(const IvcScenario *scenario, void (*prepare)(IvcPoint *),
                                   const char *name)
{
    const IvcRunHooks skipping = {.prepare = prepare}, in_full = {.full = true, .prepare = prepare};
    IvcRecurrenceResult recurrence, none;
    g_autofree char *fast = result_of(scenario, &skipping, &recurrence);
    g_autofree char *slow = result_of(scenario, &in_full, &none);
    ck_assert_msg(!g_str_equal(recurrence.outcome, "broken"), "%s: the digest forgot something",
                  name);
    ck_assert_uint_eq(none.skipped_messages, 0);
    size_t same = 0;
    while (fast[same] && fast[same] == slow[same])
        same++;
    ck_assert_msg(g_str_equal(fast, slow), "%s\nskipping: %.60s\nin full:  %.60s", name,
                  fast + MAX(same, 30) - 30, slow + MAX(same, 30) - 30);
    return recurrence;
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
        recurred += compare(scenario, NULL, name).skips > 0;
    }
    printf("%u of %u recurred\n", recurred, CASES);
    ck_assert(only != UINT32_MAX || recurred > CASES / 4);
}
END_TEST

/* ---- what it costs ---- */

/* How many messages of 4 KiB are simulated, not only counted. */
static uint64_t simulated(IvcScenarioSource *source, const char *channel, const char *total)
{
    g_autofree char *set_channel = g_strconcat("channel=", channel, NULL);
    g_autofree char *set_total = g_strconcat("workload.total=", total, NULL);
    const char *const sets[] = {set_channel, set_total, "workload.message=4KiB", NULL};
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, NULL, &error);
    ck_assert_msg(result != NULL, "%s, %s: %s", channel, total, error ? error->message : "");
    return result->messages - result->recurrence.skipped_messages;
}

START_TEST(test_a_tebibyte_is_as_cheap_as_a_gibibyte)
{
    static const char *const channels[] = {"register-shmem", "shmem", "mpich2-nemesis",
                                           "mpich2-sock"};
    g_autofree char *path =
        g_build_filename(IVC_SOURCE_DIR, "scenarios", "octeon-registers-vs-mpich2.yaml", NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, &ivc_registry, diags);
    for (size_t c = 0; c < G_N_ELEMENTS(channels); c++) {
        uint64_t less = simulated(source, channels[c], "1GiB");
        uint64_t more = simulated(source, channels[c], "1TiB");
        ck_assert_msg(more <= 2 * less, "%s: %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT,
                      channels[c], less, more);
    }
}
END_TEST

/* ---- pairs that end one after the other ---- */

/* Every pair sends smaller messages than the one before it, so that it is faster, and each rank
 * does as many rounds as asked for: the last pair ends first. */
static void make_pairs_unequal(IvcPoint *point)
{
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        uint64_t *bytes = &point->works[r].message_bytes;
        *bytes = MAX(1, *bytes / (1 + r / 2));
    }
}

/* The pairs are equally fast, but the earlier ones do fewer rounds. */
static void make_pairs_end_in_order(IvcPoint *point)
{
    IvcMeasure *measure = &point->platform.measure;
    uint64_t each = point->workload->ops->messages_per_round(2), messages = 0;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        point->works[r].rounds = point->rounds * (1 + r / 2) / (point->platform.n_ranks / 2);
        messages += r % 2 ? point->works[r].rounds * each : 0;
    }
    measure->target = messages - measure->warmup;
}

static bool has_pairs(const IvcScenario *scenario)
{
    const char *kind = scenario->workload.workload->head.name;
    return g_str_equal(kind, "stream") || g_str_equal(kind, "pingpong") ||
           g_str_equal(kind, "exchange");
}

static uint32_t ranks_of(const IvcScenario *scenario)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcPoint) point = ivc_point_new(scenario, &error);
    return point ? point->platform.n_ranks : 0;
}

START_TEST(test_pairs_that_end_one_after_the_other)
{
    static void (*const prepare[])(IvcPoint *) = {make_pairs_unequal, make_pairs_end_in_order};
    uint32_t seed = points_seed("property_skip", 20121123), only = points_only_case();
    unsigned tried = 0, recurred[] = {0, 0}, again[] = {0, 0};
    for (uint32_t i = 0; i < PAIRS_CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *text = random_scenario(rand, &ivc_registry, &any);
        g_rand_free(rand);
        const char *const sets[] = {"workload.messages_max=24000", "workload.total=1GiB", NULL};
        g_autoptr(IvcScenario) scenario = points_bind(text, sets);
        if (!has_pairs(scenario) || ranks_of(scenario) < 4)
            continue;
        g_autofree char *name = g_strdup_printf("case %u (IVC_TEST_CASE=%u)\n%s", i, i, text);
        tried++;
        for (size_t p = 0; p < G_N_ELEMENTS(prepare); p++) {
            uint64_t skips = compare(scenario, prepare[p], name).skips;
            recurred[p] += skips > 0;
            again[p] += skips > 1;
        }
    }
    printf("%u tried; unequal: %u recurred, %u again; in order: %u recurred, %u again\n", tried,
           recurred[0], again[0], recurred[1], again[1]);
    ck_assert(only != UINT32_MAX || recurred[0] > tried / 4);
    ck_assert(only != UINT32_MAX || again[1] > tried / 5);
}
END_TEST

/* The shipped scenarios, at a few sizes of every channel, long enough for most to recur. `set`:
 * what else is set, or NULL. */
static void try_shipped(const char *file, const char *const *channels, const char *set)
{
    static const char *const sizes[] = {"1B", "7B", "64B", "1KiB", "12KiB", "64KiB", "1MiB"};
    g_autofree char *path = g_build_filename(IVC_SOURCE_DIR, "scenarios", file, NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, &ivc_registry, diags);
    ck_assert_ptr_nonnull(source);
    for (size_t c = 0; channels[c]; c++) {
        unsigned skipped = 0;
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s += skipped ? SIZES_STRIDE : 1) {
            g_autofree char *channel = g_strconcat("channel=", channels[c], NULL);
            g_autofree char *message = g_strconcat("workload.message=", sizes[s], NULL);
            const char *const sets[] = {channel, message, "workload.messages_max=" SHIPPED_MESSAGES,
                                        set, NULL};
            if (g_str_equal(channels[c], "register") && s > 2)
                continue;
            g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
            ck_assert_ptr_nonnull(scenario);
            g_autofree char *name = g_strdup_printf("%s %s %s", file, channel, message);
            skipped += compare(scenario, NULL, name).skips > 0;
        }
        ck_assert_msg(skipped > 0, "%s %s recurs at no size", file, channels[c]);
    }
}

/* Windows of requests, below and above what is sent without asking, and without room for all. */
START_TEST(test_windows)
{
    static const char *const channels[] = {
        "sock, ring: 8, sndbuf: 8KiB, rcvbuf: 8KiB, eager_max: 4KiB",
        "netfront, driver_domain: dom, dom0: dom, eager_max: 4KiB",
        "xen-ring, ring: 2KiB, eager_max: 4KiB",
        "xen-fifo, fifo: 4KiB, waiting: 3, eager_max: 4KiB",
        "ethernet, eager_max: 4KiB",
        "nemesis, mode: native, cells: 3, cell: 4KiB, eager_max: 4KiB, slot: 1KiB, slots: 2",
        "sr-iov, iommu: lazy, flush_batch: 7, eager_max: 4KiB",
    };
    static const char *const kinds[] = {"osu-bandwidth", "osu-bidirectional-bandwidth"};
    static const char *const sizes[] = {"64B", "3000B", "5000B"};
    unsigned recurred[] = {0, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(channels) * 6; i++) {
        g_autofree char *text = g_strdup_printf(
            "schema: ivcsim/1\nname: windows\nmachine: {profile: octeon-cn5650}\n"
            "guests: {a: {cores: [0]}, b: {cores: [1]}, dom: {cores: [2]}}\n"
            "channels: {c: {mechanism: %s, between: [a, b]}}\n"
            "workload: {kind: %s, window: 5, message: %s, total: 1GiB, messages_max: 6000}\n",
            channels[i / 6], kinds[i % 2], sizes[i / 2 % 3]);
        g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
        recurred[i % 2] += compare(scenario, NULL, text).skips > 0;
    }
    printf("windows: %u and %u of %zu recurred\n", recurred[0], recurred[1],
           G_N_ELEMENTS(channels) * 3);
    ck_assert_uint_gt(recurred[0], 4);
    ck_assert_uint_gt(recurred[1], 4);
}
END_TEST

/* Receivers that run, that are polled for, and that sleep. */
START_TEST(test_virtual_interrupts)
{
    static const char *const ways[] = {"bare, mode: native",
                                       "emulated, mode: hardware-nested",
                                       "event-channel, mode: paravirtual",
                                       "posted, mode: hardware-nested",
                                       "direct, mode: hardware-nested",
                                       "paravirtual-ipi, mode: hardware-nested"};
    static const char *const waits[] = {"receiver: running", "halt_poll: 0", "halt_poll: 30us",
                                        "call: wake"};
    static const char *const kinds[] = {"ipi, gap: 20us", "pingpong", "stream", "interrupt-all",
                                        "futex-wake, gap: 5us, targets: 2"};
    unsigned recurred = 0, tried = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways) * G_N_ELEMENTS(waits) * G_N_ELEMENTS(kinds);
         i += 2 * STRIDE - 1, tried++) {
        g_autofree char *text = g_strdup_printf(
            "schema: ivcsim/1\nname: interrupts\nmachine: {profile: sapphire-rapids}\n"
            "guests: {a: {cores: [0, 1, 2, 3]}}\n"
            "channels: {c: {mechanism: virtual-ipi, between: [a], delivery: %s, %s}}\n"
            "workload: {kind: %s, message: 8B, total: 32KiB}\n",
            ways[i % 6], waits[i / 6 % 4], kinds[i / 24]);
        g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
        recurred += compare(scenario, NULL, text).skips > 0;
    }
    printf("interrupts: %u of %u recurred\n", recurred, tried);
    ck_assert_uint_gt(recurred, tried / 2);
}
END_TEST

START_TEST(test_main_scenario)
{
    static const char *const channels[] = {"register-shmem", "shmem",       "register",
                                           "mpich2-nemesis", "mpich2-sock", NULL};
    try_shipped("octeon-registers-vs-mpich2.yaml", channels, NULL);
}
END_TEST

START_TEST(test_pingpong_scenario)
{
    static const char *const channels[] = {"register-shmem", "shmem", NULL};
    try_shipped("loongson3a-pingpong.yaml", channels, NULL);
}
END_TEST

START_TEST(test_numa_scenario)
{
    static const char *const channels[] = {"near", "far-at-sender", "far-at-receiver", NULL};
    try_shipped("numa-placement.yaml", channels, NULL);
}
END_TEST

/* Without segment offload a small window comes back to the same place early. */
START_TEST(test_split_driver_scenario)
{
    static const char *const offload[] = {"netfront", NULL};
    static const char *const none[] = {"netfront-no-tso", NULL};
    try_shipped("xen-netfront-vs-shared-memory.yaml", offload, NULL);
    try_shipped("xen-netfront-vs-shared-memory.yaml", none,
                "channels.netfront-no-tso.rcvbuf=16KiB");
}
END_TEST

/* The other ways to the pages, and sockets of the driver domain. */
START_TEST(test_variants_of_the_split_driver)
{
    static const char *const variants[] = {"copy-2.6.18", "flip-2.6.18", "persistent", "staging"};
    static const char *const between[] = {"[sender, receiver]", "[sender, dom0]", "[dom0, sender]"};
    static const char *const messages[] = {"3000B", "100000B"};
    for (size_t i = 0; i < G_N_ELEMENTS(variants) * G_N_ELEMENTS(between); i += STRIDE) {
        const char *variant = variants[i % G_N_ELEMENTS(variants)];
        const char *ends = between[i / G_N_ELEMENTS(variants)];
        for (size_t m = 0; m < G_N_ELEMENTS(messages); m++) {
            g_autofree char *text = g_strdup_printf(
                "schema: ivcsim/1\nname: variants\nmachine: {profile: xeon-e5-2630v4}\n"
                "guests: {dom0: {cores: [0, 3]}, sender: {cores: [1]}, receiver: {cores: [2]}}\n"
                "channels: {c: {mechanism: netfront, driver_domain: dom0, between: %s,\n"
                "  variant: %s, grant_lock: 200ns, maptrack_lock: 100ns, sndbuf: 64KiB,\n"
                "  rcvbuf: 64KiB}}\n"
                "workload: {kind: stream, ranks: 2, message: %s, total: 60MiB, warmup: 100}\n",
                ends, variant, messages[m]);
            g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
            g_autofree char *name = g_strdup_printf("%s %s %s", variant, ends, messages[m]);
            (void)compare(scenario, NULL, name);
        }
    }
}
END_TEST

/* A small ring comes back to the same place early. */
START_TEST(test_byte_ring_scenario)
{
    static const char *const channels[] = {"xen-ring", NULL};
    try_shipped("xen-netfront-vs-shared-memory.yaml", channels, "channels.xen-ring.ring=4KiB");
}
END_TEST

/* With that MTU four packets fill a FIFO of 4 KiB. */
START_TEST(test_ways_below_tcp_scenario)
{
    static const char *const loopback[] = {"loopback", NULL}, *const wire[] = {"ethernet", NULL};
    static const char *const fifo[] = {"xen-fifo", NULL};
    try_shipped("xen-fifo-vs-netfront.yaml", loopback, NULL);
    try_shipped("xen-fifo-vs-netfront.yaml", wire, "channels.ethernet.rate=1Gbit/s");
    try_shipped("xen-fifo-vs-netfront.yaml", fifo,
                "channels.xen-fifo={mechanism: xen-fifo, "
                "between: [sender, receiver], fifo: 4KiB, mtu: 1016B}");
}
END_TEST

START_TEST(test_guarded_scenarios)
{
    static const char *const region[] = {"copy-first", "granted", NULL};
    try_shipped("isolation-costs.yaml", region, NULL);
#ifndef IVC_SANITIZED
    static const char *const ring[] = {"ring-copy-first", NULL};
    static const char *const card[] = {"sr-iov-lazy", NULL};
    try_shipped("isolation-costs-xen.yaml", ring, "channels.ring-copy-first.ring=4KiB");
    try_shipped("sr-iov-vs-shared-memory.yaml", card, "workload.total=1GiB");
#endif
}
END_TEST

/* Each group is a test of its own: see CMakeLists.txt. */
static void add_case(Suite *suite, const char *group, const TTest *const *tests)
{
    TCase *to = tcase_create(group);
    for (; *tests; tests++)
        tcase_add_test(to, *tests);
    suite_add_tcase(suite, to);
}

int main(void)
{
    const TTest *const random[] = {test_random_scenarios, NULL};
    const TTest *const ends[] = {test_pairs_that_end_one_after_the_other,
                                 test_a_tebibyte_is_as_cheap_as_a_gibibyte, test_windows, NULL};
    const TTest *const shipped[] = {test_main_scenario, test_pingpong_scenario, test_numa_scenario,
                                    NULL};
    const TTest *const guests[] = {test_split_driver_scenario,
                                   test_variants_of_the_split_driver,
                                   test_byte_ring_scenario,
                                   test_ways_below_tcp_scenario,
                                   test_virtual_interrupts,
                                   test_guarded_scenarios,
                                   NULL};
    Suite *suite = suite_create("skip");
    add_case(suite, "random", random);
    add_case(suite, "ends", ends);
    add_case(suite, "shipped", shipped);
    add_case(suite, "guests", guests);
    return points_main(suite);
}
