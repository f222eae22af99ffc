/* Sockets without message passing over a FIFO, the loopback device and a wire: how long
 * transactions and echoes take, to the picosecond, from the parameters alone; what the wire leaves
 * of datagrams, by framing alone; and where each network drops them. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenarios below state them; those that others have are in the harness. */
enum {
    UDP_TX = 307,
    UDP_RX = 311,
    IP_TX = 313,
    IP_RX = 317,
    ICMP = 331,
    /* xen-fifo */
    HOOK = 163,
    PUT = 167,
    TASKLET = 173,
    TAKE = 179,
    /* loopback */
    XMIT = 401,
    BACKLOG = 409,
    /* ethernet */
    TX = 419,
    TX_DONE = 421,
    RX = 431,
    IRQ = 433,
    ENTRY = 191,
    EXIT = 193,
    CARD_WAKE = 197,
    DMA_TX = 199,
    DMA_RX = 211,
    WIRE = 223,
    RX_DELAY = 227,
};

#define MACHINE                                          \
    "machine:\n  profile: loongson3a\n"                  \
    "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES \
    "  interrupt: {entry: 191ns, exit: 193ns}\n" IDLE_PATH_OS
#define APART "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
#define STACK          \
    IDLE_PATH_TCP      \
    ", ack_every: 64," \
    " udp_tx: 307ns, udp_rx: 311ns, ip_tx: 313ns, ip_rx: 317ns, icmp: 331ns,\n      "
#define WORKLOAD "workload: {kind: netperf-tcp-rr, total: 640B, warmup: 8}\n"

static const char fifo[] =
    "schema: ivcsim/1\nname: fifo\n" MACHINE APART "channels:\n"
    "  c: {mechanism: xen-fifo, between: [a, b], " STACK
    "hook: 163ns, put: 167ns, tasklet: 173ns, take: 179ns, " XEN_PATH_EVENTS "}\n" WORKLOAD;

static const char loopback[] =
    "schema: ivcsim/1\nname: loopback\n" MACHINE "guests:\n  vm: {cores: [1, 2], memory: 64MiB}\n"
    "channels:\n  c: {mechanism: loopback, between: [vm], " STACK
    "xmit: 401ns, backlog: 409ns}\n" WORKLOAD;

static const char ethernet[] =
    "schema: ivcsim/1\nname: ethernet\n" MACHINE APART "channels:\n"
    "  c: {mechanism: ethernet, between: [a, b], " STACK
    "tx: 419ns, tx_done: 421ns, rx: 431ns, irq: 433ns, idle_wake: 197ns, dma_tx: 199ns,\n"
    "      dma_rx: 211ns, wire: 223ns, rx_delay: 227ns}\n" WORKLOAD;

static uint64_t copy_ns(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD;
}

/* From the system call's end of IP's way down to the softirq of the other side, before IP: of a
 * packet with so many bytes of headers and data. */
static uint64_t over_fifo_ns(uint64_t headers, uint64_t bytes)
{
    uint64_t event = HYPERCALL + EVENT_SEND + EVENT_FLIGHT + IDLE_WAKE + VCPU_SWITCH +
                     UPCALL_ENTRY + EVENT_DISPATCH + UPCALL_EXIT;
    uint64_t copy = copy_ns(8 + headers) + copy_ns(bytes); /* behind what is noted of it */
    /* Each side looks at the positions and moves its own. */
    uint64_t control = WORD + WORD;
    return HOOK + PUT + control + copy + event + SOFTIRQ + TASKLET + TAKE + control + copy;
}

static uint64_t over_loopback_ns(uint64_t headers, uint64_t bytes)
{
    (void)headers;
    (void)bytes;
    return XMIT + SOFTIRQ + BACKLOG;
}

/* What went the other way before is still in the sender's ring. */
static uint64_t over_wire_ns(uint64_t headers, uint64_t bytes)
{
    uint64_t wire = DMA_TX + 8 * (MAX(46, headers + bytes) + 38) + WIRE + DMA_RX;
    return TX + wire + RX_DELAY + CARD_WAKE + ENTRY + IRQ + EXIT + SOFTIRQ + TX_DONE + RX;
}

