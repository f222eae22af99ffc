/*
 * The derived figures of a point, against numbers worked out by hand.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/columns.h"
#include "sim/stats/export.h"
#include "tests/harness/check.h"
#include "tests/harness/sample_result.h"

/* One column's value as it is printed. @return transfer full */
static char *value_of(const IvcResult *result, const char *name)
{
    const IvcColumn *column = ivc_column_find(name);
    ck_assert_msg(column != NULL, "no column %s", name);
    json_t *value = column->get(result);
    ck_assert_ptr_nonnull(value);
    char *text = ivc_export_line(value);
    json_decref(value);
    return text;
}

static void assert_value(const IvcResult *result, const char *name, const char *expected)
{
    g_autofree char *text = value_of(result, name);
    ck_assert_msg(strcmp(text, expected) == 0, "%s is %s, not %s", name, text, expected);
}

START_TEST(figures_of_the_sample)
{
    g_autoptr(IvcResult) result = sample_result_new();
    assert_value(result, "message_bytes", "4096");
    assert_value(result, "messages", "1000");
    assert_value(result, "messages_asked", "4000");
    assert_value(result, "capped", "true");
    assert_value(result, "elapsed_ps", "2000000000");
    assert_value(result, "bandwidth_bytes_per_s", "2048000000.0");
    assert_value(result, "messages_per_s", "500000.0");
    assert_value(result, "latency_min_ps", "5000");
    assert_value(result, "latency_mean_ps", "5040");
    assert_value(result, "latency_p50_ps", "5055"); /* bucket 4992..5119 */
    assert_value(result, "latency_p99_ps", "5055");
    assert_value(result, "latency_max_ps", "9000");
    assert_value(result, "cpu_running_share", "{\"tx\": 0.75, \"rx\": 0.25}");
    assert_value(result, "cpu_waiting_share", "{\"tx\": 0.0, \"rx\": 0.0}");
    assert_value(result, "cpu_blocked_share", "{\"tx\": 0.2, \"rx\": 0.75}");
    assert_value(result, "cpu_idle_share", "{\"tx\": 0.05, \"rx\": 0.0}");
    assert_value(result, "cpu_spinning_share", "{\"tx\": 0.25, \"rx\": 0.0}");
    assert_value(result, "cpu_jain_index", "0.8"); /* 1 / (2 * (0.5625 + 0.0625)) */
    assert_value(result, "cycles_per_byte", "0.390625");
    assert_value(result, "counts", "{\"interrupts\": 17, \"copied_bytes\": 8192000}");
    assert_value(result, "latency_histogram_ps", "[[4992, 5120, 990], [8960, 9216, 10]]");
    assert_value(result, "cores",
                 "[{\"core\": 0, \"guest\": \"tx\", \"running_ps\": 1500000000, \"waiting_ps\": 0, "
                 "\"blocked_ps\": 400000000, \"idle_ps\": 100000000}, "
                 "{\"core\": 3, \"guest\": \"rx\", \"running_ps\": 500000000, \"waiting_ps\": 0, "
                 "\"blocked_ps\": 1500000000, \"idle_ps\": 0}]");
}
END_TEST

/* The column is there only where something is counted by guest; in CSV, one for each of them. */
START_TEST(counts_of_guests)
{
    g_autoptr(IvcResult) result = sample_result_new();
    ck_assert_ptr_null(ivc_column_find("guest_counts")->get(result));
    IvcGuestCount counts[] = {{0, "upcalls", "count", "s", 3}, {1, "upcalls", "count", "s", 0}};
    g_array_append_vals(result->guest_counts, counts, 2);
    assert_value(result, "guest_counts",
                 "[{\"guest\": \"tx\", \"name\": \"upcalls\", \"value\": 3, \"per_mb\": 0.732}, "
                 "{\"guest\": \"rx\", \"name\": \"upcalls\", \"value\": 0, \"per_mb\": 0.0}]");
    json_t *points = json_array();
    json_array_append_new(points, ivc_point_json(result));
    g_autofree char *csv = ivc_export_csv(points);
    ck_assert_ptr_nonnull(strstr(csv,
                                 ",guest_count.tx.upcalls.value,guest_count.tx.upcalls.per_mb,"
                                 "guest_count.rx.upcalls.value,guest_count.rx.upcalls.per_mb,"));
    ck_assert_ptr_nonnull(strstr(csv, ",3,0.732,0,0,"));
    json_decref(points);
}
END_TEST

/* A guest that is idle all the time has no part in the balance; one that waits has. */
START_TEST(balance_is_of_those_that_run)
{
    g_autoptr(IvcResult) result = sample_result_new();
    IvcGuestResult idle = {.name = g_strdup("idle"), .cores = 1, .states = {0, 0, 0, 2000000000}};
    g_array_append_val(result->guests, idle);
    assert_value(result, "cpu_jain_index", "0.8");
    IvcGuestResult some = {
        .name = g_strdup("some"), .cores = 1, .states = {500000000, 1500000000, 0, 0}};
    g_array_append_val(result->guests, some);
    /* (0.75 + 0.25 + 0.25)^2 / (3 * (0.5625 + 0.0625 + 0.0625)) */
    assert_value(result, "cpu_jain_index", "0.757575758");
    IvcGuestResult busy = {.name = g_strdup("busy"),
                           .cores = 1,
                           .states = {2000000000, 0, 0, 0},
                           .beside_ps = 2000000000};
    g_array_append_val(result->guests, busy); /* a load, and no message */
    assert_value(result, "cpu_jain_index", "0.757575758");
    /* 2.25^2 / (4 * 1.6875): with its whole share */
    g_array_index(result->guests, IvcGuestResult, 4).beside_ps--;
    assert_value(result, "cpu_jain_index", "0.75");
}
END_TEST

