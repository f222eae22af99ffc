/*
 * Predictions in the units of measurements, and quantiles, against numbers worked out by hand.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suite/score.h"
#include "tests/harness/check.h"
#include "tests/harness/sample_result.h"

static void assert_quantity(const char *name, const char *unit_name, double expected)
{
    g_autoptr(IvcResult) result = sample_result_new();
    g_autofree char *why = NULL;
    IvcQuantityRef quantity;
    double value = NAN;
    IvcGuestCount counts[] = {{0, "upcalls", "count", "s", 12}, {1, "upcalls", "count", "s", 34}};
    g_array_append_vals(result->guest_counts, counts, 2);
    const IvcUnit *unit = ivc_unit_find(unit_name);
    ck_assert_msg(unit != NULL, "no unit %s", unit_name);
    ck_assert_msg(ivc_quantity_find(name, &quantity), "no quantity %s", name);
    ck_assert_msg((quantity.row->dimensions & 1u << unit->dimension) != 0, "%s is not in %s", name,
                  unit_name);
    ck_assert_msg(ivc_quantity_value(&quantity, unit, result, &value, &why), "%s", why);
    ck_assert_msg(fabs(value / expected - 1) < 1e-12, "%s is %.15g %s, not %.15g", name, value,
                  unit_name, expected);
}

/* 4,096,000 bytes in 1,000 messages and 2 ms, 1,600,000 cycles at 800 MHz. */
START_TEST(quantities_in_units)
{
    assert_quantity("bandwidth", "B/s", 2.048e9);
    assert_quantity("bandwidth", "kB/s", 2.048e6);
    assert_quantity("bandwidth", "MB/s", 2048);
    assert_quantity("bandwidth", "GB/s", 2.048);
    assert_quantity("bandwidth", "KiB/s", 2e6);
    assert_quantity("bandwidth", "MiB/s", 1953.125);
    assert_quantity("bandwidth", "GiB/s", 1.9073486328125);
    assert_quantity("bandwidth", "bit/s", 16.384e9);
    assert_quantity("bandwidth", "kbit/s", 16.384e6);
    assert_quantity("bandwidth", "Mbit/s", 16384);
    assert_quantity("bandwidth", "Gbit/s", 16.384);
    assert_quantity("messages", "1/s", 500000);
    assert_quantity("messages", "messages/s", 500000);
    assert_quantity("messages", "pps", 500000);
    assert_quantity("messages", "kpps", 500);
    assert_quantity("messages", "Mpps", 0.5);
    assert_quantity("latency", "ps", 5040);
    assert_quantity("latency", "ns", 5.04);
    assert_quantity("latency", "us", 5.04e-3);
    assert_quantity("latency", "ms", 5.04e-6);
    assert_quantity("latency", "s", 5.04e-9);
    assert_quantity("latency", "cycles", 4.032);
    assert_quantity("latency_median", "ps", 5055);
    assert_quantity("latency_p99", "ps", 5055);
    assert_quantity("latency_min", "ns", 5);
    assert_quantity("round_trip", "ns", 10.08);
    assert_quantity("round_trips", "trans/s", 1e12 / 10080);
    assert_quantity("transactions", "trans/s", 250000);
    assert_quantity("cycles", "cycles/B", 0.390625);
    assert_quantity("cycles.tx", "instr/B", 1200000 / 4096000.0);
    assert_quantity("cycles.rx", "instr/B", 400000 / 4096000.0);
    assert_quantity("running.tx", "1", 0.75);
    assert_quantity("running.rx", "%", 25);
    assert_quantity("count.interrupts", "1/B", 17 / 4096000.0);
    assert_quantity("count.interrupts", "1/kB", 17 / 4096.0);
    assert_quantity("count.interrupts", "1/MB", 17 / 4.096);
    assert_quantity("count.interrupts", "1/MiB", 17 / 3.90625);
    assert_quantity("count.interrupts", "1/s", 8500);
    assert_quantity("guest_count.tx.upcalls", "1/MB", 12 / 4.096);
    assert_quantity("guest_count.rx.upcalls", "1/MiB", 34 / 3.90625);
    assert_quantity("guest_count.rx.upcalls", "1/s", 17000);
}
END_TEST

