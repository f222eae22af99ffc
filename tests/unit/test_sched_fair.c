/* The fair scheduler by itself: who waits, for how long, who is pre-empted by whom; and guests
 * whose virtual CPUs run at the same time. What holds for all schedulers is in test_sched.c. */
#include "tests/harness/sched_bench.h"

/* ---- fair ---- */

/* Yielding is a hint: the first in the queue runs until it is ahead by the granularity of wake-ups
 * or has had its part, and no part is given away. */
START_TEST(test_fair_yields_no_part)
{
    Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, yielding);
    run(bench, 2000 * MS);
    check_share(bench, 0, 480, 505);
    check_share(bench, 1, 480, 505);
    const IvcVcpuCounts *counts = ivc_sched_counts(&bench->platform.cores.items[1]);
    ck_assert_uint_gt(counts->yields, 200);
    ck_assert_uint_le(counts->preemptions, 10);
    bench_free(bench);
}
END_TEST

/* Equal hogs take turns in the latency, of which each has its part, as of the next tick: nobody
 * waits for longer than the parts of all others. */
START_TEST(test_fair_bounds_the_wait)
{
    static const uint32_t n_cpus[] = {1, 2, 4};
    static const uint64_t scale[] = {1, 2, 3};
    for (uint32_t n = 2; n <= 4; n++) {
        Bench *bench = bench_new(IVC_SCHEDULER_FAIR, n_cpus[_i]);
        for (uint32_t v = 0; v < n; v++)
            add_guest(bench, 1, 1, 256, 0, hog);
        run(bench, 4000 * MS);
        /* Ticks come every 4 ms; one that has run for no more than its part goes on for another,
         * and a switch after a tick makes that so. */
        uint64_t part = (6 * scale[_i] * 1000 / n) / 4000 + 1;
        const IvcVcpuCounts *counts = ivc_sched_counts(&bench->platform.cores.items[0]);
        ck_assert_uint_ge(counts->preemptions, 4000 / (n * (part + 1) * 4));
        ck_assert_uint_le(counts->preemptions, 4000 / (n * part * 4) + 1);
        for (uint32_t v = 0; v < n; v++)
            check_share(bench, v, 985.0 / n, 1005.0 / n);
        bench_free(bench);
    }
}
END_TEST

/* One that sleeps is at most half of the latency (3 ms) behind, and takes the core when that is
 * more than the granularity of wake-ups: at once with 1 ms, never before a tick with 3.1 ms. */
START_TEST(test_fair_wakeups_preempt)
{
    static const uint64_t granularities[] = {1000, 2900, 3100};
    for (size_t i = 0; i < G_N_ELEMENTS(granularities); i++) {
        Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 1);
        bench->spec.fair.wakeup_granularity = us(granularities[i]);
        add_guest(bench, 1, 1, 256, 0, hog);
        add_guest(bench, 1, 1, 256, 0,
                  (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 9700 * US});
        run(bench, 2000 * MS);
        ck_assert_uint_gt(bench->workers[1].rounds, 100);
        if (i < 2)
            ck_assert_uint_eq(bench->workers[1].latest_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
        else
            ck_assert_uint_gt(bench->workers[1].latest_ps, 2 * MS);
        bench_free(bench);
    }
}
END_TEST

/* The fullest core keeps those who may be nowhere else; an idle one takes who waits at another. */
START_TEST(test_fair_passes_over_those_who_may_not_come)
{
    Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 3);
    add_guest(bench, 3, 3, 256, 0, (Worker){.work_ps = 5 * MS, .sleep_ps = 1 * MS});
    add_guest(bench, 4, 1, 1024, 0, hog);
    run(bench, 2000 * MS);
    double all = share(bench, 0) + share(bench, 1) + share(bench, 2);
    ck_assert_msg(all > 1900, "the two other cores ran for %.1f of 2000", all);
    bench_free(bench);
}
END_TEST

/* Who has slept for long does not get all that it has missed: the hog has its half soon again. */
START_TEST(test_fair_forgets_sleep)
{
    Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, (Worker){.first_ps = 1000 * MS, .work_ps = 100 * US});
    run(bench, 1000 * MS);
    uint64_t before = bench->workers[0].rounds;
    go_on(bench, 1100 * MS);
    uint64_t rounds = bench->workers[0].rounds - before; /* of 100 us, in 100 ms */
    ck_assert_msg(rounds > 450 && rounds < 520, "%" G_GUINT64_FORMAT, rounds);
    bench_free(bench);
}
END_TEST

/* Double the weight is half as much virtual runtime: it takes the core from one that is ahead, and
 * the granularity is that of who wakes. */
START_TEST(test_fair_granularity_is_weighted)
{
    static const uint64_t weights[] = {128, 64}; /* 2 and 4 ms of 3 ms behind */
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++) {
        Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 1);
        add_guest(bench, 1, 1, 256, 0, hog);
        add_guest(bench, 1, 1, weights[i], 0,
                  (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 9700 * US});
        run(bench, 1000 * MS);
        if (i == 0)
            ck_assert_uint_eq(bench->workers[1].latest_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
        else
            ck_assert_uint_gt(bench->workers[1].latest_ps, 1 * MS);
        bench_free(bench);
    }
}
END_TEST

