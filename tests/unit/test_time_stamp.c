/* Guests' time stamps: they begin at 0, never run back, across virtual CPUs and migrations too, and
 * run at their frequency to one tick. */
#include "sim/model/time_stamp.h"
#include "tests/harness/points.h"

static const uint64_t rates[][2] = {{2100000000, 2100000000}, {1000000000, 2893000000},
                                    {3800000000, 1600000000}, {2500000001, 2499999999},
                                    {1000000, 20000000000},   {20000000000, 1000000}};

static uint64_t exact(uint64_t host, uint64_t guest_hz, uint64_t host_hz)
{
    return (uint64_t)((IvcU128)host * guest_hz / host_hz);
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

START_TEST(test_same)
{
    IvcTimeStamp stamp = ivc_time_stamp_same();
    ck_assert_uint_eq(ivc_time_stamp_read(&stamp, 0), 0);
    ck_assert_uint_eq(ivc_time_stamp_read(&stamp, UINT64_MAX), UINT64_MAX);
    ivc_time_stamp_set(&stamp, 1000, 0);
    ck_assert_uint_eq(ivc_time_stamp_read(&stamp, 1000), 0);
    ck_assert_uint_eq(ivc_time_stamp_read(&stamp, 1007), 7);
}
END_TEST

/* With 48 bits to one tick for a day and more; with 32 for the first 2^31 ticks of the host. */
START_TEST(test_scaled_to_a_tick)
{
    uint64_t guest_hz = rates[_i][0], host_hz = rates[_i][1];
    IvcTimeStamp vmx = ivc_time_stamp_scaled(guest_hz, host_hz, IVC_TSC_FRACTION_VMX);
    for (uint64_t host = 1; host < UINT64_C(1) << 47; host = host * 3 + 1)
        ck_assert_uint_le(apart(ivc_time_stamp_read(&vmx, host), exact(host, guest_hz, host_hz)),
                          1);
    IvcTimeStamp svm = ivc_time_stamp_scaled(guest_hz, host_hz, IVC_TSC_FRACTION_SVM);
    for (uint64_t host = 1; host < UINT64_C(1) << 31; host = host * 3 + 1)
        ck_assert_uint_le(apart(ivc_time_stamp_read(&svm, host), exact(host, guest_hz, host_hz)),
                          1);
}
END_TEST

/* A ratio that has no end in binary: fewer bits drift, by half of the last bit a tick at most. */
START_TEST(test_bits_matter)
{
    uint64_t host = UINT64_C(1) << 46, right = exact(host, 1, 3);
    IvcTimeStamp vmx = ivc_time_stamp_scaled(1000000, 3000000, IVC_TSC_FRACTION_VMX);
    IvcTimeStamp svm = ivc_time_stamp_scaled(1000000, 3000000, IVC_TSC_FRACTION_SVM);
    ck_assert_uint_le(apart(ivc_time_stamp_read(&vmx, host), right), 1);
    ck_assert_uint_gt(apart(ivc_time_stamp_read(&svm, host), right), 1000);
    ck_assert_uint_le(apart(ivc_time_stamp_read(&svm, host), right), UINT64_C(1) << (46 - 33));
}
END_TEST

/* A guest starts at 0, wherever the host's counter is, and never sees it run back: its virtual CPUs
 * share scale and offset, and read in any order of cores. */
START_TEST(test_monotone)
{
    GRand *rand = g_rand_new_with_seed(20160618 + (guint32)_i);
    uint64_t host = UINT64_C(123456789012), last = 0;
    IvcTimeStamp cpus[4];
    for (int c = 0; c < 4; c++) {
        cpus[c] = ivc_time_stamp_scaled(rates[_i][0], rates[_i][1], IVC_TSC_FRACTION_SVM);
        ivc_time_stamp_set(&cpus[c], host, 0);
        ck_assert_uint_eq(ivc_time_stamp_read(&cpus[c], host), 0);
    }
    for (int i = 0; i < 10000; i++) {
        host += (uint64_t)g_rand_int_range(rand, 0, 1000);
        uint64_t now = ivc_time_stamp_read(&cpus[g_rand_int_range(rand, 0, 4)], host);
        ck_assert_uint_ge(now, last);
        last = now;
    }
    g_rand_free(rand);
}
END_TEST

/* From host to host, of other frequencies and counters: it goes on where it was, at its own
 * frequency. */
START_TEST(test_migrations)
{
    const uint64_t guest_hz = 2400000000, hosts[] = {2400000000, 2100000000, 3600000000};
    IvcTimeStamp stamp = ivc_time_stamp_scaled(guest_hz, hosts[0], IVC_TSC_FRACTION_VMX);
    uint64_t host = UINT64_C(1) << 40, value = 0;
    ivc_time_stamp_set(&stamp, host, 0);
    for (int i = 1; i <= 30; i++) {
        uint64_t hz = hosts[(i - 1) % 3], before = value;
        host += hz; /* a second */
        value = ivc_time_stamp_read(&stamp, host);
        ck_assert_uint_le(apart(value, before + guest_hz), 1);
        host = UINT64_C(77777777777) * (uint64_t)(31 - i); /* of the next host */
        stamp = ivc_time_stamp_scaled(guest_hz, hosts[i % 3], IVC_TSC_FRACTION_VMX);
        ivc_time_stamp_set(&stamp, host, value);
        ck_assert_uint_eq(ivc_time_stamp_read(&stamp, host), value);
    }
    ck_assert_uint_le(apart(value, 30 * guest_hz), 30);
}
END_TEST

/* Spans are whole ticks, and as long by the frequency that the guest knows as they are. */
START_TEST(test_spans)
{
    IvcGuestClock clock = {.stamp = ivc_time_stamp_scaled(1000000000, 2000000000, 32),
                           .host_hz = 2000000000,
                           .guest_hz = 1000000000};
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, 0), 0);
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, 999), 0);
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, 1000), 1000);
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, 5999), 5000);
    ivc_time_stamp_set(&clock.stamp, 12345, 0); /* where it began does not matter */
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, 5999), 5000);
    ck_assert_uint_eq(ivc_guest_clock_span_ps(&clock, UINT64_C(1000000000000)),
                      UINT64_C(1000000000000));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time_stamp");
    TCase *tests = tcase_create("time_stamp");
    tcase_add_test(tests, test_same);
    tcase_add_loop_test(tests, test_scaled_to_a_tick, 0, G_N_ELEMENTS(rates));
    tcase_add_test(tests, test_bits_matter);
    tcase_add_loop_test(tests, test_monotone, 0, G_N_ELEMENTS(rates));
    tcase_add_test(tests, test_migrations);
    tcase_add_test(tests, test_spans);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
