/*
 * The sweep engine with points that are not simulated: what is run, what is stored, and what
 * happens when points fail, the user stops, or the store breaks.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/sweep.h"
#include "sim/stats/result_json.h"
#include "tests/harness/check.h"

#define POINTS 24

static char *folder;
static char *path;

/* What the fake points do and what was seen of them. */
typedef struct {
    int calls;       /* atomic */
    int at_once;     /* atomic: running now */
    int at_once_max; /* under the lock */
    GMutex lock;
    GPtrArray *order;    /* labels as they were started; under the lock */
    const char *failing; /* label of the point that fails, or NULL */
    bool hindered;       /* it does for a reason that is this computer's */
    unsigned fail_every; /* 0: none */
    int stop_after;      /* from the n-th call on: raise `stop`, wait until told; 0: never */
    int hold_after;      /* the same without raising it */
    volatile int stop;
    unsigned sleep_us;
    unsigned ticks;
    size_t tick_done;
    bool ticks_grow;
} Fake;

static void setup(void)
{
    folder = g_dir_make_tmp("ivcsim-sweep-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    path = g_build_filename(folder, "results.sqlite", NULL);
}

static void teardown(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_remove(file);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(path);
    g_free(folder);
}

static Fake *fake_new(void)
{
    Fake *fake = g_new0(Fake, 1);
    g_mutex_init(&fake->lock);
    fake->order = g_ptr_array_new_with_free_func(g_free);
    fake->ticks_grow = true;
    return fake;
}

static void fake_free(Fake *fake)
{
    g_mutex_clear(&fake->lock);
    g_ptr_array_unref(fake->order);
    g_free(fake);
}

static IvcResult *fake_run(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                           GError **error)
{
    Fake *fake = user;
    int call = g_atomic_int_add(&fake->calls, 1) + 1;
    int now = g_atomic_int_add(&fake->at_once, 1) + 1;
    g_mutex_lock(&fake->lock);
    fake->at_once_max = MAX(fake->at_once_max, now);
    g_ptr_array_add(fake->order, g_strdup(point->label));
    g_mutex_unlock(&fake->lock);
    bool stops = fake->stop_after != 0 && call >= fake->stop_after;
    if (stops || (fake->hold_after != 0 && call >= fake->hold_after)) {
        fake->stop = stops;
        while (*hooks->stop == 0) {
            g_usleep(1000);
        }
        g_atomic_int_add(&fake->at_once, -1);
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_STOPPED, "stopped");
        return NULL;
    }
    *hooks->messages = point->messages;
    g_usleep(fake->sleep_us);
    g_atomic_int_add(&fake->at_once, -1);
    uint64_t number = g_ascii_strtoull(point->label + 1, NULL, 10);
    if (g_strcmp0(fake->failing, point->label) == 0 ||
        (fake->fail_every != 0 && number % fake->fail_every == 0)) {
        g_set_error(error, fake->hindered ? G_FILE_ERROR : IVC_SIM_ERROR,
                    fake->hindered ? (int)G_FILE_ERROR_NOSPC : (int)IVC_SIM_ERROR_DEADLOCK,
                    "nobody moves in %s", point->label);
        return NULL;
    }
    IvcResult *result = ivc_result_new();
    result->channel = g_strdup(point->label);
    result->message_bytes = number;
    return result;
}

static void fake_tick(const IvcSweepStatus *status, void *user)
{
    Fake *fake = user;
    fake->ticks++;
    fake->ticks_grow &= status->done >= fake->tick_done && status->cost_done <= status->cost_total;
    fake->tick_done = status->done;
}

/* n points p0, p1 ...; the cost is such that the order of running differs from that of the plan. */
static IvcSweepPoint *points_new(size_t n)
{
    IvcSweepPoint *points = g_new0(IvcSweepPoint, n);
    for (size_t i = 0; i < n; i++) {
        points[i].key = g_strdup_printf("key-%zu", i);
        points[i].label = g_strdup_printf("p%zu", i);
        points[i].identity = g_strdup("{}");
        points[i].messages = 10;
        points[i].cost = 1 + (i * 7) % n;
    }
    return points;
}

