/* The split driver on an idle path: what one message costs each domain, and how long it takes, to
 * the picosecond, from the parameters alone. Copies cost nothing here, so that only the path is
 * seen; every cost is another number. */
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them. */
enum {
    SYSCALL_ENTER = 101,
    SYSCALL_EXIT = 103,
    BLOCK = 107,
    WAKE = 109,
    RESUME = 113,
    IDLE_EXIT = 127,
    SEND = 131,
    SOCKET_CALL = 139,
    TX_SEGMENT = 149,
    RX_SEGMENT = 151,
    SOFTIRQ = 157,
    FRONT_TX = 163,
    FRONT_TX_SLOT = 167,
    FRONT_RX = 179,
    FRONT_RX_SLOT = 181,
    BACK_POLL = 191,
    BACK_TX = 193,
    BACK_TX_SLOT = 197,
    BRIDGE = 211,
    BACK_RX = 223,
    BACK_RX_SLOT = 227,
    HYPERCALL = 229,
    EVENT_SEND = 233,
    EVENT_FLIGHT = 239,
    IDLE_WAKE = 241,
    VCPU_SWITCH = 251,
    UPCALL_ENTRY = 257,
    UPCALL_EXIT = 263,
    EVENT_DISPATCH = 269,
    GRANT_MAP = 271,
    GRANT_COPY = 277,
    HEADER = 40,
    MSS = 1448,
};

static const char text[] =
    "schema: ivcsim/1\nname: netfront\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 0ns}\n"
    "  read: {l2: 0ns, other: 0ns, memory: 0ns}\n"
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n"
    "  memory: {rate: 100TB/s}\n  interconnect: {rate: 100TB/s}\n"
    "  os: {syscall_enter: 101ns, syscall_exit: 103ns, block: 107ns, wake: 109ns, resume: 113ns,"
    " idle_exit: 127ns}\n"
    "guests:\n  dom0: {cores: [0], memory: 64MiB}\n  a: {cores: [1], memory: 64MiB}\n"
    "  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: netfront, driver_domain: dom0, between: [a, b], header: 40B,\n"
    "      send_overhead: 131ns, recv_overhead: 137ns, socket_call: 139ns, tx_segment: 149ns,\n"
    "      rx_segment: 151ns, softirq: 157ns, front_tx: 163ns, front_tx_slot: 167ns,\n"
    "      front_tx_done: 173ns, front_rx: 179ns, front_rx_slot: 181ns, back_poll: 191ns,\n"
    "      back_tx: 193ns, back_tx_slot: 197ns, back_tx_done: 199ns, bridge: 211ns,\n"
    "      back_rx: 223ns, back_rx_slot: 227ns, hypercall: 229ns, event_send: 233ns,\n"
    "      event_flight: 239ns, idle_wake: 241ns, vcpu_switch: 251ns, upcall_entry: 257ns,\n"
    "      upcall_exit: 263ns, event_dispatch: 269ns, grant_map: 271ns, grant_unmap: 293ns,\n"
    "      grant_copy: 277ns, tlb_flush: 281ns, ack_every: 64}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t pages(uint64_t bytes)
{
    return (bytes + 4095) / 4096;
}

/* An event to a core that has nothing to do. */
static uint64_t upcall_ns(void)
{
    return HYPERCALL + EVENT_SEND + EVENT_FLIGHT + IDLE_WAKE + VCPU_SWITCH + UPCALL_ENTRY +
           EVENT_DISPATCH + UPCALL_EXIT;
}

static uint64_t system_call_ns(void)
{
    return SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT;
}

