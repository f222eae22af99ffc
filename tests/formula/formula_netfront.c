/* The split driver on an idle path: what one message costs each domain, and how long it takes, to
 * the picosecond, from the parameters alone. Copies cost nothing here, so that only the path is
 * seen; every cost is another number. */
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    GRANT_LOOKUP = 307,
    GRANT_TRANSFER = 311,
    MAPPING_UPDATE = 313,
    MULTICALL_ENTRY = 317,
    PAGE_EXCHANGE = 331,
};

static const char text[] =
    "schema: ivcsim/1\nname: netfront\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 0ns}\n" IDLE_PATH_CACHES IDLE_PATH_OS
    "guests:\n  dom0: {cores: [0], memory: 64MiB}\n  a: {cores: [1], memory: 64MiB}\n"
    "  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: netfront, driver_domain: dom0, between: [a, b], header: 40B,\n"
    "      " IDLE_PATH_MPI ", " IDLE_PATH_TCP ", " XEN_PATH_SPLIT ", " XEN_PATH_EVENTS
    ", " XEN_PATH_GRANTS ", grant_lookup: 307ns, grant_transfer: 311ns,\n"
    "      mapping_update: 313ns, multicall_entry: 317ns, page_exchange: 331ns, page_zero: 337ns,\n"
    "      ack_every: 64}\n"
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

typedef enum { MAP_COPY, COPY_2_6_18, FLIP_2_6_18, PERSISTENT, STAGING, VARIANTS } Variant;

static const char *const names[VARIANTS] = {"map-copy", "copy-2.6.18", "flip-2.6.18", "persistent",
                                            "staging"};

/* What a message takes in slots of both rings, in pages, and in posted pages. */
typedef struct {
    uint64_t sent_slots;
    uint64_t got_slots;
    uint64_t pages;
    uint64_t got_pages;
} Parts;

static Parts parts_of(uint64_t message)
{
    uint64_t bytes = HEADER + message, extra = bytes > MSS ? 1 : 0;
    return (Parts){.sent_slots = 1 + extra + pages(bytes),
                   .got_slots = pages(66 + bytes) + extra,
                   .pages = pages(bytes),
                   .got_pages = pages(66 + bytes)};
}

/* A hypercall that sends an event when the first `answered` slots of a packet are answered and the
 * sender waits for one of them: for the next, or in 2.6.18 the first beyond half of what is
 * outstanding. */
static uint64_t answer_ns(Variant variant, const Parts *parts, uint64_t answered)
{
    bool half = variant == COPY_2_6_18 || variant == FLIP_2_6_18;
    return answered >= (half ? parts->sent_slots / 2 + 1 : 1) ? HYPERCALL + EVENT_SEND : 0;
}

/* Netback on the sender's side, from the upcall to the bridge. */
static uint64_t take_ns(Variant variant, const Parts *parts)
{
    uint64_t work = BACK_POLL + BACK_TX + parts->sent_slots * BACK_TX_SLOT;
    switch (variant) {
    case MAP_COPY: /* a header is copied, its slots answered; pages are mapped */
        return work + GRANT_COPY + HYPERCALL + HYPERCALL + parts->pages * GRANT_MAP +
               answer_ns(variant, parts, parts->sent_slots - parts->pages);
    case COPY_2_6_18: /* all is mapped; a slot about segment offload is answered */
    case FLIP_2_6_18:
        return work + HYPERCALL + (parts->pages + 1) * GRANT_MAP +
               answer_ns(variant, parts, parts->sent_slots - parts->pages - 1);
    case PERSISTENT: /* copied: all is answered */
        return work + parts->sent_slots * GRANT_LOOKUP +
               answer_ns(variant, parts, parts->sent_slots);
    case STAGING:
        return work + parts->sent_slots * GRANT_LOOKUP +
               answer_ns(variant, parts, parts->sent_slots - parts->pages);
    default:
        return 0;
    }
}

