/* Sockets on an idle path: how long a transaction of netperf and an echo take, to the picosecond,
 * from the parameters alone; into how many packets datagrams go; and how many of them a receiver
 * loses that is slower than the sender. Copies cost nothing here; every cost is another number. */
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenarios below state them; those that others have are in the harness. */
enum {
    UDP_TX = 307,
    UDP_RX = 311,
    IP_TX = 313,
    IP_RX = 317,
    ICMP = 331,
    STORE = 11,
    LOAD = 13,
    INTERRUPT_ENTRY = 401,
    INTERRUPT_EXIT = 409,
    DRIVER_RX = 419,
};

#define MACHINE                                                                        \
    "machine:\n  profile: loongson3a\n"                                                \
    "  copy: {setup: 0ns, word: 0ns}\n" IDLE_PATH_CACHES IDLE_PATH_OS                  \
    "  registers: {store: 11ns, load: 13ns, flight: 17ns}\n"                           \
    "  interrupt: {entry: 401ns, exit: 409ns}\n"                                       \
    "guests:\n  dom0: {cores: [0], memory: 64MiB}\n  a: {cores: [1], memory: 64MiB}\n" \
    "  b: {cores: [2], memory: 64MiB}\n"

#define DATAGRAM "udp_tx: 307ns, udp_rx: 311ns, ip_tx: 313ns, ip_rx: 317ns, icmp: 331ns"

static const char netfront[] =
    "schema: ivcsim/1\nname: sockets\n" MACHINE "channels:\n"
    "  c: {mechanism: netfront, driver_domain: dom0, between: [a, b], " IDLE_PATH_TCP
    ", " XEN_PATH_SPLIT ", " XEN_PATH_EVENTS ", " XEN_PATH_GRANTS ", ack_every: 64, " DATAGRAM "}\n"
    "workload: {kind: netperf-tcp-rr, total: 640B, warmup: 8}\n";

/* An event to a core that has nothing to do. */
static uint64_t upcall_ns(void)
{
    return HYPERCALL + EVENT_SEND + EVENT_FLIGHT + IDLE_WAKE + VCPU_SWITCH + UPCALL_ENTRY +
           EVENT_DISPATCH + UPCALL_EXIT;
}

/* From the frontend that sends a packet of one page to the softirq of the other, before IP. */
static uint64_t wire_ns(void)
{
    uint64_t take = BACK_POLL + BACK_TX + 2 * BACK_TX_SLOT + GRANT_COPY + HYPERCALL + HYPERCALL +
                    GRANT_MAP + HYPERCALL + EVENT_SEND; /* the slot of the header is answered */
    uint64_t give = BACK_RX + BACK_RX_SLOT + 2 * GRANT_COPY + HYPERCALL;
    return FRONT_TX + 2 * FRONT_TX_SLOT + upcall_ns() + take + BRIDGE + WAKE + IDLE_EXIT + RESUME +
           give + upcall_ns() + SOFTIRQ + FRONT_RX + FRONT_RX_SLOT;
}

/* A process that sleeps in a read goes on: no other system call. */
static uint64_t woken_ns(void)
{
    return WAKE + IDLE_EXIT + RESUME + SYSCALL_EXIT;
}

static void check_half_round_trip(const char *kind, const char *message, uint64_t round_trip_ns)
{
    g_autofree char *set = g_strdup_printf("workload.kind=%s", kind);
    g_autofree char *size = g_strdup_printf("workload.message=%s", message);
    g_autoptr(IvcResult) result =
        points_run(netfront, (const char *[]){set, size, "workload.messages_max=80", NULL});
    ck_assert_msg(result->latency_ps.min == round_trip_ns * 1000 / 2,
                  "%s: %" G_GUINT64_FORMAT " ps, not half of %" G_GUINT64_FORMAT " ns", kind,
                  result->latency_ps.min, round_trip_ns);
}

START_TEST(test_transaction_is_the_sum_of_its_stages)
{
    uint64_t one_way =
        SYSCALL_ENTER + SOCKET_CALL + TX_SEGMENT + wire_ns() + RX_SEGMENT + woken_ns();
    check_half_round_trip("netperf-tcp-rr", "1B", 2 * one_way);
    check_half_round_trip("netperf-tcp-rr", "1000B", 2 * one_way);
    check_half_round_trip("lmbench-tcp-latency", "1B", 2 * one_way);
}
END_TEST

