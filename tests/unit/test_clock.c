/* Clock domains: exact values, and the bounds that rounding keeps. */
#include <stdlib.h>

#include "sim/base/clock.h"
#include "tests/harness/check.h"

static IvcTime ps(uint64_t hz, uint64_t cycles)
{
    IvcClock clock = ivc_clock_make((IvcFrequency){hz});
    return ivc_clock_cycles_to_ps(&clock, (IvcCycles){cycles});
}

START_TEST(exact_periods)
{
    IvcClock clock = ivc_clock_make((IvcFrequency){2200000000});
    ck_assert_uint_eq(clock.num, 5000);
    ck_assert_uint_eq(clock.den, 11);
    ck_assert_uint_eq(ps(800000000, 1), 1250);
    ck_assert_uint_eq(ps(800000000, 0), 0);
    ck_assert_uint_eq(ps(1000000000, 12345), 12345000);
    ck_assert_uint_eq(ps(2200000000, 11), 5000);
    ck_assert_uint_eq(ps(2200000000, 1), 455);
    ck_assert_uint_eq(ps(2200000000, 2200000000), 1000000000000);
    ck_assert_uint_eq(ps(2666666667, 2666666667), 1000000000000);
    ck_assert_uint_eq(ps(1, 1), 1000000000000);
}
END_TEST

START_TEST(saturates)
{
    ck_assert_uint_eq(ps(1, 18446745), IVC_TIME_NEVER);
    ck_assert_uint_eq(ps(1, 18446744), 18446744000000000000U);
    ck_assert_uint_eq(ps(1, UINT64_MAX), IVC_TIME_NEVER);
    ck_assert_uint_eq(ps(2666666667, UINT64_MAX), IVC_TIME_NEVER);
    ck_assert_uint_eq(ps(2000000000000, UINT64_MAX), 9223372036854775808U);
}
END_TEST

START_TEST(costs)
{
    IvcClock clock = ivc_clock_make((IvcFrequency){800000000});
    ck_assert_uint_eq(ivc_clock_cost_to_ps(&clock, (IvcCost){.n = 4}), 5000);
    ck_assert_uint_eq(ivc_clock_cost_to_ps(&clock, (IvcCost){.n = 4, .is_time = true}), 4);
    ck_assert_uint_eq(ivc_clock_ps_to_cycles(&clock, 1250).n, 1);
    ck_assert_uint_eq(ivc_clock_ps_to_cycles(&clock, 624).n, 0);
    ck_assert_uint_eq(ivc_clock_ps_to_cycles(&clock, 625).n, 1);
    IvcClock fast = ivc_clock_make((IvcFrequency){UINT64_MAX});
    ck_assert_uint_eq(ivc_clock_ps_to_cycles(&fast, UINT64_MAX).n, UINT64_MAX);
}
END_TEST

/* Never early, less than 1 ps late, monotonic, and two parts take no less than their sum. */
START_TEST(rounding_bounds)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int i = 0; i < 20000; i++) {
        uint64_t hz = 1 + g_rand_int(random);
        uint64_t a = g_rand_int(random) >> g_rand_int_range(random, 0, 32);
        uint64_t b = g_rand_int(random) >> g_rand_int_range(random, 0, 32);
        IvcU128 exact = (IvcU128)a * 1000000000000;
        if (exact / hz >= UINT64_MAX)
            continue;
        IvcTime t = ps(hz, a);
        ck_assert_msg((IvcU128)t * hz >= exact && (IvcU128)t * hz < exact + hz,
                      "%" G_GUINT64_FORMAT " cycles at %" G_GUINT64_FORMAT " Hz", a, hz);
        ck_assert(ps(hz, a + 1) >= t);
        IvcTime sum = ps(hz, a + b);
        ck_assert(sum == IVC_TIME_NEVER || t + ps(hz, b) >= sum);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clock");
    TCase *tests = tcase_create("clock");
    tcase_add_test(tests, exact_periods);
    tcase_add_test(tests, saturates);
    tcase_add_test(tests, costs);
    tcase_add_test(tests, rounding_bounds);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
