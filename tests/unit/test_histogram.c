/*
 * The histogram: exact figures, the error bound of quantiles, and buckets without gaps.
 */
#include <stdlib.h>

#include "sim/stats/histogram.h"
#include "tests/harness/check.h"

static IvcHistogram *make(void)
{
    return g_new0(IvcHistogram, 1);
}

START_TEST(empty_is_all_zero)
{
    g_autofree IvcHistogram *histogram = make();
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 500), 0);
    ck_assert_uint_eq(ivc_histogram_mean(histogram), 0);
    ck_assert_uint_eq(histogram->min, 0);
}
END_TEST

START_TEST(equal_values_are_exact)
{
    static const uint64_t values[] = {0, 1, 31, 32, 12345678901, UINT64_MAX};
    for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
        g_autofree IvcHistogram *histogram = make();
        for (int i = 0; i < 7; i++)
            ivc_histogram_add(histogram, values[v]);
        for (unsigned per_mille = 0; per_mille <= 1000; per_mille += 10)
            ck_assert_uint_eq(ivc_histogram_quantile(histogram, per_mille), values[v]);
        ck_assert_uint_eq(histogram->min, values[v]);
        ck_assert_uint_eq(histogram->max, values[v]);
        ck_assert_uint_eq(histogram->count, 7);
    }
}
END_TEST

START_TEST(known_figures)
{
    g_autofree IvcHistogram *histogram = make();
    static const uint64_t values[] = {5, 3, 30, 7, 11};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        ivc_histogram_add(histogram, values[i]);
    ck_assert_uint_eq(histogram->sum, 56);
    ck_assert_uint_eq(ivc_histogram_mean(histogram), 11); /* 11.2 */
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 0), 3);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 200), 3);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 201), 5);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 500), 7);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 800), 11);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 990), 30);
    ck_assert_uint_eq(ivc_histogram_quantile(histogram, 1000), 30);
    ivc_histogram_add(histogram, 13);
    ck_assert_uint_eq(ivc_histogram_mean(histogram), 12); /* 69 / 6 = 11.5, half up */
}
END_TEST

START_TEST(sum_saturates)
{
    g_autofree IvcHistogram *histogram = make();
    ivc_histogram_add(histogram, UINT64_MAX);
    ivc_histogram_add(histogram, 2);
    ck_assert_uint_eq(histogram->sum, UINT64_MAX);
    ck_assert_uint_eq(histogram->count, 2);
}
END_TEST

START_TEST(buckets_have_no_gaps)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < IVC_HISTOGRAM_BUCKETS; i++) {
        uint64_t low = 0;
        uint64_t high = 0;
        ivc_histogram_bounds(i, &low, &high);
        ck_assert_uint_eq(low, end);
        ck_assert_uint_gt(high, low);
        g_autofree IvcHistogram *histogram = make();
        ivc_histogram_add(histogram, low);
        ivc_histogram_add(histogram, high - 1);
        ck_assert_uint_eq(histogram->buckets[i], 2);
        end = high;
    }
    ck_assert_uint_eq(end, UINT64_MAX);
}
END_TEST

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* Against sorted values: the true quantile q, ours within q/64. */
START_TEST(quantiles_keep_their_bound)
{
    static uint64_t values[5000];
    uint64_t state = 88172645463325252u;
    g_autofree IvcHistogram *histogram = make();
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        values[i] = state >> (state % 61);
        ivc_histogram_add(histogram, values[i]);
    }
    qsort(values, G_N_ELEMENTS(values), sizeof values[0], compare);
    for (unsigned per_mille = 1; per_mille <= 1000; per_mille++) {
        uint64_t exact = values[(G_N_ELEMENTS(values) * per_mille + 999) / 1000 - 1];
        uint64_t ours = ivc_histogram_quantile(histogram, per_mille);
        uint64_t off = ours > exact ? ours - exact : exact - ours;
        ck_assert_msg(off <= exact / 64,
                      "quantile %u: %" G_GUINT64_FORMAT ", exact %" G_GUINT64_FORMAT, per_mille,
                      ours, exact);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("histogram");
    TCase *tcase = tcase_create("histogram");
    tcase_add_test(tcase, empty_is_all_zero);
    tcase_add_test(tcase, equal_values_are_exact);
    tcase_add_test(tcase, known_figures);
    tcase_add_test(tcase, sum_saturates);
    tcase_add_test(tcase, buckets_have_no_gaps);
    tcase_add_test(tcase, quantiles_keep_their_bound);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
