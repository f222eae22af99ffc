/* The packet FIFO on an idle path: how long one message takes, to the picosecond, from the
 * parameters alone; which notifications are left out; and what a larger FIFO is worth. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    HOOK = 163,
    PUT = 167,
    TASKLET = 173,
    TAKE = 179,
    HEADERS = 60, /* IP, TCP and what the FIFO notes of a packet */
};

static const char text[] =
    "schema: ivcsim/1\nname: xen-fifo\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES IDLE_PATH_OS
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: xen-fifo, between: [a, b], header: 40B, " IDLE_PATH_MPI ", " IDLE_PATH_TCP
    ", hook: 163ns, put: 167ns, tasklet: 173ns, take: 179ns,\n"
    "      " XEN_PATH_EVENTS ",\n"
    "      ack_every: 64}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t copy_ns(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD;
}

/* From Send to the return of Recv, for what one packet carries, when it lies in one page of the
 * FIFO; the receiver sleeps in poll(). */
static uint64_t one_way_ns(uint64_t message)
{
    uint64_t bytes = HEADER + message, user = copy_ns(HEADER) + copy_ns(message);
    uint64_t copy = copy_ns(HEADERS) + copy_ns(bytes);
    uint64_t sender = SEND + SYSCALL_ENTER + SOCKET_CALL + user + TX_SEGMENT + HOOK + PUT;
    uint64_t event = HYPERCALL + EVENT_SEND + EVENT_FLIGHT + IDLE_WAKE + VCPU_SWITCH +
                     UPCALL_ENTRY + EVENT_DISPATCH + UPCALL_EXIT;
    /* Each side looks at the positions and moves its own; the receiver asks to be told again. */
    uint64_t control = WORD + WORD;
    uint64_t take = SOFTIRQ + TASKLET + TAKE + RX_SEGMENT + WAKE + WORD;
    uint64_t process =
        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * (SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT) + user;
    return sender + control + copy + event + take + control + copy + process;
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 64, 1000, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        /* The smallest latency: a packet that crosses the end of a page may take a word more. */
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], NULL);
        check_latency(result, sizes[s], one_way_ns(sizes[s]));
        check_count(result, "tcp_segments", 80, 1);
        check_count(result, "packets_sent", 80, 2); /* and its acknowledgement */
        check_count(result, "events_sent", 80, 2);
        check_count(result, "fifo_full", 0, 0);
    }
}
END_TEST

/* A receiver that lags behind looks by itself: only who finds nothing is told of the next. */
START_TEST(test_nobody_is_told_who_is_at_work)
{
    g_autoptr(IvcResult) result = points_run(
        text,
        (const char *[]){"workload.kind=stream", "workload.message=1000B", "workload.total=500000B",
                         "channels.c.fifo=1MiB", "channels.c.take=20us", "channels.c.rcvbuf=1MiB",
                         "channels.c.sndbuf=1MiB", "channels.c.initial_window=0", NULL});
    ck_assert_uint_eq(result->messages, 500);
    check_count(result, "fifo_full", 0, 0);
    check_count(result, "events_sent", 0, 10);
}
END_TEST

/* Without suppression, each packet's sender tells, whatever the receiver does; what is told of one
 * that is at work takes no upcall more than one. */
START_TEST(test_everybody_is_told_without_suppression)
{
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){"workload.kind=stream", "workload.message=1000B",
                                          "workload.total=5000000B", "channels.c.fifo=1MiB",
                                          "channels.c.take=20us", "channels.c.rcvbuf=1MiB",
                                          "channels.c.sndbuf=1MiB", "channels.c.initial_window=0",
                                          "channels.c.suppress=false", NULL});
    ck_assert_uint_gt(count_of(result, "packets_sent"), 1000);
    ck_assert_uint_ge(count_of(result, "events_sent"), count_of(result, "packets_sent") - 20);
    ck_assert_uint_le(count_of(result, "events_sent"), count_of(result, "packets_sent") + 20);
    /* And a message alone costs nothing more: its receiver had asked. */
    g_autoptr(IvcResult) alone =
        points_run(text, (const char *[]){"channels.c.suppress=false", NULL});
    check_latency(alone, 8, one_way_ns(8));
}
END_TEST