/* Netback on the receiver's side, from the bridge to the event. */
static uint64_t give_ns(Variant variant, const Parts *parts)
{
    uint64_t work = BACK_RX + parts->got_slots * BACK_RX_SLOT;
    uint64_t thread = WAKE + IDLE_EXIT + RESUME;
    uint64_t copies = (parts->pages + parts->got_pages) * GRANT_COPY + HYPERCALL;
    switch (variant) {
    case MAP_COPY:
        return thread + work + copies;
    case COPY_2_6_18: /* the other tasklet: nobody is woken */
        return work + copies;
    case FLIP_2_6_18: /* pages go, and others come from the hypervisor */
        return work + HYPERCALL + (2 * parts->got_pages + 1) * MULTICALL_ENTRY +
               parts->got_pages * (2 * MAPPING_UPDATE + GRANT_TRANSFER) + HYPERCALL +
               parts->got_pages * PAGE_EXCHANGE;
    case PERSISTENT:
    case STAGING:
        return thread + work + parts->got_pages * GRANT_LOOKUP;
    default:
        return 0;
    }
}

static uint64_t sender_ns(void)
{
    return SEND + SYSCALL_ENTER + SOCKET_CALL + TX_SEGMENT;
}

/* From the softirq to the return of Recv; the process sleeps in poll(). */
static uint64_t receiver_ns(void)
{
    return RX_SEGMENT + WAKE + IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * system_call_ns();
}

/* What the guest's own half costs on both sides. */
static uint64_t front_tx_ns(const Parts *parts)
{
    return FRONT_TX + parts->sent_slots * FRONT_TX_SLOT;
}

static uint64_t front_rx_ns(Variant variant, const Parts *parts)
{
    uint64_t mapped = variant == FLIP_2_6_18
                          ? HYPERCALL + 2 * parts->got_slots * (MULTICALL_ENTRY + MAPPING_UPDATE)
                          : 0;
    return SOFTIRQ + FRONT_RX + parts->got_slots * FRONT_RX_SLOT + mapped;
}

/* From Send to the return of Recv, for what one packet carries. */
static uint64_t one_way_ns(Variant variant, uint64_t message)
{
    Parts parts = parts_of(message);
    return sender_ns() + front_tx_ns(&parts) + upcall_ns() + take_ns(variant, &parts) + BRIDGE +
           give_ns(variant, &parts) + upcall_ns() + front_rx_ns(variant, &parts) + receiver_ns();
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

/* The smallest latency: in others the answers to sent packets come in between. */
static void check_latency(Variant variant, uint64_t message)
{
    g_autofree char *size = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", message);
    g_autofree char *total = g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * message);
    g_autofree char *name = g_strdup_printf("channels.c.variant=%s", names[variant]);
    g_autoptr(IvcResult) result = points_run(text, (const char *[]){size, total, name, NULL});
    if (variant == MAP_COPY)
        check_counts(result, message);
    ck_assert_msg(result->latency_ps.min == one_way_ns(variant, message) * 1000,
                  "%s, %" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT
                  " ns; mean %" G_GUINT64_FORMAT,
                  names[variant], message, result->latency_ps.min, one_way_ns(variant, message),
                  result->latency_ps.sum / result->latency_ps.count);
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 1000, MSS - HEADER, 4000, 20000, 45 * MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++)
        check_latency(MAP_COPY, sizes[s]);
}
END_TEST

START_TEST(test_every_variant_has_its_own_stages)
{
    static const uint64_t sizes[] = {1, 1000, 4000, 20000};
    for (Variant variant = COPY_2_6_18; variant < VARIANTS; variant++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++)
            check_latency(variant, sizes[s]);
}
END_TEST

/* Half a round trip between a guest and a process of the driver domain: one interface. The process
 * has another vCPU than netback: whoever wakes the other one up does so beside it. */
START_TEST(test_traffic_that_ends_in_the_driver_domain_crosses_one_interface)
{
    static const uint64_t sizes[] = {8, 1000, 4000, 20000};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        Parts parts = parts_of(sizes[s]);
        uint64_t there = sender_ns() + front_tx_ns(&parts) + upcall_ns() +
                         take_ns(PERSISTENT, &parts) + BRIDGE + SOFTIRQ + receiver_ns() - WAKE;
        uint64_t back = sender_ns() + BRIDGE + give_ns(PERSISTENT, &parts) - WAKE + upcall_ns() +
                        front_rx_ns(PERSISTENT, &parts) + receiver_ns();
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", sizes[s]);
        g_autofree char *total =
            g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * sizes[s]);
        g_autoptr(IvcResult) result = points_run(
            text, (const char *[]){message, total, "channels.c.variant=persistent",
                                   "channels.c.between=[a, dom0]", "guests.dom0.cores=[0, 3]",
                                   "workload.ranks=2", NULL});
        ck_assert_msg(result->latency_ps.min == (there + back) * 500,
                      "%" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT
                      " ps, not half of %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT " ns",
                      sizes[s], result->latency_ps.min, there, back);
        check_count(result, "packets_received", result->messages, 2);
        check_count(result, "grant_maps", 0, 0);
        check_count(result, "hypercalls", result->messages / 2 * 3, 4); /* three events */
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

