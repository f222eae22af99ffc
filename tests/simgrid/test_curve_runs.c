/* Runs of a channel's curve: none is done twice. */
#include "sim/simgrid/curve_runs.h"
#include "tests/harness/points.h"

static const char text[] =
    "schema: ivcsim/1\n"
    "name: curve-runs\n"
    "machine: {profile: octeon-cn5650}\n"
    "guests: {left: {cores: [0], memory: 1GiB}, right: {cores: [1], memory: 1GiB}}\n"
    "channels: {ring: {mechanism: ipi-buffer, between: [left, right], slot: 1KiB}}\n"
    "workload: {kind: stream, total: 1MiB, message: 4KiB}\n";

static void count(size_t done, size_t of, void *user)
{
    (void)done;
    (void)of;
    ++*(size_t *)user;
}

static void run(IvcCurveBase *base, IvcCurveRun *runs, size_t n)
{
    ivc_curve_plan(base, n);
    ck_assert(ivc_curve_runs(base, runs, n, NULL));
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_gt(runs[i].message_ps, 0);
}

START_TEST(known_runs_are_not_done_again)
{
    size_t done = 0;
    IvcCurvesOptions options = {.jobs = 1, .progress = count, .user = &done};
    g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
    g_autoptr(IvcCurveBase) base = ivc_curve_base_new(scenario, &options);
    g_autoptr(IvcCurveBase) fresh = ivc_curve_base_new(scenario, NULL);
    const IvcCurveRun there = {.workload = "pingpong", .bytes = 512, .from = 0, .to = 1};
    IvcCurveRun first[] = {there, there};
    first[1].workload = "stream";
    run(base, first, 2);
    ck_assert_uint_eq(done, 2);
    /* Each of these differs from those in one thing, but for the two at the ends. */
    IvcCurveRun second[] = {there, there, there, first[1], there};
    second[1].bytes = 500;
    second[2].from = 1, second[2].to = 0;
    second[3].around = 128;
    second[4].workload = "stream";
    IvcCurveRun same[] = {there, second[1], second[2], second[3], second[4]};
    run(base, second, 5);
    ck_assert_uint_eq(done, 5);
    run(fresh, same, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(second[i].message_ps, same[i].message_ps);
        ck_assert_uint_eq(second[i].sender_ps, same[i].sender_ps);
        ck_assert_uint_eq(second[i].receiver_ps, same[i].receiver_ps);
    }
    ck_assert_uint_eq(second[4].message_ps, first[1].message_ps);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curve_runs");
    TCase *tests = tcase_create("curve_runs");
    tcase_add_test(tests, known_runs_are_not_done_again);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