START_TEST(test_transaction_of_datagrams)
{
    uint64_t one_way =
        SYSCALL_ENTER + SOCKET_CALL + UDP_TX + IP_TX + wire_ns() + IP_RX + UDP_RX + woken_ns();
    check_half_round_trip("netperf-udp-rr", "1B", 2 * one_way);
    check_half_round_trip("netperf-udp-rr", "1472B", 2 * one_way);
}
END_TEST

START_TEST(test_echo_is_answered_in_the_softirq)
{
    uint64_t there = SYSCALL_ENTER + SOCKET_CALL + UDP_TX + IP_TX + wire_ns() + IP_RX + ICMP;
    uint64_t back = IP_TX + wire_ns() + IP_RX + UDP_RX + woken_ns();
    check_half_round_trip("flood-ping", "56B", there + back);
}
END_TEST

static uint64_t count_of(const IvcResult *result, const char *name)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->name, name))
            return count->value;
    }
    ck_abort_msg("no count '%s'", name);
}

/* Fragments hold the MTU less IP's header, in multiples of eight; UDP's header is in the first. */
START_TEST(test_fragments)
{
    static const struct {
        const char *mtu;
        const char *message;
        uint64_t packets;
    } cases[] = {
        {"1500B", "1472B", 1}, {"1500B", "1473B", 2},   {"1500B", "2952B", 2},
        {"1500B", "2953B", 3}, {"1500B", "65507B", 45}, {"1501B", "1473B", 1},
        {"1501B", "1474B", 2}, {"9000B", "8972B", 1},   {"9000B", "65507B", 8},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *mtu = g_strdup_printf("channels.c.mtu=%s", cases[i].mtu);
        g_autofree char *message = g_strdup_printf("workload.message=%s", cases[i].message);
        g_autoptr(IvcResult) result = points_run(
            netfront, (const char *[]){"workload.kind=netperf-udp-rr", mtu, message,
                                       "workload.messages_max=40", "workload.total=1GiB",
                                       "workload.warmup=0", "channels.c.front_budget=1024", NULL});
        ck_assert_uint_eq(result->messages, 40);
        ck_assert_msg(count_of(result, "datagram_packets") == 40 * cases[i].packets,
                      "%s in %s: %" G_GUINT64_FORMAT " packets", cases[i].message, cases[i].mtu,
                      count_of(result, "datagram_packets"));
    }
}
END_TEST

static const char sock[] =
    "schema: ivcsim/1\nname: drops\n" MACHINE "channels:\n"
    "  c: {mechanism: sock, between: [a, b], socket_call: 139ns, softirq: 157ns,\n"
    "      driver_tx: 3ns, driver_rx: 419ns, checksum: 0ns, skb_overhead: 576B,\n"
    "      udp_rcvbuf: 2048B, " DATAGRAM "}\n"
    "workload: {kind: netperf-udp-stream, message: 448B, total: 1792000B, warmup: 0,\n"
    "  arrivals: {kind: periodic, rate: 440000}}\n";

/* A datagram every 2.27 us; its interrupt and its softirq take what they take of the receiver's
 * core, and the rest is for the process, which needs a system call for each that it reads. Two
 * datagrams fill the socket: 2 (576 B + 448 B). */
START_TEST(test_slow_receiver_drops_the_rest)
{
    const uint64_t period_ps = UINT64_C(1000000000000) / 440000, sent = 4000;
    uint64_t soft =
        INTERRUPT_ENTRY + LOAD + STORE + INTERRUPT_EXIT + SOFTIRQ + DRIVER_RX + IP_RX + UDP_RX;
    uint64_t call = SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT;
    g_autoptr(IvcResult) result = points_run(sock, NULL);
    uint64_t received = count_of(result, "datagrams_received");
    uint64_t dropped = count_of(result, "drops_socket");
    uint64_t asleep = WAKE + IDLE_EXIT + RESUME; /* as the first comes */
    uint64_t expected = 2 + (sent * (period_ps - 1000 * soft) - 1000 * asleep) / (1000 * call);
    ck_assert_uint_lt(1000 * soft, period_ps);
    ck_assert_uint_gt(1000 * (soft + call), period_ps);
    ck_assert_uint_eq(count_of(result, "datagrams_sent"), sent);
    ck_assert_uint_eq(received + dropped, sent);
    ck_assert_uint_eq(result->messages, received);
    ck_assert_uint_eq(result->bytes, 448 * received);
    ck_assert_msg(received == expected, "%" G_GUINT64_FORMAT " received, not %" G_GUINT64_FORMAT,
                  received, expected);
}
END_TEST