/* A hook before fragmentation has whole datagrams. */
START_TEST(test_datagrams_stay_whole)
{
    static const char *const cut[] = {"channels.c.fragments=true", "channels.c.fragments=false"};
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(IvcResult) result = points_run(
            text, (const char *[]){"workload.kind=netperf-udp-rr", "workload.message=8000B",
                                   "workload.total=640000B", cut[i], NULL});
        check_count(result, "datagram_packets", i ? 80 : 80 * 6, 8);
        check_count(result, "datagrams_received", 80, 2);
    }
}
END_TEST

/* A FIFO of two packets before a slow receiver: packets wait on the sender's list for events that
 * say that there is room, and no byte waits for ever. */
START_TEST(test_a_full_fifo_makes_packets_wait)
{
    static const char *const waiting[] = {"channels.c.waiting=1", "channels.c.waiting=4",
                                          "channels.c.waiting=1000"};
    for (size_t w = 0; w < G_N_ELEMENTS(waiting); w++) {
        g_autoptr(IvcResult) result =
            points_run(text, (const char *[]){"workload.kind=stream", "workload.message=40000B",
                                              "workload.total=4000000B", "channels.c.fifo=4KiB",
                                              "channels.c.sndbuf=32KiB", "channels.c.rcvbuf=32KiB",
                                              "channels.c.take=30us", waiting[w], NULL});
        /* But for what the buffers held as the measured phase began. */
        uint64_t packets = (result->messages - 2) * (HEADER + 40000) / MSS;
        ck_assert_uint_eq(result->messages, 100);
        ck_assert_uint_ge(count_of(result, "tcp_segments"), packets);
        ck_assert_uint_gt(count_of(result, "fifo_full"), result->messages);
        ck_assert_uint_eq(count_of(result, "queue_stops") > 0, w < 2);
        /* All of them one after the other. */
        ck_assert_uint_ge(result->elapsed_ps, packets * 30 * 1000 * 1000);
    }
}
END_TEST

/* A larger FIFO lets the sender run ahead, and costs nothing else. */
START_TEST(test_more_fifo_is_never_less_bandwidth)
{
    static const char *const sizes[] = {"64B", "1000B", "4KiB", "64KiB"};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        IvcTime best = IVC_TIME_NEVER;
        for (unsigned order = 11; order <= 20; order++) {
            g_autofree char *message = g_strconcat("workload.message=", sizes[s], NULL);
            g_autofree char *fifo = g_strdup_printf("channels.c.fifo=%uB", 1u << order);
            g_autoptr(IvcResult) result = points_run(
                text, (const char *[]){message, fifo, "workload.kind=stream", "workload.total=2MiB",
                                       "channels.c.ack_every=2", NULL});
            /* By 1 %: how far the sender runs ahead decides which acknowledgements come when. */
            ck_assert_msg(result->elapsed_ps <= best + best / 100,
                          "%s through %u bytes: %" G_GUINT64_FORMAT " ps, and %" G_GUINT64_FORMAT
                          " through fewer",
                          sizes[s], 1u << order, result->elapsed_ps, best);
            best = MIN(best, result->elapsed_ps);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xen fifo");
    TCase *tests = tcase_create("xen fifo");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_nobody_is_told_who_is_at_work);
    tcase_add_test(tests, test_everybody_is_told_without_suppression);
    tcase_add_test(tests, test_datagrams_stay_whole);
    tcase_add_test(tests, test_a_full_fifo_makes_packets_wait);
    tcase_add_test(tests, test_more_fifo_is_never_less_bandwidth);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