/* Whole segments that are there together become one packet for IP and TCP: fewer acknowledgements,
 * and never a lower bandwidth here. What is left of a message is merged, too, but ends a packet. */
START_TEST(test_gro_merges_segments)
{
    const char *const off[] = {"channels.c.gso=1500B",     "channels.c.gro=off",
                               "workload.kind=stream",     "workload.message=100000B",
                               "workload.total=20000000B", NULL};
    const char *const on[] = {"channels.c.gso=1500B", "workload.kind=stream",
                              "workload.message=100000B", "workload.total=20000000B", NULL};
    g_autoptr(IvcResult) without = points_run(text, off);
    g_autoptr(IvcResult) with = points_run(text, on);
    ck_assert_uint_eq(count_of(without, "gro_merged"), 0);
    ck_assert_uint_gt(count_of(with, "gro_merged"), count_of(with, "data_packets") / 2);
    ck_assert_uint_lt(count_of(with, "ack_packets"), count_of(without, "ack_packets"));
    ck_assert_uint_lt(with->elapsed_ps, without->elapsed_ps);
    ck_assert_uint_eq(with->bytes, without->bytes);
}
END_TEST

/* Two vCPUs of the driver domain that map at the same time meet in the lock; one cannot. TCP loses
 * nothing where a queue is too long, whatever `overflow` says. */
START_TEST(test_locks_are_contended_by_vcpus_only)
{
    for (unsigned cores = 1; cores <= 2; cores++) {
        g_autofree char *own =
            g_strdup_printf("guests.dom0.cores=%s", cores == 1 ? "[0]" : "[0, 3]");
        g_autoptr(IvcResult) result = points_run(
            text, (const char *[]){own, "channels.c.maptrack_lock=5us", "workload.kind=exchange",
                                   "workload.message=60000B", "workload.total=24000000B",
                                   "channels.c.queue_limit=1", "channels.c.queue_bytes=1B",
                                   "channels.c.back_rx=100us", "channels.c.gso=1500B",
                                   "channels.c.overflow=drop", NULL});
        ck_assert_uint_ge(count_of(result, "grant_locks"), count_of(result, "grant_maps"));
        ck_assert_msg((count_of(result, "grant_locks_contended") > 0) == (cores == 2),
                      "%u vCPUs: %" G_GUINT64_FORMAT, cores,
                      count_of(result, "grant_locks_contended"));
        ck_assert_uint_gt(count_of(result, "netback_over_limit"), 0);
        ck_assert_uint_eq(count_of(result, "netback_dropped"), 0);
    }
}
END_TEST

/* Connections of one guest lie on several queues, each with a vCPU of its own in the driver domain:
 * all of them are at work, and the same packets arrive. */
START_TEST(test_queues_spread_connections)
{
    uint64_t packets[2];
    for (unsigned many = 0; many < 2; many++) {
        g_autoptr(IvcResult) result = points_run(
            text, (const char *[]){"guests={dom0: {cores: [0, 3]}, vm: {count: 2, cores: [1]}}",
                                   "channels.c.between=[vm, dom0]", "workload.ranks=3",
                                   "workload.kind=alltoall", "workload.message=1000B",
                                   "workload.total=6000000B",
                                   many ? "channels.c.queues=2" : "channels.c.queues=1", NULL});
        packets[many] = count_of(result, "data_packets");
        ck_assert_uint_ge(count_of(result, "packets_received") + 20,
                          count_of(result, "packets_sent"));
        for (guint c = 0; c < result->cores->len; c++) {
            const IvcCoreResult *core = &g_array_index(result->cores, IvcCoreResult, c);
            if (core->guest == 0)
                ck_assert_uint_gt(core->states.running_ps, 0);
        }
    }
    ck_assert_uint_ge(packets[0] + 20, packets[1]);
    ck_assert_uint_ge(packets[1] + 20, packets[0]);
}
END_TEST

