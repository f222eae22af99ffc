/* A saturated stream runs at the pace of its slowest stage: with every cost 0 but those of a row, N
 * messages take N times the larger of the sender's and the receiver's sum, within one message. */
#include "tests/harness/points.h"

#define N 300

static const char text[] = "schema: ivcsim/1\nname: throughput\n"
                           "machine:\n"
                           "  profile: loongson3a\n"
                           "  copy: {setup: 0, word: 0}\n"
                           "  read: {l2: 0, other: 0, memory: 0}\n"
                           "  write: {l2: 0, other: 0, memory: 0}\n"
                           "  atomic: 0\n"
                           "  poll: 1ps\n"
                           "  memory: {rate: 100TB/s}\n"
                           "  interconnect: {rate: 100TB/s}\n"
                           "  registers: {store: 0, load: 0, flight: 0}\n"
                           "  interrupt: {entry: 0, exit: 0}\n"
                           "  os: {syscall_enter: 0, syscall_exit: 0, block: 0, wake: 0, resume: 0,"
                           " idle_exit: 0}\n"
                           "guests:\n"
                           "  a: {cores: [0], memory: 64MiB}\n"
                           "  b: {cores: [1], memory: 64MiB}\n"
                           "channels:\n"
                           "  register: {mechanism: register, choose: 0, pack: 0, dispatch: 0,"
                           " match: 0, window: 2}\n"
                           "  region: {mechanism: shmem, choose: 0, pack: 0, dispatch: 0,"
                           " match: 0, alloc: 0, free: 0, map: 0, region: 8KiB, copies: 2}\n"
                           "  both: {mechanism: register-shmem, choose: 0, pack: 0, dispatch: 0,"
                           " match: 0, alloc: 0, free: 0, map: 0, region: 8KiB}\n"
                           "  nemesis: {mechanism: nemesis, mode: native, send_overhead: 0,"
                           " recv_overhead: 0, progress: 0}\n"
                           "  cells: {mechanism: nemesis, mode: native, send_overhead: 0,"
                           " recv_overhead: 0, progress: 0, fastbox: false, cells: 4}\n"
                           "workload: {kind: stream, message: 1000B, total: 300000B, warmup: 50}\n";

static const struct {
    const char *channel;
    uint64_t bytes;
    const char *first;  /* what costs something */
    const char *second; /* or NULL */
    uint64_t cycles;    /* of the slower side, a message */
} rows[] = {
    {"register", 5, "channels.register.choose=5000cycles", NULL, 5000},
    {"register", 5, "channels.register.match=5000cycles", NULL, 5000},
    {"register", 5, "machine.interrupt.entry=3000cycles", "channels.register.match=4000cycles",
     7000},
    {"register", 5, "channels.register.choose=5000cycles", "channels.register.match=4000cycles",
     5000},
    {"register", 5, "channels.register.choose=3000cycles", "channels.register.match=4000cycles",
     4000},
    {"register", 5, "machine.os.syscall_enter=2000cycles", "machine.os.syscall_exit=3000cycles",
     5000},
    /* 20 bytes are three words; their number is announced once. */
    {"register", 20, "channels.register.pack=1000cycles", NULL, 3000},
    {"region", 1000, "channels.region.alloc=5000cycles", NULL, 5000},
    {"region", 1000, "channels.region.free=5000cycles", NULL, 5000},
    {"region", 1000, "machine.copy.setup=5000cycles", NULL, 5000},
    /* 125 words, and one of the block's header. */
    {"region", 1000, "machine.copy.word=20cycles", NULL, 2520},
    {"region", 1000, "machine.copy.word=20cycles", "channels.region.free=500cycles", 3020},
    {"region", 1000, "machine.interrupt.entry=800cycles", "channels.region.choose=3000cycles",
     3000},
    {"both", 1000, "channels.both.free=4000cycles", "channels.both.alloc=3000cycles", 4000},
    {"both", 1000, "channels.both.free=2000cycles", "channels.both.alloc=3000cycles", 3000},
    {"both", 7, "channels.both.match=2000cycles", "channels.both.alloc=3000cycles", 2000},
    {"nemesis", 1000, "channels.nemesis.send_overhead=5000cycles", NULL, 5000},
    {"nemesis", 1000, "channels.nemesis.recv_overhead=5000cycles", NULL, 5000},
    {"nemesis", 1000, "channels.nemesis.recv_overhead=5000cycles",
     "channels.nemesis.send_overhead=6000cycles", 6000},
    {"nemesis", 1000, "channels.nemesis.recv_overhead=5000cycles", "machine.copy.setup=1000cycles",
     6000},
    {"cells", 1000, "channels.cells.recv_overhead=5000cycles", NULL, 5000},
    /* 125 words, one of the pool's head and one of the queue's. */
    {"cells", 1000, "machine.atomic=3000cycles", "machine.copy.word=16cycles", 5032},
    /* By rendezvous: pieces of 16 KiB up to 128 KiB, then slots of 32 KiB; and one to begin. */
    {"nemesis", 96 * 1024, "machine.copy.setup=5000cycles", NULL, 7 * 5000},
    {"nemesis", 128 * 1024, "machine.copy.setup=5000cycles", NULL, 9 * 5000},
    {"nemesis", 128 * 1024 + 1, "machine.copy.setup=5000cycles", NULL, 6 * 5000},
    {"nemesis", 128 * 1024, "machine.copy.setup=5000cycles", "channels.nemesis.piece_max=0",
     5 * 5000},
    {"nemesis", 128 * 1024, "machine.copy.setup=5000cycles", "channels.nemesis.slot=8KiB",
     17 * 5000},
};

