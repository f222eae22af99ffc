/* Windows of Isends and Irecvs over the sock channel: how many times a window waits for the other
 * side, from the protocol alone. Every event between the guests takes so long that all else in a
 * window is little beside one; and what is on the ring is counted to the byte. */
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

int main(void)
{
    Suite *suite = suite_create("requests");
    TCase *tests = tcase_create("requests");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_a_window_asks_once);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