/* A workload that counts transactions knows them better than the messages do. */
START_TEST(transactions_that_are_counted)
{
    g_autoptr(IvcResult) result = sample_result_new();
    IvcCountResult count = {"transactions", "count", "s", 900};
    g_array_append_val(result->counts, count);
    IvcQuantityRef quantity;
    g_autofree char *why = NULL;
    double value = 0;
    ck_assert(ivc_quantity_find("transactions", &quantity));
    ck_assert(ivc_quantity_value(&quantity, ivc_unit_find("trans/s"), result, &value, &why));
    ck_assert(fabs(value - 450000) < 1e-6);
}
END_TEST

/* Every row of the tables is reached by name, and nothing else is. */
START_TEST(names_of_quantities)
{
    IvcQuantityRef quantity;
    const char *const *names = ivc_quantity_names();
    size_t n = 0;
    for (; names[n] != NULL; n++) {
        ck_assert(ivc_quantity_find(names[n], &quantity));
        ck_assert_ptr_eq(quantity.row, &ivc_quantities[n]);
    }
    ck_assert_ptr_null(ivc_quantities[n].name);
    const char *const none[] = {"", "count", "count.", "bandwidths", "running", "cycles."};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        ck_assert_msg(!ivc_quantity_find(none[i], &quantity), "'%s'", none[i]);
    }
    ck_assert_ptr_null(ivc_unit_find("mb/s"));
}
END_TEST

START_TEST(quantities_that_are_not_there)
{
    g_autoptr(IvcResult) result = sample_result_new();
    const char *const names[] = {"cycles.nobody",          "running.nobody",
                                 "count.doorbells",        "guest_count.nobody.upcalls",
                                 "guest_count.tx.upcalls", "guest_count.tx"};
    const char *const units[] = {"cycles/B", "%", "1/MB", "1/MB", "1/MB", "1/s"};
    const char *const whys[] = {"the result has no guest 'nobody'",
                                "the result has no guest 'nobody'",
                                "the result has no count 'doorbells'",
                                "the result has no guest 'nobody'",
                                "the result has no count by guest 'tx.upcalls'",
                                "the result has no count by guest 'tx'"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *why = NULL;
        IvcQuantityRef quantity;
        double value;
        ck_assert(ivc_quantity_find(names[i], &quantity));
        ck_assert(!ivc_quantity_value(&quantity, ivc_unit_find(units[i]), result, &value, &why));
        ck_assert_str_eq(why, whys[i]);
    }
    g_autofree char *why = NULL;
    IvcQuantityRef quantity;
    double value;
    result->messages = 0;
    ck_assert(ivc_quantity_find("bandwidth", &quantity));
    ck_assert(!ivc_quantity_value(&quantity, ivc_unit_find("B/s"), result, &value, &why));
    ck_assert_str_eq(why, "nothing was delivered");
}
END_TEST

