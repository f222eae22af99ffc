/* When TCP sends and acknowledges: the congestion window, Nagle's algorithm, gathering of small
 * writes, and acknowledgements that wait for the reader; counted, and timed where round trips take
 * so long that nothing else matters. */
#include "models/net/tcp_private.h"
#include "tests/harness/points.h"

#define MSS 1448u

/* Events take a millisecond: a packet takes two of them, from guest to dom0 to guest. */
static const char far_away[] =
    "schema: ivcsim/1\nname: far\n"
    "machine: {profile: xeon-e5-2630v4}\n"
    "guests: {dom0: {cores: [0]}, a: {cores: [1]}, b: {cores: [2]}}\n"
    "channels:\n"
    "  c: {mechanism: netfront, between: [a, b], driver_domain: dom0, event_flight: 1ms,\n"
    "      idle_wake: 0ns, sndbuf: 4MiB, rcvbuf: 4MiB, eager_max: 4MiB, ring: 4096, pending: "
    "8192}\n"
    "workload: {kind: stream, message: 1MiB, total: 1MiB, warmup: 0}\n";

static const char near_by[] = "schema: ivcsim/1\nname: near\n"
                              "machine: {profile: octeon-cn5650}\n"
                              "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
                              "channels: {c: {mechanism: sock}}\n"
                              "workload: {kind: stream, message: 100B, total: 1000000B}\n";

static uint64_t count_of(const IvcResult *result, const char *name)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->name, name))
            return count->value;
    }
    ck_abort_msg("no count '%s'", name);
}

/* From an initial window of w segments, what is under way doubles each round trip: so many more
 * than with an open window, to one, since parts of a round are acknowledged by themselves. */
START_TEST(test_the_window_doubles_each_round_trip)
{
    static const uint64_t windows[] = {2, 10, 100};
    const uint64_t round_trip_us = 4000, bytes = (1 << 20) + 40;
    g_autoptr(IvcResult) open =
        points_run(far_away, (const char *[]){"channels.c.initial_window=0", NULL});
    uint64_t open_us = open->latency_ps.min / 1000000;
    ck_assert_uint_lt(open_us, 2 * round_trip_us);
    for (size_t w = 0; w < G_N_ELEMENTS(windows); w++) {
        uint64_t rounds = 0;
        for (uint64_t sent = 0; sent < bytes; rounds++)
            sent += windows[w] * MSS << rounds;
        g_autofree char *set =
            g_strdup_printf("channels.c.initial_window=%" G_GUINT64_FORMAT, windows[w]);
        g_autoptr(IvcResult) result = points_run(far_away, (const char *[]){set, NULL});
        uint64_t more_us = result->latency_ps.min / 1000000 - open_us;
        ck_assert_msg(more_us > (rounds - 2) * round_trip_us && more_us < rounds * round_trip_us,
                      "%" G_GUINT64_FORMAT " segments: %" G_GUINT64_FORMAT
                      " us more, for %" G_GUINT64_FORMAT " rounds",
                      windows[w], more_us, rounds);
    }
}
END_TEST

/* Bytes that are no whole segments wait for the acknowledgement of those before; without Nagle's
 * algorithm each message of a slow sender is a segment. */
START_TEST(test_nagle_lets_one_small_segment_go)
{
    const char *const slow[] = {"channels.c.send_overhead=20us", NULL};
    const char *const nagle[] = {slow[0], "channels.c.nagle=on", NULL};
    g_autoptr(IvcResult) off = points_run(near_by, slow);
    g_autoptr(IvcResult) on = points_run(near_by, nagle);
    ck_assert_uint_eq(count_of(off, "tcp_segments"), off->messages);
    uint64_t whole = on->messages * 140 / MSS; /* with headers of 40 B */
    ck_assert_uint_ge(count_of(on, "tcp_segments"), whole);
    ck_assert_uint_le(count_of(on, "tcp_segments"), whole + count_of(on, "tcp_acks") + 1);
    ck_assert_uint_lt(count_of(on, "tcp_segments"), on->messages / 4);
}
END_TEST

