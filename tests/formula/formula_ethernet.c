/* Two machines and a wire: how long one message takes, to the picosecond, from the parameters
 * alone; and what the wire leaves for data, by framing alone. */
#include "models/net/nic.h"
#include "tests/harness/counts.h"
#include "tests/harness/idle_path.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    TX = 163,
    TX_DONE = 167,
    RX = 173,
    MERGE = 179,
    IRQ = 181,
    ENTRY = 191,
    EXIT = 193,
    IDLE_WAKE = 197,
    DMA_TX = 199,
    DMA_RX = 211,
    WIRE = 223,
    RX_DELAY = 227,
};

static const char text[] =
    "schema: ivcsim/1\nname: ethernet\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES
    "  interrupt: {entry: 191ns, exit: 193ns}\n" IDLE_PATH_OS
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: ethernet, between: [a, b], header: 40B, " IDLE_PATH_MPI ", " IDLE_PATH_TCP
    ", tx: 163ns, tx_done: 167ns, rx: 173ns, gro_merge: 179ns, irq: 181ns,\n"
    "      idle_wake: 197ns, dma_tx: 199ns, dma_rx: 211ns, wire: 223ns, rx_delay: 227ns,\n"
    "      ack_every: 64}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t copy_ns(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD;
}

/* From Send to the return of Recv over 1 Gbit/s, for what one frame carries; the receiver sleeps in
 * poll(), and its answer to the message before is still in its ring. */
static uint64_t one_way_ns(uint64_t message)
{
    uint64_t bytes = HEADER + message, user = copy_ns(HEADER) + copy_ns(message);
    uint64_t sender = SEND + SYSCALL_ENTER + SOCKET_CALL + user + TX_SEGMENT + TX;
    uint64_t wire = DMA_TX + 8 * (52 + bytes + 38) + WIRE + DMA_RX;
    uint64_t interrupt = RX_DELAY + IDLE_WAKE + ENTRY + IRQ + EXIT;
    uint64_t softirq = SOFTIRQ + TX_DONE + RX + RX_SEGMENT + WAKE;
    uint64_t process =
        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * (SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT) + user;
    return sender + wire + interrupt + softirq + process;
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 64, 1000, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], NULL);
        check_latency(result, sizes[s], one_way_ns(sizes[s]));
        check_count(result, "frames_sent", 80, 2);
        check_count(result, "nic_interrupts", 80, 2);
        /* By the cores; cards copy nothing. */
        check_count(result, "copied_bytes", 80 * 2 * sizes[s] + 80 * HEADER, 2 * HEADER);
    }
}
END_TEST

/* A switch that has the whole frame before it sends it on: its time once more. */
START_TEST(test_a_switch_stores_a_frame)
{
    static const uint64_t sizes[] = {8, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], "channels.c.store=true");
        check_latency(result, sizes[s], one_way_ns(sizes[s]) + 8 * (52 + HEADER + sizes[s] + 38));
    }
}
END_TEST

/* A bus as slow as the wire: each card has the frame once over it, with its Ethernet header. */
START_TEST(test_a_bus_has_a_frame_twice)
{
    static const uint64_t sizes[] = {8, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], "channels.c.bus=125MB/s");
        check_latency(result, sizes[s],
                      one_way_ns(sizes[s]) + 2 * 8 * (52 + HEADER + sizes[s] + 14));
    }
}
END_TEST

/* What is left of a write behind whole segments shares their packet, or has one of its own. */
START_TEST(test_whole_segments_leave_a_packet)
{
    static const char *const rules[] = {"channels.c.whole_segments=false",
                                        "channels.c.whole_segments=true"};
    static const uint64_t sizes[] = {100, MSS - HEADER, 2 * MSS + 100, 3 * MSS - HEADER};
    static const uint64_t packets[][4] = {{80, 80, 80, 80}, {80, 80, 160, 80}};
    for (size_t i = 0; i < 8; i++) {
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", sizes[i % 4]);
        g_autofree char *total =
            g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * sizes[i % 4]);
        g_autoptr(IvcResult) result =
            points_run(text, (const char *[]){message, total, rules[i / 4], NULL});
        check_count(result, "tcp_segments", packets[i / 4][i % 4], 2);
    }
}
END_TEST

START_TEST(test_small_frames_are_filled_up)
{
    const IvcNicSpec spec = {.rate = {1000000000}, .framing = {38}, .frame_min = {46}};
    ck_assert_uint_eq(ivc_nic_wire_ps(&spec, 1), 8 * 84 * 1000);
    ck_assert_uint_eq(ivc_nic_wire_ps(&spec, 46), 8 * 84 * 1000);
    ck_assert_uint_eq(ivc_nic_wire_ps(&spec, 47), 8 * 85 * 1000);
    ck_assert_uint_eq(ivc_nic_wire_ps(&spec, 1500), 8 * 1538 * 1000);
    const IvcNicSpec odd = {.rate = {3}, .framing = {0}, .frame_min = {0}};
    ck_assert_uint_eq(ivc_nic_wire_ps(&odd, 1), UINT64_C(2666666666667)); /* rounded up */
}
END_TEST