START_TEST(quantiles)
{
    double one[] = {7};
    ck_assert(ivc_quantile(one, 1, 0.5) == 7 && ivc_quantile(one, 1, 0.9) == 7);
    double two[] = {3, 1};
    ck_assert(ivc_quantile(two, 2, 0.5) == 2);
    double odd[] = {5, 1, 3};
    ck_assert(ivc_quantile(odd, 3, 0.5) == 3);
    ck_assert(fabs(ivc_quantile(odd, 3, 0.9) - 4.6) < 1e-12);
    double eleven[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    ck_assert(ivc_quantile(eleven, 11, 0.9) == 9 && ivc_quantile(eleven, 11, 0.5) == 5);
    ck_assert(ivc_quantile(eleven, 11, 0) == 0 && ivc_quantile(eleven, 11, 1) == 10);
}
END_TEST

/* ---- scores of a plan made by hand ---- */

typedef struct {
    IvcDataSet data;
    IvcSuite suite;
    IvcSuite *suites[1];
    IvcSuitePlan plan;
    GArray *predictions;
} Made;

static Made *made_new(void)
{
    Made *made = g_new0(Made, 1);
    made->data.rows = g_array_new(FALSE, TRUE, sizeof(IvcDataRow));
    made->suite.data = &made->data;
    made->suite.entries = g_array_new(FALSE, TRUE, sizeof(IvcSuiteEntry));
    made->suite.choices = g_array_new(FALSE, TRUE, sizeof(IvcNamedSettings));
    made->suites[0] = &made->suite;
    made->plan.suites = made->suites;
    made->plan.n_suites = 1;
    made->plan.places = g_array_new(FALSE, TRUE, sizeof(IvcSuitePlace));
    made->plan.parameters = g_ptr_array_new();
    g_ptr_array_add(made->plan.parameters, NULL);
    made->predictions = g_array_new(FALSE, TRUE, sizeof(IvcPrediction));
    return made;
}

static void made_free(Made *made)
{
    g_array_unref(made->data.rows);
    g_array_unref(made->suite.entries);
    g_array_unref(made->suite.choices);
    g_array_unref(made->plan.places);
    g_ptr_array_unref(made->plan.parameters);
    g_array_unref(made->predictions);
    g_free(made);
}

static void predict(Made *made, guint row, guint choice, double value)
{
    IvcSuitePlace place = {.row = row, .choice = choice};
    IvcPrediction one = {value, isnan(value) ? (char *)"broken" : NULL};
    g_array_append_val(made->plan.places, place);
    g_array_append_val(made->predictions, one);
}

/* A row of one metric and size that is predicted. */
static guint add_row(Made *made, const char *path, IvcDataRole role, double measured,
                     double predicted)
{
    IvcDataRow row = {.path = (char *)path,
                      .metric = (char *)"m",
                      .unit = (char *)"MB/s",
                      .value = measured,
                      .role = role};
    IvcSuiteEntry entry = {.path = (char *)path, .metric = (char *)"m"};
    g_array_append_val(made->data.rows, row);
    g_array_append_val(made->suite.entries, entry);
    predict(made, made->data.rows->len - 1, 0, predicted);
    return made->data.rows->len - 1;
}

static IvcScore *score_of(const Made *made)
{
    return ivc_score_new(&made->plan, 0, made->predictions, IVC_ROLES_ALL);
}

static const IvcScoreRow *scored(const IvcScore *score, guint i)
{
    return &g_array_index(score->rows, IvcScoreRow, i);
}

/* Errors of 10, 20, 30, 40 and -50 %; the row to calibrate does not count. */
START_TEST(errors_of_a_score)
{
    static const char *const paths[] = {"a", "b", "c", "d", "e"};
    static const double predicted[] = {110, 120, 130, 140, 50};
    Made *made = made_new();
    for (guint i = 0; i < 5; i++) {
        add_row(made, paths[i], IVC_ROLE_PREDICT, 100, predicted[i]);
    }
    add_row(made, "f", IVC_ROLE_CALIBRATE, 100, 900);
    g_autoptr(IvcScore) score = score_of(made);
    ck_assert_uint_eq(score->to_predict, 5);
    ck_assert_uint_eq(score->predicted, 5);
    ck_assert_uint_eq(score->to_calibrate, 1);
    ck_assert_uint_eq(score->failed + score->points_failed, 0);
    ck_assert(fabs(score->median_error - 0.30) < 1e-12);
    ck_assert(fabs(score->p90_error - 0.46) < 1e-12); /* 0.6 of the way from 40 to 50 % */
    ck_assert(fabs(scored(score, 4)->error + 0.5) < 1e-12);
    ck_assert(ivc_score_within(score)); /* it has no limits */
    made->suite.limited = true;
    made->suite.limits = (IvcSuiteLimits){{300001}, {460001}};
    ck_assert(ivc_score_within(score));
    made->suite.limits.median_error.ppm = 299999;
    ck_assert(!ivc_score_within(score));
    made->suite.limits = (IvcSuiteLimits){{300000}, {459999}};
    ck_assert(!ivc_score_within(score));
    made_free(made);
}
END_TEST

/* A difference of exactly a tenth is none; ties in what is predicted are wrong. */
START_TEST(order_of_a_score)
{
    Made *made = made_new();
    add_row(made, "ten", IVC_ROLE_PREDICT, 10, 9);
    add_row(made, "tenth more", IVC_ROLE_PREDICT, 11, 8);
    g_autoptr(IvcScore) none = score_of(made);
    ck_assert_uint_eq(none->pairs->len, 0);
    add_row(made, "twelve", IVC_ROLE_CALIBRATE, 12, 9);    /* not beyond eleven, but ten: a tie */
    add_row(made, "fifteen", IVC_ROLE_CALIBRATE, 15, 9.5); /* beyond ten and eleven: right */
    g_autoptr(IvcScore) score = score_of(made);
    /* twelve and fifteen are both to calibrate: no pair */
    ck_assert_uint_eq(score->pairs->len, 3);
    ck_assert_uint_eq(score->pairs_wrong, 1);
    const IvcScorePair *wrong = &g_array_index(score->pairs, IvcScorePair, 0);
    ck_assert_str_eq(wrong->less->row->path, "ten");
    ck_assert_str_eq(wrong->more->row->path, "twelve");
    ck_assert(!wrong->right);
    /* Another size, metric or unit is another thing. */
    IvcDataRow *rows = (IvcDataRow *)(void *)made->data.rows->data;
    rows[3].sized = true;
    rows[3].message_bytes = 8;
    rows[2].unit = (char *)"GB/s";
    g_autoptr(IvcScore) apart = score_of(made);
    ck_assert_uint_eq(apart->pairs->len, 0);
    made_free(made);
}
END_TEST

/* A choice that fails costs its end of the range, the stated one the row. */
START_TEST(choices_of_a_score)
{
    Made *made = made_new();
    IvcNamedSettings choices[] = {
        {.name = (char *)"low"}, {.name = (char *)"high"}, {.name = (char *)"broken"}};
    g_array_append_vals(made->suite.choices, choices, 3);
    made->suite.main_choice = 1;
    guint row = add_row(made, "a", IVC_ROLE_PREDICT, 100, 70);
    predict(made, row, 1, 90);
    predict(made, row, 2, NAN);
    g_autoptr(IvcScore) score = score_of(made);
    const IvcScoreRow *one = scored(score, 0);
    ck_assert_int_eq(one->status, IVC_ROW_PREDICTED);
    ck_assert(fabs(one->error + 0.1) < 1e-12);
    ck_assert(one->lowest == 70 && one->highest == 90);
    ck_assert_str_eq(one->lowest_choice, "low");
    ck_assert_str_eq(one->highest_choice, "high");
    ck_assert_str_eq(one->why, "broken");
    ck_assert_uint_eq(score->points_failed, 1);
    ck_assert_uint_eq(score->failed, 0);
    made->suite.main_choice = 2;
    made->suite.limited = true;
    g_autoptr(IvcScore) lost = score_of(made);
    ck_assert_int_eq(scored(lost, 0)->status, IVC_ROW_FAILED);
    ck_assert(isnan(scored(lost, 0)->predicted) && isnan(lost->median_error));
    ck_assert_uint_eq(lost->failed, 1);
    ck_assert(!ivc_score_within(lost)); /* limits that nothing was held against */
    made_free(made);
}
END_TEST

/* Rows without an entry are kept, and shown to be so. */
START_TEST(rows_without_an_entry)
{
    Made *made = made_new();
    add_row(made, "a", IVC_ROLE_PREDICT, 100, 100);
    g_array_set_size(made->suite.entries, 0);
    g_array_set_size(made->plan.places, 0);
    made->suite.limited = true;
    made->suite.limits = (IvcSuiteLimits){{1000000}, {1000000}};
    g_autoptr(IvcScore) score = score_of(made);
    ck_assert_int_eq(scored(score, 0)->status, IVC_ROW_WITHOUT_ENTRY);
    ck_assert_uint_eq(score->to_predict, 1);
    ck_assert_uint_eq(score->predicted, 0);
    ck_assert(!ivc_score_within(score));
    made_free(made);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suite");
    TCase *tests = tcase_create("suite");
    tcase_add_test(tests, quantities_in_units);
    tcase_add_test(tests, transactions_that_are_counted);
    tcase_add_test(tests, names_of_quantities);
    tcase_add_test(tests, quantities_that_are_not_there);
    tcase_add_test(tests, quantiles);
    tcase_add_test(tests, errors_of_a_score);
    tcase_add_test(tests, order_of_a_score);
    tcase_add_test(tests, choices_of_a_score);
    tcase_add_test(tests, rows_without_an_entry);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