START_TEST(test_slowest_stage)
{
    g_autofree char *channel = g_strdup_printf("channel=%s", rows[_i].channel);
    g_autofree char *message =
        g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", rows[_i].bytes);
    g_autofree char *total =
        g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", N * rows[_i].bytes);
    const char *sets[] = {channel, message, total, rows[_i].first, rows[_i].second, NULL};
    g_autoptr(IvcResult) result = points_run(text, sets);
    uint64_t each = rows[_i].cycles * 1000, expected = N * each;
    ck_assert_uint_eq(result->messages, N);
    ck_assert_msg(result->elapsed_ps + each >= expected && result->elapsed_ps <= expected + each,
                  "%s, %s: %" G_GUINT64_FORMAT " ps a message, not %" G_GUINT64_FORMAT,
                  rows[_i].channel, rows[_i].first, result->elapsed_ps / N, each);
}
END_TEST

/* A ping-pong that receives into the buffer that it sends needs half as much cache: with 1 MiB of
 * it, messages of 600 KiB stay there; those of 4 MiB come from memory either way. */
static IvcTime pingpong(const char *message, const char *buffers)
{
    static const char chip[] =
        "schema: ivcsim/1\nname: buffers\n"
        "machine: {profile: xeon-e5-2630v4, l2: {size: 1MiB}, l3: {size: 1KiB}}\n"
        "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
        "channels: {c: {mechanism: nemesis, mode: native}}\n"
        "workload: {kind: pingpong, total: 40MiB}\n";
    g_autofree char *size = g_strconcat("workload.message=", message, NULL);
    g_autofree char *kind = g_strconcat("workload.buffers=", buffers, NULL);
    g_autoptr(IvcResult) result = points_run(chip, (const char *[]){size, kind, NULL});
    return result->elapsed_ps;
}

START_TEST(test_one_buffer)
{
    ck_assert_uint_lt(pingpong("600KiB", "one"), pingpong("600KiB", "two") * 9 / 10);
    ck_assert_uint_eq(pingpong("4MiB", "one"), pingpong("4MiB", "two"));
}
END_TEST

/* A pool's cells are used in turn: all of them have to fit into the cache, or none is found there.
 * Here an L2 of 2 MiB and two pools. */
static IvcTime by_cells(const char *message, const char *cells)
{
    static const char chip[] = "schema: ivcsim/1\nname: cells\n"
                               "machine: {profile: octeon-cn5650}\n"
                               "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
                               "channels: {c: {mechanism: nemesis, mode: native, fastbox: false}}\n"
                               "workload: {kind: pingpong, total: 8MiB}\n";
    g_autofree char *size = g_strconcat("workload.message=", message, NULL);
    g_autofree char *n = g_strconcat("channels.c.cells=", cells, NULL);
    g_autoptr(IvcResult) result = points_run(chip, (const char *[]){size, n, NULL});
    return result->latency_ps.min;
}

START_TEST(test_cells_in_turn)
{
    IvcTime cached = by_cells("16KiB", "1");
    ck_assert_uint_eq(by_cells("16KiB", "48"), cached);
    ck_assert_uint_gt(by_cells("16KiB", "64"), cached * 5 / 4);
    ck_assert_uint_eq(by_cells("8KiB", "64"), by_cells("8KiB", "1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("throughput");
    TCase *tests = tcase_create("throughput");
    tcase_add_loop_test(tests, test_slowest_stage, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tests, test_one_buffer);
    tcase_add_test(tests, test_cells_in_turn);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