/* A datagram lies behind its headers, in one slot. Netback of 2.6.18 has 64 B of a packet in memory
 * of its own, and the rest where the guest has it: a copy for each. */
START_TEST(test_a_datagram_has_one_slot)
{
    static const struct {
        const char *message;
        uint64_t copies;
    } cases[] = {{"1B", 1}, {"22B", 1}, {"23B", 2}, {"1400B", 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = g_strconcat("workload.message=", cases[i].message, NULL);
        g_autoptr(IvcResult) result = points_run(
            text,
            (const char *[]){"channels.c.variant=copy-2.6.18", "workload.kind=netperf-udp-rr",
                             message, "workload.total=1GiB", "workload.messages_max=80", NULL});
        check_count(result, "grant_maps", 80, 2);
        check_count(result, "grant_unmaps", 80, 2);
        check_count(result, "grant_copies", 80 * cases[i].copies, 2 * cases[i].copies);
    }
}
END_TEST

/* However few bytes netback's queue may hold, a process of the driver domain sends packets one by
 * one. */
START_TEST(test_the_driver_domain_sends_through_the_shortest_queue)
{
    static const char *const kinds[] = {"netperf-tcp-stream", "netperf-tcp-rr",
                                        "netperf-udp-stream", "netperf-udp-rr", "flood-ping"};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *kind = g_strdup_printf("workload.kind=%s", kinds[i]);
        g_autoptr(IvcResult) result =
            points_run(text, (const char *[]){kind, "channels.c.between=[dom0, b]",
                                              "channels.c.queue_bytes=0B", "workload.message=1000B",
                                              "workload.total=20000B", NULL});
        ck_assert_uint_eq(result->messages, 20);
    }
}
END_TEST

/* Datagrams that reach a guest which takes next to nothing: beside what its ring takes, those up to
 * `queue_bytes`, with the one that exceeds it, and `queue_limit` behind them. The rest is dropped.
 */
START_TEST(test_a_queue_holds_bytes_and_then_packets)
{
    static const struct {
        unsigned bytes, limit;
    } cases[] = {{0, 1}, {0, 8}, {16384, 1}, {16384, 2}, {16384, 16}, {65536, 1}, {65536, 60}};
    uint64_t ring = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t held = cases[i].bytes / 1000 + 1 + cases[i].limit;
        g_autofree char *bytes = g_strdup_printf("channels.c.queue_bytes=%uB", cases[i].bytes);
        g_autofree char *limit = g_strdup_printf("channels.c.queue_limit=%u", cases[i].limit);
        g_autoptr(IvcResult) result =
            points_run(text, (const char *[]){bytes, limit, "workload.kind=netperf-udp-stream",
                                              "workload.message=1000B", "workload.total=400000B",
                                              "workload.warmup=0", "channels.c.front_rx=1ms",
                                              "channels.c.udp_rcvbuf=16MiB", NULL});
        ck_assert_uint_eq(count_of(result, "netback_dropped") + result->messages, 400);
        ring = i == 0 ? result->messages - held : ring;
        ck_assert_uint_eq(result->messages, ring + held);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("netfront");
    TCase *tests = tcase_create("netfront");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_every_variant_has_its_own_stages);
    tcase_add_test(tests, test_traffic_that_ends_in_the_driver_domain_crosses_one_interface);
    tcase_add_test(tests, test_without_offload_a_segment_is_a_packet);
    tcase_add_test(tests, test_netback_waits_for_posted_slots);
    tcase_add_test(tests, test_gro_merges_segments);
    tcase_add_test(tests, test_locks_are_contended_by_vcpus_only);
    tcase_add_test(tests, test_queues_spread_connections);
    tcase_add_test(tests, test_a_datagram_has_one_slot);
    tcase_add_test(tests, test_the_driver_domain_sends_through_the_shortest_queue);
    tcase_add_test(tests, test_a_queue_holds_bytes_and_then_packets);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