/* Cores that are no limit to 10 Gbit/s. */
#define FAST                                                                                       \
    "machine.copy.word=0ns", "channels.c.rx=1ns", "channels.c.gro_merge=1ns", "channels.c.tx=1ns", \
        "channels.c.tx_done=1ns", "channels.c.tx_segment=1ns", "channels.c.rx_segment=1ns",        \
        "channels.c.ack_tx=1ns", "channels.c.ack_rx=1ns", "channels.c.softirq=1ns"

/* A stream of messages that are whole segments: the wire carries 1,448 of 1,538 bytes, which is
 * 941 Mbit/s of 1,000, whatever the cards do for the cores. */
START_TEST(test_framing_alone_leaves_941_mbit)
{
    static const char *const offload[] = {"channels.c.tso=64KiB", "channels.c.tso=1B"};
    static const char *const gro[] = {"channels.c.gro=true", "channels.c.gro=false"};
    static const char *const rates[] = {"channels.c.rate=1Gbit/s", "channels.c.rate=10Gbit/s"};
    for (size_t i = 0; i < 8; i++) {
        const uint64_t segments = 10, n = 1000;
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", segments * MSS - HEADER);
        g_autofree char *total =
            g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", n * (segments * MSS - HEADER));
        g_autoptr(IvcResult) result = points_run(
            text, (const char *[]){message, total, offload[i & 1], gro[i >> 1 & 1], rates[i >> 2],
                                   "workload.kind=stream", "workload.warmup=200",
                                   "channels.c.ack_every=2", FAST, NULL});
        const uint64_t bits = 8 * result->messages * segments * MSS, line = i >> 2 ? 10000 : 1000;
        const double mbit = (double)bits / ((double)result->elapsed_ps / 1e6);
        ck_assert_msg(mbit > 0.999 * 1448 / 1538 * (double)line &&
                          mbit < 1.001 * 1448 / 1538 * (double)line,
                      "case %zu: %.3f Mbit/s", i, mbit);
        check_count(result, "frames_sent", n * segments, 2 * n * segments); /* acknowledgements */
    }
}
END_TEST

/* The card cuts: one packet of TCP, as many frames as segments; the other side joins what has come
 * by the time it looks. */
START_TEST(test_offload_cuts_and_joins)
{
    const uint64_t bytes = 10 * MSS - HEADER;
    g_autoptr(IvcResult) result = points_run_size(text, bytes, "channels.c.rx_delay=1ms");
    check_count(result, "tcp_segments", 80, 1);
    check_count(result, "packets_sent", 80, 20);
    check_count(result, "frames_sent", 800, 20);
    check_count(result, "nic_interrupts", 80, 20);
    /* Between the ends of the wire: ten frames; behind it the delay that began with the first. */
    uint64_t user = copy_ns(HEADER) + copy_ns(bytes);
    uint64_t sender = SEND + SYSCALL_ENTER + SOCKET_CALL + user + TX_SEGMENT + TX;
    uint64_t wire = DMA_TX + 8 * 1538 + WIRE + DMA_RX;
    uint64_t interrupt = 1000000 + IDLE_WAKE + ENTRY + IRQ + EXIT;
    uint64_t softirq = SOFTIRQ + TX_DONE + 10 * RX + 9 * MERGE + RX_SEGMENT + WAKE;
    uint64_t process =
        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * (SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT) + user;
    check_latency(result, bytes, sender + wire + interrupt + softirq + process);
}
END_TEST

/* A ring of one packet: TCP waits for each to leave, and nothing is lost. */
START_TEST(test_a_full_ring_stops_tcp)
{
    g_autoptr(IvcResult) result = points_run(
        text, (const char *[]){"channels.c.tx_ring=1", "channels.c.rx_ring=1", "channels.c.tso=1B",
                               "workload.kind=stream", "workload.message=40000B",
                               "workload.total=4000000B", NULL});
    ck_assert_uint_gt(count_of(result, "queue_stops"), result->messages);
    ck_assert_uint_eq(result->messages, 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ethernet");
    TCase *tests = tcase_create("ethernet");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_a_switch_stores_a_frame);
    tcase_add_test(tests, test_a_bus_has_a_frame_twice);
    tcase_add_test(tests, test_whole_segments_leave_a_packet);
    tcase_add_test(tests, test_small_frames_are_filled_up);
    tcase_add_test(tests, test_framing_alone_leaves_941_mbit);
    tcase_add_test(tests, test_offload_cuts_and_joins);
    tcase_add_test(tests, test_a_full_ring_stops_tcp);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
