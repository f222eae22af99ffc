/* Channels are set up through dom0: what that costs dom0 and how long it takes, to the picosecond,
 * from the parameters alone; and that nothing of it is in what is measured. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    REQUEST = 20011,
    OFFER = 7,
    ACCEPT = 2,
    BACK_OFFERS = 20,
    FRONT = 22,
    BACK = 18,
    EACH_QUEUE = 4,
    RING = 64,
};

static const char text[] =
    "schema: ivcsim/1\nname: connect\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES IDLE_PATH_OS
    "guests:\n  dom0: {cores: [0], memory: 64MiB}\n  a: {cores: [1], memory: 64MiB}\n"
    "  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: MECHANISM, between: [a, b], " XEN_PATH_EVENTS ", xenstore_request: 20011ns,\n"
    "      xenstore_call: 5003ns, grant_page: 307ns, map_page: 311ns}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static const char *const mechanisms[] = {"xen-ring", "xen-fifo"};

static IvcResult *run(const char *mechanism, const char *const *sets)
{
    g_auto(GStrv) parts = g_strsplit(text, "MECHANISM", 2);
    g_autofree char *scenario = g_strjoinv(mechanism, parts);
    return points_run(scenario, sets);
}

/* dom0 is woken for each request, and for no other reason; the watch is one event more. */
static uint64_t dom0_ns(void)
{
    uint64_t woken =
        VCPU_SWITCH + UPCALL_ENTRY + EVENT_DISPATCH + WAKE + UPCALL_EXIT + IDLE_EXIT + RESUME;
    uint64_t event = HYPERCALL + EVENT_SEND;
    return BLOCK + (OFFER + ACCEPT) * (woken + REQUEST + event + BLOCK) + event;
}

START_TEST(test_dom0_serves_each_request)
{
    for (size_t m = 0; m < G_N_ELEMENTS(mechanisms); m++) {
        g_autoptr(IvcResult) result =
            run(mechanisms[m], (const char *[]){"channels.c.dom0=dom0", NULL});
        ck_assert_msg(result->setup_server_ps == dom0_ns() * 1000,
                      "%s: %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT " ns", mechanisms[m],
                      result->setup_server_ps, dom0_ns());
        ck_assert_uint_gt(result->setup_ps, result->setup_server_ps);
        /* And nothing once messages go. */
        ck_assert_uint_eq(g_array_index(result->guests, IvcGuestResult, 0).states.running_ps, 0);
    }
}
END_TEST

/* One request after the other, page after page: so much longer takes the whole. */
START_TEST(test_it_takes_as_long_as_its_parts)
{
    static const char *const places[] = {"channels.c.dom0=dom0", NULL};
    for (size_t m = 0; m < G_N_ELEMENTS(mechanisms) * G_N_ELEMENTS(places); m++) {
        const char *mechanism = mechanisms[m % 2], *dom0 = places[m / 2];
        const char *const last = dom0 ? dom0 : "channels.c.map_page=311ns";
        g_autoptr(IvcResult) plain = run(mechanism, (const char *[]){last, NULL});
        g_autoptr(IvcResult) request =
            run(mechanism, (const char *[]){last, "channels.c.xenstore_request=30011ns", NULL});
        g_autoptr(IvcResult) call =
            run(mechanism, (const char *[]){last, "channels.c.xenstore_call=6003ns", NULL});
        g_autoptr(IvcResult) page =
            run(mechanism, (const char *[]){last, "channels.c.grant_page=1307ns", NULL});
        /* 16 pages each way, and what is noted about them: in one page, or in two. */
        uint64_t pages = m % 2 ? 34 : 33;
        ck_assert_uint_eq(request->setup_ps - plain->setup_ps,
                          UINT64_C(1000000) * 10 * (OFFER + ACCEPT));
        ck_assert_uint_eq(call->setup_ps - plain->setup_ps, UINT64_C(1000000) * (OFFER + ACCEPT));
        ck_assert_uint_eq(page->setup_ps - plain->setup_ps, UINT64_C(1000000) * pages);
        ck_assert_uint_eq(plain->setup_server_ps > 0, dom0 != NULL);
        /* What is measured is the same. */
        ck_assert_uint_eq(request->elapsed_ps, plain->elapsed_ps);
        ck_assert_uint_eq(call->latency_ps.sum, plain->latency_ps.sum);
    }
}
END_TEST

/* Every pair is connected once, and all of them through one store. */
START_TEST(test_pairs_share_the_store)
{
    static const char *const more[] = {"guests.dom0.cores=[3]", "channels.c.dom0=dom0",
                                       "workload.kind=ring", NULL};
    g_autoptr(IvcResult) two = run("xen-ring", more);
    g_auto(GStrv) parts = g_strsplit(text, "MECHANISM", 2);
    g_autofree char *scenario = g_strjoinv("xen-ring", parts);
    g_auto(GStrv) third = g_strsplit(scenario, "channels:\n", 2);
    g_autofree char *wider = g_strjoinv("  d: {cores: [0], memory: 64MiB}\nchannels:\n", third);
    g_auto(GStrv) between = g_strsplit(wider, "[a, b]", 2);
    g_autofree char *three = g_strjoinv("[a, b, d]", between);
    g_autoptr(IvcResult) all = points_run(three, more);
    ck_assert_uint_ge(all->setup_server_ps, UINT64_C(1000) * 3 * (OFFER + ACCEPT) * REQUEST);
    ck_assert_uint_lt(all->setup_server_ps, 3 * two->setup_server_ps + 1);
    ck_assert_uint_ge(all->setup_ps, UINT64_C(1000) * 3 * (OFFER + ACCEPT) * REQUEST);
}
END_TEST