static const struct {
    const char *text;
    uint64_t (*way_ns)(uint64_t headers, uint64_t bytes);
    uint64_t wake_ns; /* of the softirq's end, where the process sleeps on its core */
    uint64_t most;    /* data of a datagram in a packet */
} links[] = {
    /* The FIFO's tasklet asks to be told of the next packet before it ends. */
    {fifo, over_fifo_ns, WAKE + WORD, 1472},
    {loopback, over_loopback_ns, 0, 65507},
    {ethernet, over_wire_ns, WAKE, 1472},
};

enum { LOOPBACK = 1 };

static void check_round_trip(size_t l, const char *kind, uint64_t bytes, uint64_t round_trip_ns)
{
    g_autofree char *set = g_strdup_printf("workload.kind=%s", kind);
    g_autofree char *size = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", bytes);
    g_autoptr(IvcResult) result =
        points_run(links[l].text, (const char *[]){set, size, "workload.total=1GiB",
                                                   "workload.messages_max=80", NULL});
    ck_assert_msg(result->latency_ps.min == round_trip_ns * 1000 / 2,
                  "link %zu, %s of %" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT
                  " ps, not half of %" G_GUINT64_FORMAT " ns",
                  l, kind, bytes, result->latency_ps.min, round_trip_ns);
}

/* From sendto() to the data in the other's buffer, copied in and out: `down` and `up` are what the
 * protocols take. */
static uint64_t one_way_ns(size_t l, uint64_t headers, uint64_t bytes, uint64_t down, uint64_t up)
{
    return SYSCALL_ENTER + SOCKET_CALL + copy_ns(bytes) + down + links[l].way_ns(headers, bytes) +
           up + links[l].wake_ns + IDLE_EXIT + RESUME + copy_ns(bytes) + SYSCALL_EXIT;
}

START_TEST(test_transaction_of_a_stream)
{
    static const uint64_t sizes[] = {1, 8, 1000, 1448};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++)
        check_round_trip((size_t)_i, "netperf-tcp-rr", sizes[s],
                         2 * one_way_ns((size_t)_i, 52, sizes[s], TX_SEGMENT, RX_SEGMENT));
    check_round_trip((size_t)_i, "lmbench-tcp-latency", 1,
                     2 * one_way_ns((size_t)_i, 52, 1, TX_SEGMENT, RX_SEGMENT));
}
END_TEST

START_TEST(test_transaction_of_datagrams)
{
    const uint64_t sizes[] = {1, 18, 19, 1000, links[_i].most};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++)
        check_round_trip((size_t)_i, "netperf-udp-rr", sizes[s],
                         2 * one_way_ns((size_t)_i, 28, sizes[s], UDP_TX + IP_TX, IP_RX + UDP_RX));
}
END_TEST

/* The other guest's softirq copies the request into the answer, and sends it. */
START_TEST(test_echo_is_answered_in_the_softirq)
{
    static const uint64_t sizes[] = {56, 1000};
    size_t l = (size_t)_i;
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        uint64_t bytes = sizes[s], way = links[l].way_ns(28, bytes);
        uint64_t there = SYSCALL_ENTER + SOCKET_CALL + copy_ns(bytes) + UDP_TX + IP_TX + way;
        uint64_t back = IP_RX + ICMP + copy_ns(bytes) + IP_TX + way + IP_RX + UDP_RX;
        uint64_t read = links[l].wake_ns + IDLE_EXIT + RESUME + copy_ns(bytes) + SYSCALL_EXIT;
        /* Within one guest all of that is one softirq of its core, which finds the answer in its
         * backlog; the process has not yet returned from sending, and asks then. */
        if (l == LOOPBACK) {
            back -= SOFTIRQ;
            read = SYSCALL_EXIT + SYSCALL_ENTER + SOCKET_CALL + copy_ns(bytes) + SYSCALL_EXIT;
        }
        check_round_trip(l, "flood-ping", bytes, there + back + read);
    }
}
END_TEST

/* A card sends at the line's rate: datagrams of 1,472 bytes are 957 Mbit/s of 1,000; larger ones
 * have UDP's header in their first fragment only. */
