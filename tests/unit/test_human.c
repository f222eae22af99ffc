/*
 * Numbers for people: few digits, the fitting unit, no surprise at the borders between units.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/cli/table.h"
#include "tests/harness/check.h"

static void assert_text(char *got, const char *expected)
{
    ck_assert_str_eq(got, expected);
    g_free(got);
}

START_TEST(bytes)
{
    assert_text(ivc_human_bytes(0), "0 B");
    assert_text(ivc_human_bytes(1023), "1023 B");
    assert_text(ivc_human_bytes(1024), "1 KiB");
    assert_text(ivc_human_bytes(1536), "1.50 KiB");
    assert_text(ivc_human_bytes(4u << 20), "4 MiB");
    assert_text(ivc_human_bytes(1000000000), "953.67 MiB");
    assert_text(ivc_human_bytes(UINT64_MAX), "16777216.00 TiB");
}
END_TEST

START_TEST(times)
{
    assert_text(ivc_human_time(0), "0 ps");
    assert_text(ivc_human_time(999), "999 ps");
    assert_text(ivc_human_time(1250), "1.25 ns");
    assert_text(ivc_human_time(34600000), "34.6 us");
    assert_text(ivc_human_time(999999), "1.00 us"); /* never "1000 ns" */
    assert_text(ivc_human_time(2000000000), "2.00 ms");
    assert_text(ivc_human_time(9007000000000000), "9007 s");
}
END_TEST

START_TEST(rates_and_counts)
{
    assert_text(ivc_human_rate(0.0), "0.00 B/s");
    assert_text(ivc_human_rate(2048000000.0), "2.05 GB/s");
    assert_text(ivc_human_rate(941640000.0), "942 MB/s");
    assert_text(ivc_human_count(0.0), "0");
    assert_text(ivc_human_count(64.0), "64");
    assert_text(ivc_human_count(0.5), "0.50");
    assert_text(ivc_human_count(500000.0), "500 k");
}
END_TEST

static char *points_table(const char *text)
{
    json_error_t error;
    json_t *points = json_loads(text, 0, &error);
    ck_assert_msg(points != NULL, "%s", error.text);
    IvcTerminal terminal = {0};
    char *table = ivc_table_points(&terminal, points);
    json_decref(points);
    return table;
}

/* Axes are told apart by as much of their paths as it takes; a long list of cores is short. */
START_TEST(axes_of_points)
{
    g_autofree char *table = points_table(
        "[{\"channel\": \"c\", \"guests.a.cores\": \"[0, 1, 2]\", \"guests.b.cores\": \"[3, 5, "
        "4]\","
        " \"workload.ranks\": \"2\", \"cpu_running_share\": {\"a\": 0.5, \"b\": null}}]");
    ck_assert_msg(strstr(table, "  a.cores    b.cores  ranks  message") != NULL, "%s", table);
    ck_assert_msg(strstr(table, "    0-2  [3, 5, 4]      2") != NULL, "%s", table);
    ck_assert_msg(strstr(table, "running % a/b") != NULL, "%s", table);
    ck_assert_msg(strstr(table, "50.0 / -") != NULL, "%s", table);
}
END_TEST

/* Seven guests: the three busiest, equals in the scenario's order. */
START_TEST(busiest_guests)
{
    g_autofree char *table =
        points_table("[{\"channel\": \"c\", \"cpu_running_share\": {\"a\": 0.1, \"b\": 0.2,"
                     " \"c\": 0.9, \"d\": 0.2, \"e\": 0.2, \"f\": 0, \"g\": null}}]");
    ck_assert_msg(strstr(table, "running %, busiest of 7 guests") != NULL, "%s", table);
    ck_assert_msg(strstr(table, "c 90.0 / b 20.0 / d 20.0  ") != NULL, "%s", table);
}
END_TEST

START_TEST(table_of_texts)
{
    static const char *const headers[] = {"name", ">value"};
    static const char *const rows[] = {"a", "1", "longer", NULL, "", "1234567"};
    assert_text(ivc_table_texts(headers, 2, rows, 3), "name      value\n"
                                                      "a             1\n"
                                                      "longer\n"
                                                      "        1234567\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("human");
    TCase *tcase = tcase_create("human");
    tcase_add_test(tcase, bytes);
    tcase_add_test(tcase, times);
    tcase_add_test(tcase, rates_and_counts);
    tcase_add_test(tcase, table_of_texts);
    tcase_add_test(tcase, axes_of_points);
    tcase_add_test(tcase, busiest_guests);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