static void points_free(IvcSweepPoint *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ivc_sweep_point_clear(&points[i]);
    }
    g_free(points);
}

static IvcSweepOutcome sweep(Fake *fake, IvcSweepPoint *points, size_t n, IvcSweepOptions options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_WRITE, &error);
    ck_assert_msg(store != NULL, "%s", error != NULL ? error->message : "?");
    options.run = fake_run;
    options.run_user = fake;
    options.tick = fake_tick;
    options.tick_user = fake;
    options.stop = &fake->stop;
    IvcSweepOutcome outcome = {0};
    bool ok = ivc_sweep_run(store, points, n, &options, &outcome, &error);
    ck_assert_msg(ok, "%s", error != NULL ? error->message : "?");
    return outcome;
}

/* All that is stored, in the order of the plan: must not depend on how it came about. */
static char *content(const IvcSweepPoint *points, size_t n, uint64_t *ret_runs_max)
{
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, NULL);
    ck_assert_ptr_nonnull(store);
    GString *text = g_string_new(NULL);
    *ret_runs_max = 0;
    for (size_t i = 0; i < n; i++) {
        g_auto(IvcStorePoint) point = {0};
        ck_assert(ivc_store_get(store, points[i].key, &point, NULL));
        g_string_append_printf(text, "%s %d %s %s\n", points[i].key, (int)point.status,
                               point.message != NULL ? point.message : "-",
                               point.result != NULL ? point.result : "-");
        *ret_runs_max = MAX(*ret_runs_max, point.runs);
    }
    return g_string_free(text, FALSE);
}

START_TEST(every_point_runs_once)
{
    Fake *fake = fake_new();
    IvcSweepPoint *points = points_new(POINTS);
    IvcSweepOutcome outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 3});
    ck_assert_uint_eq(outcome.status.points, POINTS);
    ck_assert_uint_eq(outcome.status.done, POINTS);
    ck_assert_uint_eq(outcome.status.stored, 0);
    ck_assert_uint_eq(outcome.status.cost_done, outcome.status.cost_total);
    ck_assert(!outcome.stopped);
    ck_assert_int_eq(fake->calls, POINTS);
    ck_assert_uint_ge(fake->ticks, POINTS);
    ck_assert(fake->ticks_grow);

    outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 3});
    ck_assert_uint_eq(outcome.status.done, 0);
    ck_assert_uint_eq(outcome.status.stored, POINTS);
    ck_assert_int_eq(fake->calls, POINTS);
    points_free(points, POINTS);
    fake_free(fake);
}
END_TEST

START_TEST(any_number_of_jobs_stores_the_same)
{
    g_autofree char *first = NULL;
    const unsigned jobs[] = {1, 2, 7, 100, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++) {
        Fake *fake = fake_new();
        fake->sleep_us = 200;
        fake->fail_every = 5;
        IvcSweepPoint *points = points_new(POINTS);
        sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = jobs[i]});
        ck_assert_int_le(fake->at_once_max, jobs[i] != 0 ? (int)jobs[i] : 1024);
        uint64_t runs = 0;
        g_autofree char *text = content(points, POINTS, &runs);
        if (first == NULL) {
            first = g_strdup(text);
        }
        ck_assert_str_eq(text, first);
        ck_assert_int_eq(g_remove(path), 0);
        points_free(points, POINTS);
        fake_free(fake);
    }
}
END_TEST

START_TEST(longest_point_is_first)
{
    Fake *fake = fake_new();
    IvcSweepPoint *points = points_new(4);
    const uint64_t costs[] = {5, 90, 5, 40};
    for (size_t i = 0; i < 4; i++) {
        points[i].cost = costs[i];
    }
    sweep(fake, points, 4, (IvcSweepOptions){.jobs = 1});
    g_ptr_array_add(fake->order, NULL);
    g_autofree char *order = g_strjoinv(" ", (char **)fake->order->pdata);
    ck_assert_str_eq(order, "p1 p3 p0 p2");
    points_free(points, 4);
    fake_free(fake);
}
END_TEST