/* While packets wait in the device, writes are gathered: the packets become larger, not more. */
START_TEST(test_small_writes_are_gathered_while_the_device_is_busy)
{
    static const char *const base[] = {"channels.c.event_flight=200us", "workload.message=1000B",
                                       "workload.total=4000000B", "channels.c.initial_window=0",
                                       NULL};
    g_autoptr(IvcResult) on = points_run(far_away, base);
    const char *const without[] = {base[0], base[1], base[2], base[3], "channels.c.autocork=false",
                                   NULL};
    g_autoptr(IvcResult) off = points_run(far_away, without);
    ck_assert_uint_lt(4 * count_of(on, "tcp_segments"), count_of(off, "tcp_segments"));
    ck_assert_uint_ge(count_of(on, "tcp_segments"), 4000 * 1040 / (45 * MSS));
}
END_TEST

/* Segments that a slow reader has not taken are acknowledged by its reads, not as they come. */
START_TEST(test_reads_acknowledge_what_waited)
{
    static const char *const sets[] = {"workload.message=64KiB", "workload.total=16MiB",
                                       "channels.c.recv_overhead=1ms", NULL};
    g_autoptr(IvcResult) result = points_run(near_by, sets);
    ck_assert_uint_gt(count_of(result, "tcp_segments"), result->bytes / MSS - 100);
    ck_assert_uint_lt(count_of(result, "tcp_acks"), count_of(result, "tcp_segments") / 8);
    ck_assert_uint_ge(count_of(result, "tcp_acks"), result->messages / 2);
}
END_TEST

/* Three domains of which the sender writes 64 B at a time. `where`: cores, and who schedules. */
static uint64_t packets_per_mb(const char *machine, const char *scheduler, const char *cores[3])
{
    g_autofree char *text = g_strdup_printf(
        "schema: ivcsim/1\nname: small\nmachine: {profile: xen-icount, %s}\n"
        "hypervisor: {scheduler: %s}\n"
        "guests: {dom0: {cores: %s}, a: {cores: %s}, b: {cores: %s}}\n"
        "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
        "  socket_call: 3400cycles, sndbuf: 981120B, rcvbuf: 490560B}}\n"
        "workload: {kind: netperf-tcp-stream, message: 64B, total: 1000000B, warmup: 0}\n",
        machine, scheduler, cores[0], cores[1], cores[2]);
    g_autoptr(IvcResult) result = points_run(text, NULL);
    return count_of(result, "data_packets") * 1000000 / result->bytes;
}

/* What a packet collects is how far its sender runs ahead before the driver domain has a processor:
 * far more where they share one than where each has its own. */
START_TEST(test_packets_collect_what_the_scheduler_lets_run_ahead)
{
    const char *one[] = {"[0]", "[0]", "[0]"}, *three[] = {"[0]", "[1]", "[2]"};
    uint64_t shared = packets_per_mb("cores: 1", "credit2", one);
    uint64_t own = packets_per_mb("cores: 3", "pinned", three);
    ck_assert_msg(own > 8 * shared && shared > 17, "%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT, own,
                  shared);
}
END_TEST

/* Twice the congestion window, between the initial size and the whole; and never less than three
 * segments, which is more over a loopback device. */
START_TEST(test_the_send_buffer_grows_with_the_window)
{
    IvcTcpSpec spec = {.sndbuf = {1 << 20}, .sndbuf_initial = {16384}};
    IvcTcp tcp = {.spec = &spec, .mss = MSS};
    Way way = {.window = 3 * MSS};
    ck_assert_uint_eq(ivc_tcp_sndbuf(&tcp, &way), 16384);
    way.window = 100 * MSS;
    ck_assert_uint_eq(ivc_tcp_sndbuf(&tcp, &way), 200 * MSS);
    way.window = UINT64_MAX / 4; /* wide open */
    ck_assert_uint_eq(ivc_tcp_sndbuf(&tcp, &way), 1 << 20);
    tcp.mss = 16384;
    way.window = 0;
    ck_assert_uint_eq(ivc_tcp_sndbuf(&tcp, &way), 3 * 16384);
    spec.sndbuf_initial.n = 0;
    ck_assert_uint_eq(ivc_tcp_sndbuf(&tcp, &way), 1 << 20);
}
END_TEST

/* The device's driver is interrupted while it fills a slot: its own softirq finds no room for an
 * acknowledgement, and what is under way acknowledges. Asking again at once would never end. */
START_TEST(test_an_acknowledgement_without_room_is_not_asked_for_again)
{
    const char *const both[] = {"workload.kind=osu-bidirectional-bandwidth",
                                "workload.message=5000B", "channels.c.ack_delay=0", NULL};
    g_autoptr(IvcResult) result = points_run(near_by, both);
    ck_assert_uint_lt(count_of(result, "tcp_acks"), count_of(result, "tcp_segments"));
    ck_assert_uint_lt(result->elapsed_ps / result->messages, UINT64_C(500000000));
}
END_TEST

