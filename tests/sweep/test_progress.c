/*
 * The words of the progress display: exact texts for given states.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/cli/progress.h"
#include "tests/harness/check.h"

static const IvcSweepStatus half = {
    .points = 54,
    .stored = 12,
    .done = 29,
    .failed = 1,
    .running = 2,
    .cost_total = 1000,
    .cost_done = 500,
    .elapsed_us = 10000000,
    .current = "channel=base workload.message=256KiB",
};

START_TEST(bar_shows_all)
{
    g_autofree char *bar = ivc_progress_bar(&half, 120);
    ck_assert_str_eq(bar, "[##########..........] 41/54  2.9 points/s  ETA 0:10  failed 1  "
                          "channel=base workload.message=256KiB");
}
END_TEST

/* The share is that of the work, not of the points; so is the remaining time. */
START_TEST(bar_counts_work)
{
    IvcSweepStatus status = half;
    status.cost_done = 100;
    g_autofree char *bar = ivc_progress_bar(&status, 66);
    ck_assert_str_eq(bar, "[##..................] 41/54  2.9 points/s  ETA 1:30  failed 1  c");
    status.cost_total = 1000000;
    g_autofree char *line = ivc_progress_line(&status);
    ck_assert_str_eq(line, "progress: 41/54  2.9 points/s  ETA 27:46:30  failed 1  "
                           "channel=base workload.message=256KiB");
}
END_TEST

START_TEST(beginning_and_end)
{
    IvcSweepStatus status = {.points = 3, .cost_total = 9};
    g_autofree char *first = ivc_progress_bar(&status, 80);
    ck_assert_str_eq(first, "[....................] 0/3  ETA -:--  failed 0");
    status.done = 3;
    status.cost_done = 9;
    status.elapsed_us = 1500000;
    g_autofree char *last = ivc_progress_bar(&status, 80);
    ck_assert_str_eq(last, "[####################] 3/3  2.0 points/s  ETA 0:00  failed 0");
    IvcSweepStatus none = {0};
    g_autofree char *empty = ivc_progress_bar(&none, 80);
    ck_assert_str_eq(empty, "[####################] 0/0  ETA -:--  failed 0");
}
END_TEST

/* Labels hold text of a scenario: nothing in it may command the terminal, nor break the line. */
START_TEST(labels_are_harmless)
{
    IvcSweepStatus status = half;
    status.current = "a\033[2J\n\xff\xc3\xa9";
    g_autofree char *line = ivc_progress_line(&status);
    ck_assert_ptr_nonnull(strstr(line, "failed 1  a?[2J?\xef\xbf\xbd\xc3\xa9"));
    g_autofree char *bar = ivc_progress_bar(&status, 10);
    ck_assert_str_eq(bar, "[########");
    g_autofree char *tiny = ivc_progress_bar(&status, 0);
    ck_assert_str_eq(tiny, "[");
}
END_TEST

static char *shown(IvcProgressKind kind, const uint64_t *times, size_t n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    IvcProgress progress = {.stream = stream, .kind = kind, .width = 30};
    progress.next_us = kind == IVC_PROGRESS_LINES ? 2000000 : 0;
    for (size_t i = 0; i < n; i++) {
        IvcSweepStatus status = {.points = 9, .done = i, .elapsed_us = times[i]};
        ivc_progress_tick(&status, &progress);
    }
    ivc_progress_end(&progress);
    fclose(stream);
    return text;
}

/* The first line after 2 s, then one in 5 s, whatever the number of ticks. */
START_TEST(lines_are_rare)
{
    const uint64_t times[] = {0, 1999999, 2000000, 2100000, 6999999, 7000000, 7100000};
    char *text = shown(IVC_PROGRESS_LINES, times, G_N_ELEMENTS(times));
    ck_assert_str_eq(text, "progress: 2/9  1.0 points/s  ETA -:--  failed 0\n"
                           "progress: 5/9  0.7 points/s  ETA -:--  failed 0\n");
    free(text);
    text = shown(IVC_PROGRESS_NONE, times, G_N_ELEMENTS(times));
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

START_TEST(bar_is_redrawn_and_taken_away)
{
    const uint64_t times[] = {0, 50000, 100000};
    char *text = shown(IVC_PROGRESS_BAR, times, G_N_ELEMENTS(times));
    ck_assert_str_eq(text, "\r[####################] 0/9  E\033[K"
                           "\r[####################] 2/9  2\033[K"
                           "\r\033[K");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("progress");
    TCase *tests = tcase_create("progress");
    tcase_add_test(tests, bar_shows_all);
    tcase_add_test(tests, bar_counts_work);
    tcase_add_test(tests, beginning_and_end);
    tcase_add_test(tests, labels_are_harmless);
    tcase_add_test(tests, lines_are_rare);
    tcase_add_test(tests, bar_is_redrawn_and_taken_away);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