/* ---- co-scheduling ---- */

static uint32_t count_on(const Bench *bench, uint32_t guest)
{
    uint32_t n = 0;
    for (uint32_t v = 0; v < bench->guests[guest].n; v++) {
        const IvcCore *core = &bench->platform.cores.items[bench->guests[guest].first + v];
        n += core->state == IVC_CORE_ON || core->state == IVC_CORE_SWITCHING;
    }
    return n;
}

/* All virtual CPUs of a guest have cores or none, but for the flight and the switch that begin a
 * turn; and weights share. Without it they are mixed. */
START_TEST(test_strict_is_all_or_none)
{
    static const uint64_t weights[][2] = {{256, 256}, {256, 512}};
    for (uint32_t i = 0; i < 4; i++) {
        Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 4);
        uint32_t mixed = 0;
        bench->spec.fair.co_scheduling = i < 2 ? IVC_CO_SCHEDULING_STRICT : IVC_CO_SCHEDULING_NONE;
        add_guest(bench, 4, 4, weights[i % 2][0], 0, hog);
        add_guest(bench, 3, 4, weights[i % 2][1], 0, hog);
        run(bench, 1 * MS);
        for (uint64_t ms = 2; ms < 1000; ms++) {
            go_on(bench, ms * MS + 500 * US);
            uint32_t a = count_on(bench, 0), b = count_on(bench, 1);
            mixed += !((a == 4 && b == 0) || (a == 0 && b == 3));
        }
        if (i >= 2) {
            ck_assert_uint_gt(mixed, 300);
            bench_free(bench);
            continue;
        }
        ck_assert_uint_eq(mixed, 0);
        double first = 1000.0 * (double)weights[i][0] / (double)(weights[i][0] + weights[i][1]);
        for (uint32_t v = 0; v < 7; v++) {
            double due = v < 4 ? first : 1000 - first;
            check_share(bench, v, due * 0.96, due * 1.03);
        }
        bench_free(bench);
    }
}
END_TEST

/* Guests that fit side by side are not kept from each other, and who does not fit waits its turn.
 */
START_TEST(test_strict_fills_cores)
{
    Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 4);
    bench->spec.fair.co_scheduling = IVC_CO_SCHEDULING_STRICT;
    add_guest(bench, 2, 4, 256, 0, hog);
    add_guest(bench, 2, 4, 256, 0, hog);
    add_guest(bench, 1, 4, 256, 0,
              (Worker){.first_ps = 1 * MS, .work_ps = 100 * US, .sleep_ps = 100 * MS});
    run(bench, 2000 * MS);
    for (uint32_t v = 0; v < 4; v++)
        check_share(bench, v, 900, 1000);
    ck_assert_uint_ge(bench->workers[4].rounds, 17);
    bench_free(bench);
}
END_TEST

/* One of two siblings shares its core: the other is not further ahead than the skew, as of the next
 * look. Without it, it runs twice as much. */
START_TEST(test_relaxed_bounds_the_skew)
{
    for (int relaxed = 0; relaxed < 2; relaxed++) {
        Bench *bench = bench_new(IVC_SCHEDULER_FAIR, 2);
        IvcTime most = 0;
        bench->spec.fair.co_scheduling =
            relaxed ? IVC_CO_SCHEDULING_RELAXED : IVC_CO_SCHEDULING_NONE;
        add_guest(bench, 2, 2, 256, 0, hog);
        add_guest(bench, 1, 1, 256, 0, hog);
        run(bench, 1 * MS);
        for (uint64_t ms = 2; ms < 1000; ms++) {
            go_on(bench, ms * MS);
            uint64_t a = bench->workers[0].rounds, b = bench->workers[1].rounds;
            most = MAX(most, (a > b ? a - b : b - a) * 100 * US);
        }
        if (relaxed)
            ck_assert_msg(most <= 8 * MS, "%.3f ms", (double)most / 1e9);
        else
            ck_assert_msg(most > 20 * MS, "%.3f ms", (double)most / 1e9);
        check_share(bench, 2, 480, 1000);
        bench_free(bench);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched_fair");
    TCase *tests = tcase_create("sched_fair");
    tcase_add_loop_test(tests, test_fair_bounds_the_wait, 0, 3);
    tcase_add_test(tests, test_fair_yields_no_part);
    tcase_add_test(tests, test_fair_wakeups_preempt);
    tcase_add_test(tests, test_fair_passes_over_those_who_may_not_come);
    tcase_add_test(tests, test_fair_forgets_sleep);
    tcase_add_test(tests, test_fair_granularity_is_weighted);
    tcase_add_test(tests, test_strict_is_all_or_none);
    tcase_add_test(tests, test_strict_fills_cores);
    tcase_add_test(tests, test_relaxed_bounds_the_skew);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