START_TEST(equal_points_run_once)
{
    Fake *fake = fake_new();
    IvcSweepPoint *points = points_new(6);
    for (size_t i = 3; i < 6; i++) {
        g_free(points[i].key);
        points[i].key = g_strdup(points[i - 3].key);
    }
    IvcSweepOutcome outcome = sweep(fake, points, 6, (IvcSweepOptions){.jobs = 2});
    ck_assert_int_eq(fake->calls, 3);
    ck_assert_uint_eq(outcome.status.points, 3);
    ck_assert_uint_eq(outcome.status.done, 3);
    points_free(points, 6);
    fake_free(fake);
}
END_TEST

START_TEST(failed_points_stop_nobody)
{
    Fake *fake = fake_new();
    fake->failing = "p3";
    IvcSweepPoint *points = points_new(POINTS);
    IvcSweepOutcome outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2});
    ck_assert_uint_eq(outcome.status.done, POINTS);
    ck_assert_uint_eq(outcome.status.failed, 1);
    ck_assert(!outcome.stopped);
    {
        g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, NULL);
        g_auto(IvcStorePoint) point = {0};
        ck_assert(ivc_store_get(store, "key-3", &point, NULL));
        ck_assert_int_eq(point.status, IVC_STORE_FAILED);
        ck_assert_str_eq(point.message, "nobody moves in p3");
    }
    /* A failure is a result: not tried again unless asked for, and then that one only. */
    sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2});
    ck_assert_int_eq(fake->calls, POINTS);
    fake->failing = NULL;
    outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2, .failed_again = true});
    ck_assert_int_eq(fake->calls, POINTS + 1);
    ck_assert_uint_eq(outcome.status.failed, 0);
    uint64_t runs = 0;
    g_autofree char *text = content(points, POINTS, &runs);
    ck_assert_ptr_null(strstr(text, "nobody moves"));
    ck_assert_uint_eq(runs, 2);
    points_free(points, POINTS);
    fake_free(fake);
}
END_TEST

/* What is no fault of the point is not stored as its result: the next sweep runs it. */
START_TEST(hindered_point_is_not_stored)
{
    Fake *fake = fake_new();
    fake->failing = "p3";
    fake->hindered = true;
    IvcSweepPoint *points = points_new(POINTS);
    IvcSweepOutcome outcome;
    int before = 0;
    {
        g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_WRITE, NULL);
        IvcSweepOptions options = {.jobs = 1, .run = fake_run, .run_user = fake};
        g_autoptr(GError) error = NULL;
        ck_assert(!ivc_sweep_run(store, points, POINTS, &options, &outcome, &error));
        ck_assert(g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC));
        ck_assert_str_eq(error->message, "point p3: nobody moves in p3");
        before = fake->calls;
        ck_assert_int_lt(before, POINTS);
        bool *pending = NULL;
        IvcSweepStatus status = {0};
        ck_assert(ivc_sweep_pending(store, points, POINTS, false, &pending, &status, NULL));
        /* What ran before it, and with it, is stored. */
        ck_assert_uint_eq(status.stored, (size_t)before - 1);
        ck_assert(pending[3]);
        g_free(pending);
    }
    fake->failing = NULL;
    outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2});
    ck_assert_uint_eq(outcome.status.failed, 0);
    ck_assert_int_eq(fake->calls, POINTS + 1);
    points_free(points, POINTS);
    fake_free(fake);
}
END_TEST

START_TEST(too_many_failures_stop)
{
    Fake *fake = fake_new();
    fake->fail_every = 1;
    fake->hold_after = 5;
    IvcSweepPoint *points = points_new(POINTS);
    IvcSweepOutcome outcome =
        sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 1, .failures_max = 4});
    ck_assert(outcome.stopped);
    ck_assert_uint_eq(outcome.status.failed, 4);
    ck_assert_uint_eq(outcome.status.done, 4);
    /* The fifth may have begun before the fourth was counted. */
    ck_assert_int_ge(fake->calls, 4);
    ck_assert_int_le(fake->calls, 5);
    points_free(points, POINTS);
    fake_free(fake);
}
END_TEST

