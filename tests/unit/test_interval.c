/* Intervals of confidence: Student's t, quotients, and what passes for independent. */
#include "sim/stats/interval.h"
#include "tests/harness/check.h"

#include <math.h>
#include <stdlib.h>

/* Two-sided points of Student's distribution, from the usual tables. */
static const struct {
    double confidence;
    unsigned degrees;
    double t;
} points[] = {
    {0.95, 1, 12.7062}, {0.95, 2, 4.3027},  {0.95, 3, 3.1824},  {0.95, 4, 2.7764},
    {0.95, 9, 2.2622},  {0.95, 30, 2.0423}, {0.95, 47, 2.0117}, {0.99, 5, 4.0321},
    {0.99, 10, 3.1693}, {0.9, 20, 1.7247},  {0.5, 7, 0.7111},   {0.95, 9999, 1.9602},
};

START_TEST(test_student)
{
    double t = ivc_student_t(points[_i].confidence, points[_i].degrees);
    ck_assert_double_eq_tol(t, points[_i].t, 0.00005);
}
END_TEST

/* 1, 2, 3, 4, 5: mean 3, deviation sqrt(2.5), t = 2.7764. */
START_TEST(test_mean)
{
    const double values[] = {1, 2, 3, 4, 5};
    IvcInterval interval = ivc_interval_mean(values, 5, 0.95);
    ck_assert_double_eq_tol(interval.value, 3, 1e-12);
    ck_assert_double_eq_tol(interval.half, 2.776445 * sqrt(2.5 / 5), 1e-5);
    ck_assert(isnan(ivc_interval_mean(values, 1, 0.95).half));
}
END_TEST

/* By hand: 30 / 12 = 2.5; residuals 2.5, -2.5, 0; deviation 2.5; over sqrt(3) and a mean of 4. */
START_TEST(test_ratio)
{
    const double above[] = {10, 5, 15}, below[] = {3, 3, 6};
    IvcInterval interval = ivc_interval_ratio(above, below, 3, 0.95);
    ck_assert_double_eq_tol(interval.value, 2.5, 1e-12);
    ck_assert_double_eq_tol(interval.half, 4.302653 * 2.5 / sqrt(3) / 4, 1e-5);
}
END_TEST

static uint32_t state = 12345;

static double chance(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 24);
}

/* Samples whose latencies follow their predecessors by `memory`, and rise by `trend` in all. */
static GArray *make(double memory, double trend)
{
    GArray *samples = g_array_new(FALSE, TRUE, sizeof(IvcSample));
    double value = 0;
    for (int i = 0; i < 64; i++) {
        value = memory * value + (chance() - 0.5) * 2000;
        double latency = 100000 + value + trend * i / 64;
        IvcSample sample = {.bytes = 100000 + (uint64_t)(chance() * 1000),
                            .messages = 100,
                            .elapsed_ps = 1000000,
                            .latency_sum_ps = (uint64_t)(latency * 100),
                            .latencies = 100};
        g_array_append_val(samples, sample);
    }
    return samples;
}

static unsigned count_independent(double memory, double trend)
{
    unsigned n = 0;
    for (int i = 0; i < 200; i++) {
        g_autoptr(GArray) samples = make(memory, trend);
        n += ivc_interval_independent(samples);
    }
    return n;
}

/* Chance refuses one in twenty for each of two figures; memory and a trend nearly always. */
START_TEST(test_independence)
{
    unsigned plain = count_independent(0, 0);
    ck_assert_uint_ge(plain, 165);
    ck_assert_uint_le(plain, 195);
    ck_assert_uint_le(count_independent(0.6, 0), 4);
    ck_assert_uint_le(count_independent(0, 3000), 10);
}
END_TEST

START_TEST(test_reached)
{
    g_autoptr(GArray) samples = make(0, 0);
    IvcShare confidence = {950000};
    ck_assert(ivc_interval_reached(samples, confidence, (IvcShare){10000}));
    ck_assert(!ivc_interval_reached(samples, confidence, (IvcShare){100}));
    g_array_set_size(samples, 1);
    ck_assert(!ivc_interval_reached(samples, confidence, (IvcShare){500000}));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interval");
    TCase *tests = tcase_create("interval");
    tcase_add_loop_test(tests, test_student, 0, sizeof points / sizeof points[0]);
    tcase_add_test(tests, test_mean);
    tcase_add_test(tests, test_ratio);
    tcase_add_test(tests, test_independence);
    tcase_add_test(tests, test_reached);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
