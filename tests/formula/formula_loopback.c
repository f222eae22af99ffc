/* The loopback device on an idle path: how long one message takes, to the picosecond, from the
 * parameters alone; and whose core TCP runs on. */
#include "tests/harness/counts.h"
#include "tests/harness/idle_path.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    XMIT = 163,
    BACKLOG = 167,
};

static const char text[] = "schema: ivcsim/1\nname: loopback\n"
                           "machine:\n  profile: loongson3a\n"
                           "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES IDLE_PATH_OS
                           "guests:\n  vm: {cores: [1, 2], memory: 64MiB}\n"
                           "channels:\n"
                           "  c: {mechanism: loopback, between: [vm], header: 40B, " IDLE_PATH_MPI
                           ", " IDLE_PATH_TCP ", xmit: 163ns, backlog: 167ns, ack_every: 64}\n"
                           "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t copy_ns(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD;
}

/* From Send to the return of Recv, for what one packet carries; the receiver sleeps in poll(). The
 * sender's core does all but what the receiving process does; its end of a wake-up is nothing that
 * the receiver waits for. */
static uint64_t one_way_ns(uint64_t message)
{
    uint64_t user = copy_ns(HEADER) + copy_ns(message);
    uint64_t sender = SEND + SYSCALL_ENTER + SOCKET_CALL + user + TX_SEGMENT + XMIT;
    uint64_t softirq = SOFTIRQ + BACKLOG + RX_SEGMENT;
    uint64_t process =
        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * (SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT) + user;
    return sender + softirq + process;
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 1000, 4096, 20000, 65484 - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], NULL);
        check_latency(result, sizes[s], one_way_ns(sizes[s]));
        check_count(result, "tcp_segments", 80, 1);
        check_count(result, "interrupts", 0, 0);
        /* Copied in and out, each with a header, and not in between. */
        check_count(result, "copied_bytes", 80 * 2 * sizes[s] + 80 * HEADER, 2 * HEADER);
    }
}
END_TEST

/* With the MTU of 2.6.18 a message of 64 KiB takes four packets; offload joins them. */
START_TEST(test_packets_are_those_of_the_mtu)
{
    const char *const sets[] = {"channels.c.mtu=16436B", "workload.message=65536B",
                                "workload.total=5242880B", NULL, NULL};
    const char *offload[] = {sets[0], sets[1], sets[2], "channels.c.gso=1B", NULL};
    g_autoptr(IvcResult) without = points_run(text, offload);
    check_count(without, "tcp_segments", 80 * ((65536 + HEADER + 16383) / 16384), 5);
    g_autoptr(IvcResult) with = points_run(text, sets);
    ck_assert_uint_lt(count_of(with, "tcp_segments"), 80 * 3);
}
END_TEST

/* The stages that a core has spent time on, of all in the result. */
static IvcTime running_ps(const IvcResult *result, unsigned core)
{
    return g_array_index(result->cores, IvcCoreResult, core).states.running_ps;
}

/* A slow receive path is paid by the sending core. */
START_TEST(test_the_sender_runs_the_receivers_tcp)
{
    g_autoptr(IvcResult) result = points_run(
        text, (const char *[]){"workload.kind=stream", "workload.total=100KiB",
                               "workload.message=1KiB", "channels.c.rx_segment=100us", NULL});
    uint64_t packets = count_of(result, "tcp_segments");
    ck_assert_uint_ge(running_ps(result, 0), packets * 100 * 1000 * 1000);
    ck_assert_uint_lt(running_ps(result, 1), packets * 20 * 1000 * 1000);
}
END_TEST

/* One message at a time needs one message's worth of socket buffers: memory that is used again
 * stays in the cache, where a ring's worth of it does not fit. */
START_TEST(test_memory_used_again_stays_in_the_cache)
{
    static const char *const recycle[] = {"channels.c.recycle=false", "channels.c.recycle=true"};
    uint64_t missed[2];
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(IvcResult) result =
            points_run(text, (const char *[]){"workload.message=64KiB", "workload.total=64MiB",
                                              "workload.warmup=600", "channels.c.sndbuf=16MiB",
                                              "channels.c.rcvbuf=16MiB", "channels.c.gso=1B",
                                              "channels.c.mtu=16436B", recycle[i], NULL});
        missed[i] = count_of(result, "read_memory_bytes") + count_of(result, "write_memory_bytes");
        ck_assert_uint_eq(result->messages, 1024);
    }
    ck_assert_msg(missed[1] < missed[0] / 10, "%" G_GUINT64_FORMAT " B, %" G_GUINT64_FORMAT " B",
                  missed[0], missed[1]);
}
END_TEST

/* As MPICH 1 reads them: each message is copied once more when it is whole, whether it was waited
 * for by a Recv or by an Irecv. */
START_TEST(test_a_staged_message_is_copied_once_more)
{
    static const uint64_t sizes[] = {8, 4096, 65484 - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autofree char *message =
            g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", sizes[s]);
        g_autofree char *total =
            g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * sizes[s]);
        const char *sets[] = {message, total, "channels.c.staged=true", NULL, NULL};
        g_autoptr(IvcResult) result = points_run(text, sets);
        check_latency(result, sizes[s], one_way_ns(sizes[s]) + copy_ns(sizes[s]));
        check_count(result, "copied_bytes", 80 * 3 * sizes[s] + 80 * HEADER, 2 * HEADER);
        sets[3] = "workload.kind=osu-bandwidth";
        g_autoptr(IvcResult) staged = points_run(text, sets);
        sets[2] = "channels.c.staged=false";
        g_autoptr(IvcResult) direct = points_run(text, sets);
        ck_assert_uint_ge(count_of(staged, "copied_bytes"),
                          count_of(direct, "copied_bytes") + 64 * sizes[s]);
    }
}
END_TEST

/* Linux' bound: a segment, or a packet of several, is at most half of the largest window. */
START_TEST(test_a_packet_is_half_of_the_window)
{
    const char *sets[] = {"channels.c.mtu=16436B",   "workload.message=65536B",
                          "workload.total=5242880B", "channels.c.rcvbuf=24KiB",
                          "channels.c.gso=1B",       NULL};
    const uint64_t bytes = 65536 + HEADER;
    g_autoptr(IvcResult) segments = points_run(text, sets);
    check_count(segments, "tcp_segments", 80 * ((bytes + 12287) / 12288), 6);
    sets[3] = "channels.c.rcvbuf=32KiB"; /* two segments: the MTU bounds them */
    g_autoptr(IvcResult) whole = points_run(text, sets);
    check_count(whole, "tcp_segments", 80 * ((bytes + 16383) / 16384), 5);
    sets[0] = "channels.c.mtu=1500B";
    sets[3] = "channels.c.rcvbuf=24KiB";
    sets[4] = "channels.c.gso=64KiB"; /* packets of eight segments of 1,448 B */
    g_autoptr(IvcResult) packets = points_run(text, sets);
    ck_assert_uint_ge(count_of(packets, "tcp_segments"), 80 * ((bytes + 11583) / 11584));
    ck_assert_uint_le(count_of(packets, "tcp_segments"), 80 * 9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loopback");
    TCase *tests = tcase_create("loopback");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_packets_are_those_of_the_mtu);
    tcase_add_test(tests, test_the_sender_runs_the_receivers_tcp);
    tcase_add_test(tests, test_memory_used_again_stays_in_the_cache);
    tcase_add_test(tests, test_a_staged_message_is_copied_once_more);
    tcase_add_test(tests, test_a_packet_is_half_of_the_window);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