/* ---- frontends and backends ---- */

static const char split[] =
    "schema: ivcsim/1\nname: connect\nmachine: {profile: xeon-e5-2630v4}\n"
    "guests:\n  dom0: {cores: [0], memory: 64MiB}\n  net: {cores: [3, 4], memory: 64MiB}\n"
    "  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: netfront, between: [a, net], driver_domain: net, dom0: dom0, ring: 64,\n"
    "      xenstore_request: 20us, xenstore_call: 5us, grant_page: 1us, map_page: 1us}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8, ranks: 2}\n";

/* What a set-up with another value takes longer; what is measured is the same. */
static IvcTime longer_us(const IvcResult *plain, const char *place, const char *queues,
                         const char *more, bool server)
{
    g_autoptr(IvcResult) result = points_run(split, (const char *[]){place, queues, more, NULL});
    ck_assert_uint_eq(result->elapsed_ps, plain->elapsed_ps);
    ck_assert_uint_eq(result->latency_ps.sum, plain->latency_ps.sum);
    IvcTime longer = server ? result->setup_server_ps - plain->setup_server_ps
                            : result->setup_ps - plain->setup_ps;
    ck_assert_uint_eq(longer % 1000000, 0);
    return longer / 1000000;
}

/* One interface, one step after the other, whoever runs the xenstore. */
START_TEST(test_a_frontend_is_connected)
{
    static const char *const places[] = {"channels.c.dom0=dom0", "channels.c.dom0=net"};
    for (size_t i = 0; i < 4; i++) {
        uint64_t n = 1 + i / 2, requests = BACK_OFFERS + FRONT + BACK + 2 * n * EACH_QUEUE;
        const char *place = places[i % 2];
        g_autofree char *queues = g_strdup_printf("channels.c.queues=%" G_GUINT64_FORMAT, n);
        g_autoptr(IvcResult) plain = points_run(split, (const char *[]){place, queues, NULL});
        ck_assert_uint_gt(plain->setup_ps, plain->setup_server_ps / 2);
        for (int server = 0; server < 2; server++)
            ck_assert_uint_eq(
                longer_us(plain, place, queues, "channels.c.xenstore_request=30us", server),
                10 * requests);
        ck_assert_uint_eq(longer_us(plain, place, queues, "channels.c.xenstore_call=6us", false),
                          requests);
        ck_assert_uint_eq(longer_us(plain, place, queues, "channels.c.grant_page=2us", false),
                          n * (2 + RING));
        ck_assert_uint_eq(longer_us(plain, place, queues, "channels.c.map_page=2us", false), 2 * n);
        /* Two event channels a queue on each side; and the backend maps both rings at once. */
        g_autoptr(IvcResult) dear =
            points_run(split, (const char *[]){place, queues, "channels.c.front_requests=32",
                                               "channels.c.back_offers=30", NULL});
        ck_assert_uint_gt(dear->setup_ps - plain->setup_ps, UINT64_C(1000000) * 20 * 25);
    }
}
END_TEST

/* Without it all is there from the beginning, and what is measured is the same. */
START_TEST(test_connecting_moves_nothing)
{
    static const char *const kinds[] = {"workload.kind=pingpong", "workload.kind=netperf-tcp-rr",
                                        "workload.kind=netperf-udp-rr"};
    g_auto(GStrv) parts = g_strsplit(split, "dom0: dom0, ", 2);
    g_autofree char *connected = g_strjoinv("", parts);
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        const char *sets[] = {kinds[k], "channels.c.between=[a, b]", NULL};
        g_autoptr(IvcResult) with = points_run(split, sets);
        g_autoptr(IvcResult) without = points_run(connected, sets);
        /* Two interfaces, one after the other for the store. */
        ck_assert_uint_gt(with->setup_ps, UINT64_C(1000000) * 20 * 2 *
                                              (BACK_OFFERS + FRONT + BACK + 2 * EACH_QUEUE));
        ck_assert_uint_lt(without->setup_ps, with->setup_ps / 10);
        ck_assert_uint_eq(without->setup_server_ps, 0);
        ck_assert_uint_eq(with->elapsed_ps, without->elapsed_ps);
        ck_assert_uint_eq(with->latency_ps.sum, without->latency_ps.sum);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connect");
    TCase *tests = tcase_create("connect");
    tcase_add_test(tests, test_dom0_serves_each_request);
    tcase_add_test(tests, test_it_takes_as_long_as_its_parts);
    tcase_add_test(tests, test_pairs_share_the_store);
    tcase_add_test(tests, test_a_frontend_is_connected);
    tcase_add_test(tests, test_connecting_moves_nothing);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
