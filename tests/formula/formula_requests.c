/* Windows of Isends and Irecvs. Over the sock channel: how many times a window waits for the other
 * side, from the protocol alone. Every event between the guests takes so long that all else in a
 * window is little beside one; and what is on the ring is counted to the byte. Over nemesis: a
 * window both ways to the picosecond, and what large messages add to it. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

enum { FLIGHT_MS = 1, HEADER = 40, ACK = 4, EAGER = 1000, WINDOWS = 20 };

static const char text[] =
    "schema: ivcsim/1\nname: requests\nmachine: {profile: loongson3a}\n"
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: xen-ring, between: [a, b], header: 40B, ring: 1MiB, eager_max: 1000B,\n"
    "      event_flight: 1ms, send_overhead: 0ns, recv_overhead: 0ns, call: 0ns}\n"
    "workload: {kind: osu-bandwidth, message: 8B, total: 8B, warmup: 10}\n";

/* Flights in a window, and bytes on both rings. */
static void check_window(const char *kind, uint64_t window, uint64_t bytes, uint64_t flights)
{
    bool both = strstr(kind, "bidirectional") != NULL;
    uint64_t messages = (both ? 2 : 1) * window * WINDOWS;
    g_autofree char *set_kind = g_strconcat("workload.kind=", kind, NULL);
    g_autofree char *set_window = g_strdup_printf("workload.window=%" G_GUINT64_FORMAT, window);
    g_autofree char *set_bytes = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", bytes);
    g_autofree char *set_total =
        g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", messages * bytes);
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){set_kind, set_window, set_bytes, set_total, NULL});
    ck_assert_uint_eq(result->messages, messages);
    uint64_t flight = FLIGHT_MS * UINT64_C(1000000000);
    uint64_t each = result->elapsed_ps / WINDOWS;
    ck_assert_msg(each >= flights * flight && each < (flights + 1) * flight,
                  "%s, window %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT
                  " ps a window, not %" G_GUINT64_FORMAT " flights",
                  kind, window, bytes, each, flights);
    uint64_t headers = bytes <= EAGER ? HEADER : 2 * HEADER; /* a request and its answer */
    uint64_t written = messages * (headers + bytes) + (both ? 0 : WINDOWS * (HEADER + ACK));
    uint64_t counted = count_of(result, "ring_written");
    /* The last acknowledgement and Finalize's messages are on either side of the end; both ways,
     * the window of one side is at either end of the phase. */
    uint64_t slack = 3 * HEADER + (both ? window * (headers + bytes) : 0);
    ck_assert_msg(counted + slack >= written && counted <= written + slack,
                  "%s: %" G_GUINT64_FORMAT " bytes written, not %" G_GUINT64_FORMAT, kind, counted,
                  written);
}

START_TEST(test_a_window_asks_once)
{
    static const uint64_t windows[] = {1, 8, 64};
    for (size_t w = 0; w < G_N_ELEMENTS(windows); w++) {
        /* Data and the acknowledgement. */
        check_window("osu-bandwidth", windows[w], EAGER, 2);
        /* All requests, all answers, the data, the acknowledgement. */
        check_window("osu-bandwidth", windows[w], EAGER + 200, 4);
        /* Both sides' data, or requests, answers and data, pass each other. */
        check_window("osu-bidirectional-bandwidth", windows[w], EAGER, 1);
        check_window("osu-bidirectional-bandwidth", windows[w], EAGER + 200, 3);
    }
}
END_TEST

/* ---- nemesis ---- */

/* In nanoseconds, as the scenario below states them. */
enum { WORD = 7, ATOMIC = 11, SEND = 401, RECV = 503, SLOT = 4096 };