/* The softirq takes longer for a datagram than the next is away, so the process comes to what it
 * has got, and to what it has lost, when all has been sent. Both count when they happen: the
 * measured phase is as long as what was sent in it. */
START_TEST(test_what_is_lost_counts_when_it_is_lost)
{
    const uint64_t period_ps = UINT64_C(1000000000000) / 440000, measured = 4000;
    g_autoptr(IvcResult) result =
        points_run(sock, (const char *[]){"workload.warmup=400", "channels.c.driver_rx=4us",
                                          "channels.c.softirq_turn=1s", NULL});
    uint64_t received = count_of(result, "datagrams_received");
    ck_assert_uint_eq(result->messages, received);
    ck_assert_uint_eq(
        received + count_of(result, "drops_socket") + count_of(result, "drops_device"), measured);
    ck_assert_uint_gt(count_of(result, "datagrams_sent"), measured * 9 / 10);
    ck_assert_uint_gt(result->elapsed_ps, measured * 9 / 10 * period_ps);
}
END_TEST

/* A guest sends without end what the driver domain answers at once: its softirq takes packets, a
 * thread gives them to the receiver, and both have one vCPU. */
static const char flood[] =
    "schema: ivcsim/1\nname: flood\nmachine: {profile: xeon-e5-2630v4}\nguests:\n"
    "  dom0: {cores: [0], memory: 1GiB}\n  a: {cores: [1], memory: 1GiB}\n"
    "  b: {cores: [2], memory: 1GiB}\nchannels:\n"
    "  c: {mechanism: netfront, driver_domain: dom0, between: [a, b], variant: persistent}\n"
    "  d: {mechanism: netfront, driver_domain: dom0, between: [a, dom0]}\n"
    "workload: {kind: netperf-udp-stream, total: 64MiB, ranks: 2}\n";

START_TEST(test_a_softirq_without_end_makes_way_for_threads)
{
    g_autoptr(IvcResult) never = points_run(
        flood, (const char *[]){"channels.c.softirq_turn=1s", "workload.total=16MiB", NULL});
    ck_assert_uint_lt(never->messages, 5);
    ck_assert_uint_gt(count_of(never, "drops_network"), 200);
    /* In turns of 2 ms the thread empties netback's queue each time, which then fills again. */
    g_autoptr(IvcResult) seldom = points_run(flood, (const char *[]){"workload.total=16MiB", NULL});
    ck_assert_uint_gt(seldom->messages, 30);
    /* In short turns the queue is never full. */
    g_autoptr(IvcResult) often = points_run(
        flood, (const char *[]){"channels.c.softirq_turn=100us", "workload.total=16MiB", NULL});
    ck_assert_uint_eq(count_of(often, "drops_network"), 0);
    ck_assert_uint_gt(often->messages, 250);
}
END_TEST

/* The receiver is a process of the driver domain, on the vCPU of netback, of the domain's own
 * softirq and of the thread that gives pages back: it has its part of what comes. */
START_TEST(test_a_process_beside_netback_is_not_starved)
{
    static const char *const variants[] = {"map-copy", "copy-2.6.18", "flip-2.6.18", "persistent",
                                           "staging"};
    static const char *const sizes[] = {"1000B", "4KiB", "65507B"};
    for (size_t v = 0; v < G_N_ELEMENTS(variants); v++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autofree char *variant = g_strdup_printf("channels.d.variant=%s", variants[v]);
            g_autofree char *message = g_strdup_printf("workload.message=%s", sizes[s]);
            g_autoptr(IvcResult) result =
                points_run(flood, (const char *[]){"channel=d", variant, message,
                                                   "workload.messages_max=2000", NULL});
            uint64_t lost = count_of(result, "drops_socket");
            ck_assert_msg(result->messages > lost / 8,
                          "%s, %s: %" G_GUINT64_FORMAT " received, %" G_GUINT64_FORMAT " lost",
                          variants[v], sizes[s], result->messages, lost);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sockets");
    TCase *tests = tcase_create("sockets");
    tcase_add_test(tests, test_transaction_is_the_sum_of_its_stages);
    tcase_add_test(tests, test_transaction_of_datagrams);
    tcase_add_test(tests, test_echo_is_answered_in_the_softirq);
    tcase_add_test(tests, test_fragments);
    tcase_add_test(tests, test_slow_receiver_drops_the_rest);
    tcase_add_test(tests, test_what_is_lost_counts_when_it_is_lost);
    tcase_add_test(tests, test_a_softirq_without_end_makes_way_for_threads);
    tcase_add_test(tests, test_a_process_beside_netback_is_not_starved);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