START_TEST(stages_of_the_sample)
{
    g_autoptr(IvcResult) result = sample_result_new();
    json_t *stages = ivc_column_find("stages")->get(result);
    ck_assert_uint_eq(json_array_size(stages), 3);
    g_autofree char *second = ivc_export_line(json_array_get(stages, 1));
    ck_assert_str_eq(second,
                     "{\"component\": \"shm-ring\", \"stage\": \"poll\", \"guest\": \"tx\", "
                     "\"spent_ps\": 500000000, \"cycles\": 400000, "
                     "\"cycles_per_byte\": 0.09765625, \"spin\": true, \"times\": 10, "
                     "\"sentence\": \"looks for room\"}");
    json_decref(stages);
}
END_TEST

/* Rounded half up at the third decimal: 2 bytes in 3 ps, and one half exactly. */
START_TEST(quotients_are_rounded_half_up)
{
    g_autoptr(IvcResult) result = ivc_result_new();
    result->bytes = 2;
    result->elapsed_ps = 3;
    assert_value(result, "bandwidth_bytes_per_s", "666666666666.667");
    result->bytes = 1;
    result->elapsed_ps = 2000000000000000; /* 2,000 s: 0.0005 */
    assert_value(result, "bandwidth_bytes_per_s", "0.001");
    result->elapsed_ps = 2000000000000001;
    assert_value(result, "bandwidth_bytes_per_s", "0.0");
}
END_TEST

START_TEST(what_does_not_exist_is_null)
{
    g_autoptr(IvcResult) result = ivc_result_new();
    IvcGuestResult guest = {.name = g_strdup("idle"), .cores = 1};
    g_array_append_val(result->guests, guest);
    static const char *const nulls[] = {"scenario",       "hash",           "bandwidth_bytes_per_s",
                                        "messages_per_s", "latency_min_ps", "latency_p99_ps",
                                        "cpu_jain_index", "cycles_per_byte"};
    for (size_t i = 0; i < G_N_ELEMENTS(nulls); i++)
        assert_value(result, nulls[i], "null");
    assert_value(result, "cpu_running_share", "{\"idle\": null}");
    assert_value(result, "latency_histogram_ps", "[]");
}
END_TEST

START_TEST(extremes_do_not_overflow)
{
    g_autoptr(IvcResult) result = ivc_result_new();
    result->bytes = UINT64_MAX;
    result->messages = UINT64_MAX;
    result->elapsed_ps = 1;
    result->seed = UINT64_MAX;
    assert_value(result, "seed", "\"18446744073709551615\"");
    assert_value(result, "bytes", "\"18446744073709551615\"");
    json_t *point = ivc_point_json(result);
    double rate = json_number_value(json_object_get(point, "bandwidth_bytes_per_s"));
    ck_assert(isfinite(rate));
    ck_assert(json_is_number(json_object_get(point, "messages_per_s")) ||
              json_is_null(json_object_get(point, "messages_per_s")));
    json_decref(point);
}
END_TEST

/* Other people's scripts use these names. */
START_TEST(names_that_must_hold)
{
    static const char *const names[] = {"scenario",
                                        "channel",
                                        "mechanism",
                                        "workload",
                                        "message_bytes",
                                        "messages",
                                        "messages_asked",
                                        "capped",
                                        "bytes",
                                        "elapsed_ps",
                                        "setup_ps",
                                        "bandwidth_bytes_per_s",
                                        "messages_per_s",
                                        "latency_min_ps",
                                        "latency_mean_ps",
                                        "latency_p50_ps",
                                        "latency_p99_ps",
                                        "latency_max_ps",
                                        "cpu_running_share",
                                        "cpu_waiting_share",
                                        "cpu_blocked_share",
                                        "cpu_idle_share",
                                        "cpu_spinning_share",
                                        "cpu_jain_index",
                                        "cycles_per_byte",
                                        "stages",
                                        "counts",
                                        "latency_histogram_ps",
                                        "events",
                                        "parameters",
                                        "parameters_assumed",
                                        "parameters_calibrated",
                                        "seed",
                                        "hash",
                                        "digest",
                                        "profile",
                                        "mode",
                                        "ranks"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        ck_assert_msg(ivc_column_find(names[i]) != NULL, "column %s is gone", names[i]);
    ck_assert_ptr_null(ivc_column_find("bandwidth"));
    for (const IvcColumn *row = ivc_columns; row->name != NULL; row++) {
        ck_assert_msg(row->sentence != NULL && !g_str_has_suffix(row->sentence, "."), "%s",
                      row->name);
        ck_assert_ptr_nonnull(row->unit);
        ck_assert_ptr_eq(ivc_column_find(row->name), row); /* no name twice */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("columns");
    TCase *tcase = tcase_create("columns");
    tcase_add_test(tcase, figures_of_the_sample);
    tcase_add_test(tcase, balance_is_of_those_that_run);
    tcase_add_test(tcase, counts_of_guests);
    tcase_add_test(tcase, stages_of_the_sample);
    tcase_add_test(tcase, quotients_are_rounded_half_up);
    tcase_add_test(tcase, what_does_not_exist_is_null);
    tcase_add_test(tcase, extremes_do_not_overflow);
    tcase_add_test(tcase, names_that_must_hold);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