START_TEST(test_framing_alone_leaves_957_mbit)
{
    static const struct {
        uint64_t message, on_wire;
    } cases[] = {
        {18, 38 + 46},
        {1472, 1538},
        {1473, 1538 + 38 + 46},
        {65507, 44 * 1538 + 38 + 20 + 395},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", cases[i].message);
        g_autoptr(IvcResult) result = points_run(
            ethernet,
            (const char *[]){"workload.kind=netperf-udp-stream", message, "workload.total=1GiB",
                             "workload.messages_max=3000", "workload.warmup=500",
                             "machine.copy.word=0ns", "channels.c.rate=100Mbit/s", NULL});
        const double mbit = (double)(8 * result->bytes) / ((double)result->elapsed_ps / 1e6);
        const double limit = (double)cases[i].message / (double)cases[i].on_wire * 100;
        ck_assert_uint_eq(result->messages, 3000);
        ck_assert_msg(mbit > 0.995 * limit && mbit < 1.005 * limit,
                      "%" G_GUINT64_FORMAT " B: %.3f Mbit/s, not %.3f", cases[i].message, mbit,
                      limit);
    }
}
END_TEST

/* Sends in a burst what the network cannot take: what is missing was dropped in `place`. */
static IvcResult *run_drops(const char *text, const char *const *sets, const char *place)
{
    IvcResult *result = points_run(text, sets);
    uint64_t lost = count_of(result, "drops_socket") + count_of(result, "drops_device") +
                    count_of(result, "drops_network");
    ck_assert_uint_eq(count_of(result, "datagrams_sent"),
                      count_of(result, "datagrams_received") + lost);
    ck_assert_msg(count_of(result, place) > 0, "none of %" G_GUINT64_FORMAT " in %s", lost, place);
    ck_assert_uint_eq(count_of(result, place), lost);
    return result;
}

#define BURST                                                                            \
    "workload.kind=netperf-udp-stream", "workload.message=1472B", "workload.total=1GiB", \
        "workload.messages_max=2000", "workload.warmup=0", "channels.c.udp_rcvbuf=16MiB"

/* A driver that takes a frame in three times of the wire's, with a ring of 16: of three frames that
 * come two find it full. */
START_TEST(test_a_full_ring_of_a_card_drops)
{
    g_autoptr(IvcResult) result =
        run_drops(ethernet,
                  (const char *[]){BURST, "channels.c.rx_ring=16", "channels.c.rx=36us",
                                   "machine.copy.word=0ns", "channels.c.softirq_turn=1s", NULL},
                  "drops_network");
    const double part = (double)count_of(result, "drops_network") / 2000;
    const double busy = 36 + (IP_RX + UDP_RX) / 1e3; /* us a frame, and the wire 12.304 */
    ck_assert_uint_eq(count_of(result, "nic_over_ring"), count_of(result, "drops_network"));
    ck_assert_msg(part > 0.97 * (1 - 12.304 / busy) - 0.01 && part < 1 - 12.304 / busy + 0.01,
                  "%.4f, not %.4f", part, 1 - 12.304 / busy);
}
END_TEST

/* A list of so many packets before a FIFO of two, whose receiver is slow. */
START_TEST(test_a_full_list_of_a_fifo_drops)
{
    g_autoptr(IvcResult) result =
        run_drops(fifo,
                  (const char *[]){BURST, "channels.c.fifo=4KiB", "channels.c.waiting=8",
                                   "channels.c.take=40us", "machine.copy.word=0ns", NULL},
                  "drops_device");
    ck_assert_uint_ge(count_of(result, "datagrams_received"), 8 + 2);
}
END_TEST

/* A softirq that gives way to its process leaves the process's packets in the backlog. */
START_TEST(test_a_full_backlog_drops)
{
    g_autoptr(IvcResult) result = run_drops(
        loopback,
        (const char *[]){BURST, "channels.c.backlog_max=10", "channels.c.softirq_turn=5us",
                         "channels.c.backlog=6us", "machine.copy.word=0ns", NULL},
        "drops_network");
    ck_assert_uint_eq(count_of(result, "backlog_over_limit"), count_of(result, "drops_network"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("socket links");
    TCase *tests = tcase_create("socket links");
    tcase_add_loop_test(tests, test_transaction_of_a_stream, 0, G_N_ELEMENTS(links));
    tcase_add_loop_test(tests, test_transaction_of_datagrams, 0, G_N_ELEMENTS(links));
    tcase_add_loop_test(tests, test_echo_is_answered_in_the_softirq, 0, G_N_ELEMENTS(links));
    tcase_add_test(tests, test_framing_alone_leaves_957_mbit);
    tcase_add_test(tests, test_a_full_ring_of_a_card_drops);
    tcase_add_test(tests, test_a_full_list_of_a_fifo_drops);
    tcase_add_test(tests, test_a_full_backlog_drops);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
