/*
 * Predictions in the units of measurements, and quantiles, against numbers worked out by hand.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suite/score.h"
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

int main(void)
{
    Suite *suite = suite_create("suite");
    TCase *tests = tcase_create("suite");
    tcase_add_test(tests, quantities_in_units);
    tcase_add_test(tests, names_of_quantities);
    tcase_add_test(tests, quantities_that_are_not_there);
    tcase_add_test(tests, quantiles);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