START_TEST(stopped_sweep_continues)
{
    IvcSweepPoint *points = points_new(POINTS);
    g_autofree char *whole = NULL;
    uint64_t runs = 0;
    Fake *fake = fake_new();
    sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2});
    whole = content(points, POINTS, &runs);
    fake_free(fake);
    ck_assert_int_eq(g_remove(path), 0);

    int calls = 0;
    size_t finished = 0;
    for (unsigned round = 0; round < 100; round++) {
        fake = fake_new();
        fake->stop_after = 5;
        IvcSweepOutcome outcome = sweep(fake, points, POINTS, (IvcSweepOptions){.jobs = 2});
        calls += fake->calls;
        finished += outcome.status.done;
        ck_assert_uint_eq(outcome.status.stored + outcome.status.done,
                          outcome.stopped ? finished : POINTS);
        fake_free(fake);
        if (!outcome.stopped) {
            break;
        }
        ck_assert_uint_ge(outcome.status.done, 4);
    }
    ck_assert_uint_eq(finished, POINTS);
    ck_assert_int_gt(calls, POINTS); /* the stopped ones began again */
    g_autofree char *text = content(points, POINTS, &runs);
    ck_assert_str_eq(text, whole);
    ck_assert_uint_eq(runs, 1);
    points_free(points, POINTS);
}
END_TEST

START_TEST(store_that_breaks_ends_the_sweep)
{
    Fake *fake = fake_new();
    IvcSweepPoint *points = points_new(POINTS);
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_WRITE, NULL);
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TRIGGER t BEFORE INSERT ON points"
                                  " WHEN (SELECT count(*) FROM points) >= 3"
                                  " BEGIN SELECT RAISE(ABORT, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    IvcSweepOptions options = {.jobs = 2, .run = fake_run, .run_user = fake};
    IvcSweepOutcome outcome;
    g_autoptr(GError) error = NULL;
    ck_assert(!ivc_sweep_run(store, points, POINTS, &options, &outcome, &error));
    ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO));
    points_free(points, POINTS);
    fake_free(fake);
}
END_TEST

START_TEST(pending_says_what_would_run)
{
    Fake *fake = fake_new();
    fake->failing = "p1";
    IvcSweepPoint *points = points_new(6);
    sweep(fake, points, 3, (IvcSweepOptions){.jobs = 1});
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, NULL);
    for (int again = 0; again <= 1; again++) {
        g_autofree bool *pending = NULL;
        IvcSweepStatus status = {0};
        ck_assert(ivc_sweep_pending(store, points, 6, again != 0, &pending, &status, NULL));
        ck_assert_uint_eq(status.points, 6);
        ck_assert_uint_eq(status.stored, again ? 2 : 3);
        ck_assert_uint_eq(status.failed, again ? 0 : 1);
        const bool want[] = {false, again != 0, false, true, true, true};
        ck_assert_mem_eq(pending, want, sizeof want);
    }
    points_free(points, 6);
    fake_free(fake);
}
END_TEST

START_TEST(no_points_is_no_error)
{
    Fake *fake = fake_new();
    IvcSweepOutcome outcome = sweep(fake, NULL, 0, (IvcSweepOptions){.jobs = 4});
    ck_assert_uint_eq(outcome.status.points, 0);
    ck_assert(!outcome.stopped);
    fake_free(fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tests = tcase_create("sweep");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_point_runs_once);
    tcase_add_test(tests, any_number_of_jobs_stores_the_same);
    tcase_add_test(tests, longest_point_is_first);
    tcase_add_test(tests, equal_points_run_once);
    tcase_add_test(tests, failed_points_stop_nobody);
    tcase_add_test(tests, hindered_point_is_not_stored);
    tcase_add_test(tests, too_many_failures_stop);
    tcase_add_test(tests, stopped_sweep_continues);
    tcase_add_test(tests, store_that_breaks_ends_the_sweep);
    tcase_add_test(tests, pending_says_what_would_run);
    tcase_add_test(tests, no_points_is_no_error);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