/* From Send to the return of Recv, for what one packet carries; the receiver sleeps in poll(). */
static uint64_t one_way_ns(uint64_t message)
{
    uint64_t bytes = HEADER + message;
    uint64_t sent_slots = (bytes > MSS ? 2u : 1u) + pages(bytes);
    uint64_t got_slots = pages(66 + bytes) + (bytes > MSS ? 1u : 0u);
    uint64_t operations = pages(bytes) + pages(66 + bytes);
    uint64_t sender =
        SEND + SYSCALL_ENTER + SOCKET_CALL + TX_SEGMENT + FRONT_TX + sent_slots * FRONT_TX_SLOT;
    uint64_t take = BACK_POLL + BACK_TX + sent_slots * BACK_TX_SLOT + GRANT_COPY + HYPERCALL +
                    HYPERCALL + pages(bytes) * GRANT_MAP;
    uint64_t give = BACK_RX + got_slots * BACK_RX_SLOT + operations * GRANT_COPY + HYPERCALL;
    uint64_t receiver = SOFTIRQ + FRONT_RX + got_slots * FRONT_RX_SLOT + RX_SEGMENT + WAKE +
                        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * system_call_ns();
    /* The slots for headers are answered before the bridge has its turn: the sender is told when
     * that is the answer that it waits for, the first beyond half of what is outstanding. */
    uint64_t answered = sent_slots - pages(bytes);
    if (answered >= sent_slots / 2 + 1)
        take += HYPERCALL + EVENT_SEND;
    return sender + upcall_ns() + take + BRIDGE + WAKE + IDLE_EXIT + RESUME + give + upcall_ns() +
           receiver;
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

/* Finalize's first message may be on its way when the last answer ends the measured phase. */
static void check_count(const IvcResult *result, const char *name, uint64_t expected, uint64_t more)
{
    uint64_t count = count_of(result, name);
    ck_assert_msg(count >= expected && count <= expected + more,
                  "%s: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, name, count, expected);
}

/* Every interrupt is one guest's. */
static void check_upcalls(const IvcResult *result)
{
    uint64_t sum = 0;
    for (guint i = 0; i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        if (g_str_equal(count->name, "upcalls"))
            sum += count->value;
    }
    ck_assert_uint_gt(sum, 0);
    ck_assert_uint_eq(sum, count_of(result, "upcalls"));
}

/* Each message is one packet: slots, pages and operations are those of its size. */
static void check_counts(const IvcResult *result, uint64_t message)
{
    uint64_t n = result->messages, bytes = HEADER + message;
    uint64_t operations = 1 + pages(bytes) + pages(66 + bytes);
    check_count(result, "tcp_segments", n, 1);
    check_count(result, "grant_unmaps", (n - 1) * pages(bytes), 3 * pages(bytes));
    check_count(result, "packets_sent", n, 2); /* and its acknowledgement */
    check_count(result, "grant_maps", n * pages(bytes), 1);
    check_count(result, "grant_copies", n * operations, 5);
    check_count(result, "queue_stops", 0, 0);
    check_count(result, "netback_over_limit", 0, 0);
    check_upcalls(result);
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 1000, MSS - HEADER, 4000, 20000, 45 * MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", sizes[s]);
        g_autofree char *total =
            g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * sizes[s]);
        /* The smallest latency: in others the answers to sent packets come in between. */
        g_autoptr(IvcResult) result = points_run(text, (const char *[]){message, total, NULL});
        check_counts(result, sizes[s]);
        ck_assert_msg(result->latency_ps.min == one_way_ns(sizes[s]) * 1000,
                      "%" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT
                      " ns; mean %" G_GUINT64_FORMAT,
                      sizes[s], result->latency_ps.min, one_way_ns(sizes[s]),
                      result->latency_ps.sum / result->latency_ps.count);
    }
}
END_TEST

/* Without segment offload a message takes a packet for each segment. */
START_TEST(test_without_offload_a_segment_is_a_packet)
{
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){"channels.c.gso=1500B", "workload.message=14440B",
                                          "workload.total=1155200B", NULL});
    check_count(result, "tcp_segments", 80 * 10, 1);
    check_count(result, "grant_maps", 80 * 10, 1);
}
END_TEST

/* A guest that takes packets slowly: its ring is full, netback waits for posted slots, and nothing
 * else would wake it at the end of a message. */
START_TEST(test_netback_waits_for_posted_slots)
{
    g_autoptr(IvcResult) result = points_run(
        text, (const char *[]){"channels.c.gso=4KiB", "channels.c.slots_max=3", "channels.c.ring=8",
                               "channels.c.front_rx=100us", "workload.message=40000B",
                               "workload.total=3200000B", NULL});
    uint64_t packets = (HEADER + 40000 + 2 * MSS - 1) / (2 * MSS);
    check_count(result, "tcp_segments", 80 * packets, 1);
    ck_assert_uint_gt(count_of(result, "queue_stops"), 0);
    /* All of them one after the other, but for what the first has to go before. */
    ck_assert_uint_ge(result->latency_ps.min, packets * 100 * 1000 * 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("netfront");
    TCase *tests = tcase_create("netfront");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_without_offload_a_segment_is_a_packet);
    tcase_add_test(tests, test_netback_waits_for_posted_slots);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