/* A ring of three packets and acknowledgements that come after a second: the receiver tells when a
 * slot of a full ring is free, by a doorbell. */
START_TEST(test_a_full_ring_restarts_its_sender)
{
    const char *const sets[] = {"channels.c.ring=4",
                                "channels.c.driver_rx=100us",
                                "channels.c.ack_every=64",
                                "channels.c.ack_delay=1s",
                                "workload.kind=netperf-tcp-stream",
                                "workload.message=10000B",
                                "workload.total=10000B",
                                "workload.warmup=0",
                                NULL};
    g_autoptr(IvcResult) result = points_run(near_by, sets);
    ck_assert_uint_lt(result->elapsed_ps, UINT64_C(100000000000));
    ck_assert_uint_gt(count_of(result, "doorbells"), 1);
}
END_TEST

/* Each rank has data from one neighbour and acknowledgements from the other, and both ring its
 * doorbell: the store of the second does not hold back an interrupt that is on its way. */
START_TEST(test_a_second_ring_does_not_delay_the_interrupt)
{
    const char *const sets[] = {"guests={a: {cores: [0]}, b: {cores: [1]}, c: {cores: [2]}}",
                                "workload.kind=ring",
                                "workload.message=8B",
                                "workload.total=8000B",
                                "machine.registers.store=100us",
                                "machine.registers.flight=100us",
                                NULL};
    g_autoptr(IvcResult) result = points_run(near_by, sets);
    uint64_t path_us = 3 * 100; /* the doorbell, its way, and the handler that clears it */
    uint64_t mean_us = ivc_histogram_mean(&result->latency_ps) / 1000000;
    ck_assert_msg(mean_us > path_us && mean_us < path_us + 25, "%" G_GUINT64_FORMAT, mean_us);
}
END_TEST

/* As Linux, a receiver never tells of less than a segment: a sender that waits for room for one
 * would wait for ever. */
START_TEST(test_the_first_window_holds_a_segment)
{
    static const char *const networks[] = {"sock, mtu: 1500B", "ethernet, mtu: 1500B",
                                           "loopback, between: [vm], mtu: 1500B",
                                           "xen-fifo, mtu: 1500B"};
    for (size_t n = 0; n < 2 * G_N_ELEMENTS(networks); n++) {
        const char *network = networks[n / 2];
        g_autofree char *text = g_strdup_printf(
            "schema: ivcsim/1\nname: narrow\nmachine: {profile: xeon-e5-2630v4}\n"
            "guests: %s\nchannels: {c: {mechanism: %s}}\n"
            "workload: {kind: %s, message: 16KiB, total: 160KiB}\n",
            strstr(network, "vm") ? "{vm: {cores: [0, 1]}}" : "{a: {cores: [0]}, b: {cores: [1]}}",
            network, n % 2 ? "pingpong" : "netperf-tcp-stream");
        g_autoptr(IvcResult) byte =
            points_run(text, (const char *[]){"channels.c.rcvbuf_initial=1B", NULL});
        g_autoptr(IvcResult) segment =
            points_run(text, (const char *[]){"channels.c.rcvbuf_initial=1448B", NULL});
        ck_assert_uint_eq(byte->elapsed_ps, segment->elapsed_ps);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp");
    TCase *tests = tcase_create("tcp");
    tcase_add_test(tests, test_the_window_doubles_each_round_trip);
    tcase_add_test(tests, test_nagle_lets_one_small_segment_go);
    tcase_add_test(tests, test_small_writes_are_gathered_while_the_device_is_busy);
    tcase_add_test(tests, test_reads_acknowledge_what_waited);
    tcase_add_test(tests, test_packets_collect_what_the_scheduler_lets_run_ahead);
    tcase_add_test(tests, test_the_send_buffer_grows_with_the_window);
    tcase_add_test(tests, test_an_acknowledgement_without_room_is_not_asked_for_again);
    tcase_add_test(tests, test_a_full_ring_restarts_its_sender);
    tcase_add_test(tests, test_a_second_ring_does_not_delay_the_interrupt);
    tcase_add_test(tests, test_the_first_window_holds_a_segment);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
