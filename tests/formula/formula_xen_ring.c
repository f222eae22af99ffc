/* The byte ring on an idle path: how long one message takes, to the picosecond, from the parameters
 * alone; and which notifications are left out. Whatever lies in caches costs nothing here, words
 * do; every cost is another number. */
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    ATOMIC = 11,
    CALL = 139,
    RING = 65536,
};

static const char text[] =
    "schema: ivcsim/1\nname: xen-ring\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n  atomic: 11ns\n" IDLE_PATH_CACHES IDLE_PATH_OS
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: xen-ring, between: [a, b], header: 40B, ring: 64KiB,\n"
    "      " IDLE_PATH_MPI ", call: 139ns, " XEN_PATH_EVENTS "}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t words(uint64_t bytes)
{
    return (bytes + 7) / 8;
}

/* A read or write looks at the positions once and moves its own; then it takes the other side's
 * request away. */
static uint64_t ring_call_ns(uint64_t copied_words)
{
    return CALL + WORD + copied_words * WORD + WORD + WORD + ATOMIC;
}

/* From Send to the return of Recv; the receiver sleeps until it is told. Whole words: the pages of
 * the ring end between them. There is room for all of it, even behind the header of a barrier. */
static uint64_t one_way_ns(uint64_t message)
{
    uint64_t sender = SEND + ring_call_ns(words(HEADER) + words(message));
    uint64_t event = SYSCALL_ENTER + HYPERCALL + EVENT_SEND + EVENT_FLIGHT + IDLE_WAKE +
                     VCPU_SWITCH + UPCALL_ENTRY + EVENT_DISPATCH + WAKE + UPCALL_EXIT;
    uint64_t wake = IDLE_EXIT + RESUME + SYSCALL_EXIT + SYSCALL_ENTER + SYSCALL_EXIT;
    return sender + event + wake + ring_call_ns(words(HEADER)) + ring_call_ns(words(message));
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

/* Finalize's first message may be on its way when the measured phase ends. */
static void check_count(const IvcResult *result, const char *name, uint64_t expected, uint64_t more)
{
    uint64_t count = count_of(result, name);
    ck_assert_msg(count >= expected && count <= expected + more,
                  "%s: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, name, count, expected);
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {8, 64, 1000, 4096, 20000, RING - 2 * HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = points_run_size(text, sizes[s], NULL);
        ck_assert_msg(result->latency_ps.min == one_way_ns(sizes[s]) * 1000 &&
                          result->latency_ps.max == result->latency_ps.min,
                      "%" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                      " ps, not %" G_GUINT64_FORMAT " ns",
                      sizes[s], result->latency_ps.min, result->latency_ps.max,
                      one_way_ns(sizes[s]));
        /* One event a message, and no other hypercall. */
        check_count(result, "events_sent", 80, 1);
        check_count(result, "hypercalls", 80, 1);
        check_count(result, "ring_written", 80 * (HEADER + sizes[s]), HEADER);
        check_count(result, "ring_read", 80 * (HEADER + sizes[s]), HEADER);
        check_count(result, "ring_full", 0, 0);
    }
}
END_TEST

/* A receiver that lags behind never asks for data, and a ring that takes everything never fills:
 * nobody is told of anything. */
START_TEST(test_nobody_is_told_who_did_not_ask)
{
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){"workload.kind=stream", "workload.message=1000B",
                                          "workload.total=500000B", "channels.c.ring=1MiB",
                                          "channels.c.recv_overhead=100us", NULL});
    ck_assert_uint_eq(result->messages, 500);
    check_count(result, "ring_full", 0, 0);
    check_count(result, "ring_empty", 0, 1);
    check_count(result, "events_sent", 0, 2);
}
END_TEST

/* The same through a ring that holds less than a message: writer and reader take turns. */
START_TEST(test_a_full_ring_is_told_of_room)
{
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){"workload.kind=stream", "workload.message=5000B",
                                          "workload.total=500000B", "channels.c.ring=1KiB", NULL});
    uint64_t turns = 100 * (uint64_t)((HEADER + 5000) / 1024);
    ck_assert_uint_eq(result->messages, 100);
    ck_assert_uint_ge(count_of(result, "ring_full"), turns);
    ck_assert_uint_ge(count_of(result, "events_sent"), turns);
    ck_assert_uint_le(count_of(result, "events_sent"),
                      count_of(result, "ring_full") + count_of(result, "ring_empty"));
    check_count(result, "ring_read", 100 * (HEADER + 5000), HEADER);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xen_ring");
    TCase *tests = tcase_create("xen_ring");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_nobody_is_told_who_did_not_ask);
    tcase_add_test(tests, test_a_full_ring_is_told_of_room);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