static const char shared[] =
    "schema: ivcsim/1\nname: requests\nmachine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n  atomic: 11ns\n  poll: 3ns\n"
    "  read: {l2: 0ns, other: 0ns, memory: 0ns}\n"
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n"
    "  memory: {rate: 100TB/s}\n  interconnect: {rate: 100TB/s}\n"
    "guests: {a: {cores: [1]}, b: {cores: [2]}}\n"
    "channels:\n"
    "  c: {mechanism: nemesis, mode: native, between: [a, b], eager_max: 16KiB, slot: 4KiB,\n"
    "      slots: 8, send_overhead: 401ns, recv_overhead: 503ns, progress: 10ns}\n"
    "workload: {kind: osu-bidirectional-bandwidth, total: 1TiB, warmup: 64}\n";

static uint64_t elapsed_ns(const char *set_box, uint64_t window, uint64_t bytes, uint64_t windows)
{
    g_autofree char *set_window = g_strdup_printf("workload.window=%" G_GUINT64_FORMAT, window);
    g_autofree char *set_bytes = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", bytes);
    g_autofree char *set_count =
        g_strdup_printf("workload.messages_max=%" G_GUINT64_FORMAT, 2 * window * windows);
    g_autoptr(IvcResult) result =
        points_run(shared, (const char *[]){set_box, set_window, set_bytes, set_count, NULL});
    ck_assert_uint_eq(result->messages, 2 * window * windows);
    ck_assert_uint_eq(result->elapsed_ps % 1000, 0);
    return result->elapsed_ps / 1000;
}

/* What a window takes, without the start and the end of a run. */
static uint64_t window_ns(const char *set_box, uint64_t window, uint64_t bytes)
{
    return (elapsed_ns(set_box, window, bytes, 300) - elapsed_ns(set_box, window, bytes, 200)) /
           100;
}

static void check_ns(const char *what, uint64_t window, uint64_t bytes, uint64_t got,
                     uint64_t expected)
{
    ck_assert_msg(got == expected,
                  "%s, window %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " B: %" G_GUINT64_FORMAT
                  " ns, not %" G_GUINT64_FORMAT,
                  what, window, bytes, got, expected);
}

static const uint64_t windows[] = {1, 2, 8, 64};

/* Both sides are in step: they send at once, the first message of each through the box and the
 * others through cells, and then each finds all that the other has sent. Nobody polls. */
START_TEST(test_nemesis_both_ways)
{
    static const uint64_t sizes[] = {8, 1024, 16384};
    for (size_t i = 0; i < G_N_ELEMENTS(windows) * G_N_ELEMENTS(sizes); i++) {
        uint64_t window = windows[i % 4], bytes = sizes[i / 4], copy = bytes / 8 * WORD;
        uint64_t one = RECV + (WORD + copy + WORD) + SEND + (WORD + copy + WORD);
        check_ns("boxes", window, bytes, window_ns("channels.c.fastbox=true", window, bytes),
                 window * one + (window - 1) * (WORD + ATOMIC));
        check_ns("cells", window, bytes, window_ns("channels.c.fastbox=false", window, bytes),
                 window * (one + ATOMIC));
    }
}
END_TEST

/* All are asked for, answered one after the other, and each side fills a slot and empties one in
 * turn. */
START_TEST(test_nemesis_large_both_ways)
{
    static const uint64_t parts[] = {5, 8, 32};
    for (size_t i = 0; i < G_N_ELEMENTS(windows) * G_N_ELEMENTS(parts); i++) {
        uint64_t window = windows[i % 4], slots = parts[i / 4], copy = SLOT / 8 * WORD;
        uint64_t ask = SEND + WORD + WORD + ATOMIC, asked = RECV + WORD + WORD + WORD;
        uint64_t slot = (copy + WORD) + (WORD + copy + WORD);
        check_ns("slots", window, slots * SLOT,
                 window_ns("channels.c.fastbox=true", window, slots * SLOT),
                 window * (ask + asked + slots * slot));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("requests");
    TCase *tests = tcase_create("requests");
    tcase_add_test(tests, test_a_window_asks_once);
    tcase_add_test(tests, test_nemesis_both_ways);
    tcase_add_test(tests, test_nemesis_large_both_ways);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
