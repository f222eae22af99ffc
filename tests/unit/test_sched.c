/* Schedulers of virtual CPUs: weights share, caps hold, a wake-up takes exactly its stages, a boost
 * pre-empts, the rate limit holds, nobody starves, no core is idle beside work, and all time is
 * accounted for. What holds for both algorithms is tried with both. */
#include "tests/harness/sched_bench.h"

/* ---- both ---- */

static const IvcScheduler both[] = {IVC_SCHEDULER_CREDIT, IVC_SCHEDULER_CREDIT2,
                                    IVC_SCHEDULER_FAIR};

START_TEST(test_weights_share)
{
    static const uint64_t weights[][2] = {{256, 256}, {256, 512}, {100, 900}};
    for (size_t w = 0; w < G_N_ELEMENTS(weights); w++) {
        Bench *bench = bench_new(both[_i], 1);
        double all = (double)(weights[w][0] + weights[w][1]);
        double first = 1000.0 * (double)weights[w][0] / all, second = 1000.0 - first;
        add_guest(bench, 1, 1, weights[w][0], 0, hog);
        add_guest(bench, 1, 1, weights[w][1], 0, hog);
        run(bench, 20000 * MS);
        check_share(bench, 0, first * 0.98 - 3, first * 1.02);
        check_share(bench, 1, second * 0.98 - 3, second * 1.02);
        bench_free(bench);
    }
}
END_TEST

START_TEST(test_caps_hold)
{
    static const uint64_t caps[] = {3, 10, 40, 75};
    for (size_t c = 0; c < G_N_ELEMENTS(caps); c++) {
        Bench *bench = bench_new(both[_i], 2);
        add_guest(bench, 1, 1, 256, caps[c], hog);
        run(bench, 20000 * MS);
        /* In whole ticks of 10 ms under credit, in budgets of at least 500 us under credit2. */
        check_share(bench, 0, 10.0 * (double)caps[c] - 15, 10.0 * (double)caps[c] + 5);
        ck_assert_uint_gt(bench->platform.cores.items[0].waiting_ps, 0);
        bench_free(bench);
    }
}
END_TEST

/* The order of the queue follows from classes that change while it waits. */
START_TEST(test_many_weights_share)
{
    static const uint64_t weights[] = {128, 256, 512, 1024};
    Bench *bench = bench_new(both[_i], 1);
    for (size_t g = 0; g < G_N_ELEMENTS(weights); g++)
        add_guest(bench, 1, 1, weights[g], 0, hog);
    run(bench, 30000 * MS);
    for (uint32_t v = 0; v < G_N_ELEMENTS(weights); v++) {
        double due = 1000.0 * (double)weights[v] / 1920;
        check_share(bench, v, due * 0.97 - 3, due * 1.03 + 3);
    }
    bench_free(bench);
}
END_TEST

/* What a capped guest leaves is for all others by weight, wherever they stand in the list. Of
 * three others, one would get all of it if that list stayed as it is. */
START_TEST(test_what_a_cap_leaves_is_for_all)
{
    Bench *bench = bench_new(both[_i], 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 10, hog);
    add_guest(bench, 1, 1, 256, 0, hog);
    run(bench, 60000 * MS);
    double last = share(bench, 3);
    for (uint32_t g = 0; g < 2; g++)
        ck_assert_msg(share(bench, g) > last * 0.97 && share(bench, g) < last * 1.03,
                      "%.1f and %.1f of 1000", share(bench, g), last);
    bench_free(bench);
}
END_TEST

/* What a virtual CPU has not used when it goes to sleep is there when it wakes. */
START_TEST(test_a_cap_is_for_running)
{
    Bench *bench = bench_new(both[_i], 1);
    add_guest(bench, 1, 1, 256, 25,
              (Worker){.first_ps = 1 * MS, .work_ps = 1 * MS, .sleep_ps = 4 * MS});
    run(bench, 10000 * MS);
    /* Accounts of 30 ms see it run in some ticks more than in others. */
    check_share(bench, 0, both[_i] == IVC_SCHEDULER_CREDIT ? 150 : 190, 200);
    bench_free(bench);
}
END_TEST

/* Two virtual CPUs share the budget of 150 %. */
START_TEST(test_a_cap_is_the_guests)
{
    Bench *bench = bench_new(both[_i], 2);
    add_guest(bench, 2, 2, 256, 150, hog);
    run(bench, 20000 * MS);
    double sum = share(bench, 0) + share(bench, 1);
    ck_assert_msg(sum > 1450 && sum < 1510, "%.1f of 1000", sum);
    bench_free(bench);
}
END_TEST

/* Nobody waits for more than a few turns of all the others. */
START_TEST(test_nobody_starves)
{
    static const uint64_t weights[] = {16, 256, 256, 512, 2048};
    Bench *bench = bench_new(both[_i], 1);
    for (size_t v = 0; v < G_N_ELEMENTS(weights); v++)
        add_guest(bench, 1, 1, weights[v], 0, hog);
    run(bench, 5000 * MS);
    for (uint64_t s = 2; s < 20; s++) {
        uint64_t before[G_N_ELEMENTS(weights)];
        for (size_t v = 0; v < G_N_ELEMENTS(weights); v++)
            before[v] = bench->workers[v].rounds;
        go_on(bench, s * 5000 * MS);
        for (size_t v = 0; v < G_N_ELEMENTS(weights); v++)
            ck_assert_uint_gt(bench->workers[v].rounds, before[v]);
    }
    bench_free(bench);
}
END_TEST

/* A core that is idle, or was left by another virtual CPU, and the stages of waking. */
START_TEST(test_a_wakeup_takes_its_stages)
{
    Bench *bench = bench_new(both[_i], 1);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 2 * MS, .sleep_ps = 10 * MS});
    run(bench, 4 * MS);
    /* At 0 nobody had been there. */
    IvcTime first = bench->workers[0].due_ps - 5 * MS;
    ck_assert_uint_eq(first, (FLIGHT + IDLE_WAKE + DOMAIN_SWITCH + TLB) * US);
    go_on(bench, 400 * MS);
    ck_assert_uint_gt(bench->workers[0].rounds, 20);
    ck_assert_uint_eq(bench->workers[0].latest_ps, (FLIGHT + IDLE_WAKE + IDLE_SWITCH) * US);
    const IvcVcpuCounts *counts = ivc_sched_counts(&bench->platform.cores.items[0]);
    ck_assert_uint_ge(counts->wakes, bench->workers[0].rounds);
    ck_assert_uint_eq(counts->switches, 0);
    ck_assert_uint_eq(counts->preemptions, 0);
    bench_free(bench);
}
END_TEST

/* Two that never want the core at once: each pays for a domain switch. */
START_TEST(test_another_guest_pays_for_a_switch)
{
    Bench *bench = bench_new(both[_i], 1);
    Worker worker = {.first_ps = 5 * MS, .work_ps = 1 * MS, .sleep_ps = 9 * MS};
    add_guest(bench, 1, 1, 256, 0, worker);
    worker.first_ps = 10 * MS;
    add_guest(bench, 1, 1, 256, 0, worker);
    run(bench, 200 * MS);
    for (uint32_t v = 0; v < 2; v++) {
        const IvcCore *core = &bench->platform.cores.items[v];
        const IvcVcpuCounts *counts = ivc_sched_counts(core);
        ck_assert_uint_gt(bench->workers[v].rounds, 15);
        ck_assert_uint_eq(bench->workers[v].late_ps,
                          (FLIGHT + IDLE_WAKE + DOMAIN_SWITCH + TLB) * US);
        ck_assert_uint_ge(counts->switches + 2, counts->wakes);
        ck_assert_uint_eq(core->ledger[SWITCH].times, counts->wakes);
    }
    bench_free(bench);
}
END_TEST

/* Three hogs on two cores: both are busy, and each hog has two thirds of one; under fair, which
 * evens out now and then, at least half of one. */
START_TEST(test_no_core_is_idle_beside_work)
{
    Bench *bench = bench_new(both[_i], 2);
    for (int g = 0; g < 3; g++)
        add_guest(bench, 1, 2, 256, 0, hog);
    run(bench, 20000 * MS);
    for (uint32_t c = 0; c < 2; c++)
        ck_assert_uint_le(ivc_sched_cpu_times(bench->sched, c)->idle_ps, 100 * US);
    for (uint32_t v = 0; v < 3; v++)
        check_share(bench, v, both[_i] == IVC_SCHEDULER_FAIR ? 490 : 600,
                    both[_i] == IVC_SCHEDULER_FAIR ? 850 : 735);
    uint64_t migrations = 0;
    for (uint32_t v = 0; v < 3; v++)
        migrations += ivc_sched_counts(&bench->platform.cores.items[v])->migrations;
    ck_assert_uint_gt(migrations, 10);
    bench_free(bench);
}
END_TEST

/* Two that may run on the first core only, beside an idle core: they go nowhere else, and the idle
 * core is not asked in vain when one of them should take the core from the other. */
START_TEST(test_affinity_holds)
{
    Bench *bench = bench_new(both[_i], 2);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 7 * MS});
    run(bench, 2000 * MS);
    ck_assert_uint_eq(ivc_sched_cpu_times(bench->sched, 1)->idle_ps, 2000 * MS);
    ck_assert_uint_eq(bench->workers[1].late_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
    bench_free(bench);
}
END_TEST

/* A core that schedules again and again leaves others' virtual CPUs in the queue. */
START_TEST(test_affinity_holds_in_the_queue)
{
    Bench *bench = bench_new(both[_i], 2);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 1 * MS, .sleep_ps = 1 * MS});
    bench->guests[2].cpus = &cpus[1];
    run(bench, 5000 * MS);
    check_share(bench, 0, 480, 520);
    check_share(bench, 1, 480, 520);
    check_share(bench, 2, 480, 500);
    for (uint32_t v = 0; v < 3; v++)
        ck_assert_uint_eq(ivc_sched_counts(&bench->platform.cores.items[v])->migrations, 0);
    bench_free(bench);
}
END_TEST

/* ---- yielding ---- */

/* It goes on at once, with all of the core. */
START_TEST(test_yielding_to_nobody_is_nothing)
{
    Bench *bench = bench_new(both[_i], 1);
    add_guest(bench, 1, 1, 256, 0, yielding);
    run(bench, 200 * MS);
    IvcTime began = (FLIGHT + IDLE_WAKE + DOMAIN_SWITCH + TLB) * US;
    ck_assert_uint_eq(bench->workers[0].rounds, (200 * MS - began) / (100 * US));
    ck_assert_uint_eq(ivc_sched_counts(&bench->platform.cores.items[0])->yields, 0);
    ck_assert_uint_eq(bench->platform.cores.items[0].ledger[SWITCH].times, 1);
    bench_free(bench);
}
END_TEST

/* Two that yield take turns, each as long as its work and a switch: the rate limit does not hold.
 * None of that is a pre-emption. */
START_TEST(test_two_yield_in_turn)
{
    Bench *bench = bench_new(both[_i], 1);
    add_guest(bench, 1, 1, 256, 0, yielding);
    add_guest(bench, 1, 1, 256, 0, yielding);
    run(bench, 218 * MS);
    for (uint32_t v = 0; v < 2; v++) {
        const IvcVcpuCounts *counts = ivc_sched_counts(&bench->platform.cores.items[v]);
        ck_assert_uint_ge(bench->workers[v].rounds, 998);
        ck_assert_uint_le(bench->workers[v].rounds, 1000);
        ck_assert_uint_eq(counts->yields, bench->workers[v].rounds);
        ck_assert_uint_eq(counts->preemptions, 0);
    }
    bench_free(bench);
}
END_TEST

/* Beside one that does not: it has the core once in the other's turn. Half of the core is its due,
 * so it has credit all the time, and the other none. */
START_TEST(test_a_hog_takes_what_is_yielded)
{
    Bench *bench = bench_new(both[_i], 1);
    IvcTime turn = both[_i] == IVC_SCHEDULER_CREDIT ? 30 * MS : 10 * MS;
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, yielding);
    run(bench, 2000 * MS);
    uint64_t turns = 2000 * MS / (turn + (100 + DOMAIN_SWITCH + TLB) * US);
    ck_assert_uint_le(bench->workers[1].rounds, turns + 1);
    ck_assert_uint_ge(bench->workers[1].rounds, turns * 9 / 10);
    bench_free(bench);
}
END_TEST

/* ---- credit ---- */

/* It goes behind one without credit, not behind all of them: 100 turns, not 50; fewer by those in
 * which the hogs have credit. */
START_TEST(test_yielding_is_to_one_of_a_lower_class)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, yielding);
    run(bench, 600 * MS);
    uint64_t before = bench->workers[2].rounds;
    go_on(bench, 3600 * MS);
    ck_assert_uint_ge(bench->workers[2].rounds - before, 80);
    ck_assert_uint_le(bench->workers[2].rounds - before, 105);
    bench_free(bench);
}
END_TEST

START_TEST(test_a_boost_preempts)
{
    /* The hog has the core for slices of 30 ms; who sleeps does not wait for their end. */
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 7 * MS});
    run(bench, 2000 * MS);
    ck_assert_uint_gt(bench->workers[1].rounds, 250);
    /* Between the first wake-ups the hog has run for longer than the rate limit each time. */
    ck_assert_uint_eq(bench->workers[1].latest_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
    bench_free(bench);
}
END_TEST

START_TEST(test_the_ratelimit_holds)
{
    /* It sleeps for 300 us: the hog has run for less than the rate limit when it wakes. */
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 300 * US});
    run(bench, 500 * MS);
    /* The hog is put on when the other sleeps, and off after the limit: 700 us and a switch. */
    ck_assert_uint_eq(bench->workers[1].latest_ps, 700 * US + (DOMAIN_SWITCH + TLB) * US);
    const IvcVcpuCounts *counts = ivc_sched_counts(&bench->platform.cores.items[0]);
    ck_assert_uint_le(counts->preemptions, 500);
    bench->workers[1].sleep_ps = 800 * US;
    bench->workers[1].latest_ps = 0;
    go_on(bench, 600 * MS);
    ck_assert_uint_eq(bench->workers[1].late_ps, 200 * US + (DOMAIN_SWITCH + TLB) * US);
    bench->spec.credit.ratelimit.ps = 0;
    go_on(bench, 1000 * MS);
    ck_assert_uint_eq(bench->workers[1].late_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
    bench_free(bench);
}
END_TEST

/* Who has used up its credit is not boosted: two that never sleep for long share as hogs do. */
START_TEST(test_no_boost_without_credit)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 1 * MS, .work_ps = 9 * MS, .sleep_ps = 10 * US});
    run(bench, 20000 * MS);
    check_share(bench, 0, 450, 550);
    check_share(bench, 1, 450, 550);
    bench_free(bench);
}
END_TEST

/* ---- credit, by release ---- */

static const IvcCreditRules releases[] = {IVC_CREDIT_RULES_CURRENT, IVC_CREDIT_RULES_3_2};

/* One that sleeps until `first_ps` beside `other`, on two cores: both were last on the first one,
 * where `other` goes on, and the second is idle. */
static Bench *bench_shared(IvcCreditRules rules, Worker other, IvcTime first_ps)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 2);
    bench->spec.credit.rules = (int)rules;
    add_guest(bench, 1, 2, 256, 0, other);
    add_guest(bench, 1, 2, 256, 0,
              (Worker){.first_ps = first_ps, .work_ps = 1 * MS, .sleep_ps = 9 * MS});
    run(bench, 20 * MS);
    bench->sched->vcpus[1].cpu = bench->sched->vcpus[0].cpu;
    bench->sched->cpus[1].latest = NULL;
    return bench;
}

/* Xen 3.2 tells both cores: the boost takes the busy one, and the idle one takes the hog from
 * there, once; from then on each has a core. Since 4.3 the idle core comes first, and the hog goes
 * on. */
START_TEST(test_a_wakeup_beside_an_idle_core)
{
    bool old = releases[_i] == IVC_CREDIT_RULES_3_2;
    Worker other = {.first_ps = 1 * MS, .work_ps = 100 * US};
    Bench *bench = bench_shared(releases[_i], other, 25 * MS);
    const IvcVcpuCounts *pushed = ivc_sched_counts(&bench->platform.cores.items[0]);
    const IvcVcpuCounts *woken = ivc_sched_counts(&bench->platform.cores.items[1]);
    uint64_t before[] = {pushed->migrations, woken->migrations};
    go_on(bench, 25 * MS + 100 * US);
    ck_assert_uint_eq(
        bench->workers[1].late_ps,
        (old ? FLIGHT + DOMAIN_SWITCH + TLB : FLIGHT + IDLE_WAKE + DOMAIN_SWITCH + TLB) * US);
    ck_assert_uint_eq(pushed->preemptions, old);
    ck_assert_uint_eq(pushed->migrations - before[0], old);
    ck_assert_uint_eq(woken->migrations - before[1], !old);
    go_on(bench, 300 * MS);
    ck_assert_uint_gt(bench->workers[1].rounds, 20);
    ck_assert_uint_eq(bench->workers[1].late_ps, (FLIGHT + IDLE_WAKE + IDLE_SWITCH) * US);
    ck_assert_uint_eq(pushed->preemptions, old);
    ck_assert_uint_eq(pushed->migrations - before[0], old);
    bench_free(bench);
}
END_TEST

/* A boost does not outrank a boost: the idle core takes the one that waits. */
START_TEST(test_a_boost_beside_a_boost)
{
    Bench *bench = bench_shared(
        releases[_i], (Worker){.first_ps = 21 * MS, .work_ps = 5 * MS, .sleep_ps = 100 * MS},
        23 * MS);
    go_on(bench, 23 * MS + 100 * US);
    ck_assert_uint_eq(bench->workers[1].late_ps, (FLIGHT + IDLE_WAKE + DOMAIN_SWITCH + TLB) * US);
    ck_assert_uint_eq(ivc_sched_counts(&bench->platform.cores.items[0])->preemptions, 0);
    bench_free(bench);
}
END_TEST

/* Two that wake at once, both last on an idle core: in Xen 3.2 only that one is told, and the other
 * core finds the second one when it next looks for work, which it does for each slice. */
START_TEST(test_two_wakeups_at_once)
{
    const IvcTime switched = (DOMAIN_SWITCH + TLB) * US;
    bool old = releases[_i] == IVC_CREDIT_RULES_3_2;
    Bench *bench = bench_shared(
        releases[_i], (Worker){.first_ps = 35 * MS, .work_ps = 50 * MS, .sleep_ps = 100 * MS},
        35 * MS);
    bench->sched->cpus[0].latest = NULL;
    go_on(bench, old ? 60 * MS + 500 * US : 35 * MS + 500 * US);
    const Worker *first = &bench->workers[0], *second = &bench->workers[1];
    ck_assert_uint_lt(second->due_ps - first->due_ps, (FLIGHT + IDLE_WAKE) * US);
    ck_assert_uint_eq(first->late_ps, (FLIGHT + IDLE_WAKE) * US + switched);
    if (old)
        ck_assert_uint_eq(second->due_ps + second->late_ps, 60 * MS + switched);
    else
        ck_assert_uint_eq(second->late_ps, (FLIGHT + IDLE_WAKE) * US + switched);
    bench_free(bench);
}
END_TEST

/* Xen 3.2 charges who runs at a tick: one that sleeps at each tick has its credit for nothing. */
START_TEST(test_who_sleeps_at_ticks_pays)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    bench->spec.credit.rules = (int)releases[_i];
    bench->spec.credit.ratelimit.ps = 0;
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 11 * MS, .work_ps = 7 * MS, .sleep_ps = 3 * MS});
    run(bench, 100 * MS);
    if (releases[_i] == IVC_CREDIT_RULES_3_2)
        ck_assert_int_eq(bench->sched->vcpus[1].credit, 0);
    else
        ck_assert_int_lt(bench->sched->vcpus[1].credit, -400);
    bench_free(bench);
}
END_TEST

/* Two vCPUs of one guest against one of another: by vCPU two thirds, by guest a half. */
START_TEST(test_weight_is_of_vcpus_or_guests)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT, 1);
    bench->spec.credit.rules = (int)releases[_i];
    add_guest(bench, 2, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0, hog);
    run(bench, 20000 * MS);
    bool old = releases[_i] == IVC_CREDIT_RULES_3_2;
    check_share(bench, 2, old ? 450 : 310, old ? 550 : 360);
    bench_free(bench);
}
END_TEST

/* ---- credit2 ---- */

/* One with more credit takes the core soon after the rate limit; before it is not even offered. */
START_TEST(test_credit2_keeps_its_ratelimit)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT2, 1);
    add_guest(bench, 1, 1, 256, 0, hog);
    add_guest(bench, 1, 1, 256, 0,
              (Worker){.first_ps = 5 * MS, .work_ps = 50 * US, .sleep_ps = 3 * MS});
    run(bench, 500 * MS);
    ck_assert_uint_gt(bench->workers[1].rounds, 100);
    ck_assert_uint_eq(bench->workers[1].late_ps, (FLIGHT + DOMAIN_SWITCH + TLB) * US);
    /* A little before the end of the limit the core is told, but goes on with the hog. */
    bench->workers[1].sleep_ps = 970 * US;
    go_on(bench, 550 * MS);
    ck_assert_uint_gt(bench->workers[1].late_ps, (29 + DOMAIN_SWITCH + TLB) * US);
    bench->workers[1].sleep_ps = 300 * US;
    bench->workers[1].latest_ps = 0;
    go_on(bench, 600 * MS);
    /* Within the limit nobody tells the core: the hog runs to the end of the time it was given. */
    ck_assert_uint_ge(bench->workers[1].late_ps, 700 * US);
    ck_assert_uint_gt(bench->workers[1].latest_ps, 1 * MS);
    ck_assert_uint_le(bench->workers[1].latest_ps, 10 * MS + 100 * US);
    bench_free(bench);
}
END_TEST

/* Two run queues: who waits beside a full one is moved to the other, and there are two each. */
START_TEST(test_sockets_balance)
{
    Bench *bench = bench_new(IVC_SCHEDULER_CREDIT2, 2);
    bench->machine.interconnect_kind = IVC_INTERCONNECT_SOCKETS;
    bench->machine.interconnect_nodes = 2;
    for (int g = 0; g < 4; g++)
        add_guest(bench, 1, 2, 256, 0, hog);
    run(bench, 20000 * MS);
    for (uint32_t v = 0; v < 4; v++)
        check_share(bench, v, 450, 550);
    for (uint32_t c = 0; c < 2; c++)
        ck_assert_uint_le(ivc_sched_cpu_times(bench->sched, c)->idle_ps, 50 * MS);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched");
    TCase *tests = tcase_create("sched");
    tcase_add_loop_test(tests, test_weights_share, 0, 3);
    tcase_add_loop_test(tests, test_many_weights_share, 0, 3);
    tcase_add_loop_test(tests, test_caps_hold, 0, 2);
    tcase_add_loop_test(tests, test_a_cap_is_the_guests, 0, 2);
    tcase_add_loop_test(tests, test_nobody_starves, 0, 3);
    tcase_add_loop_test(tests, test_a_wakeup_takes_its_stages, 0, 3);
    tcase_add_loop_test(tests, test_another_guest_pays_for_a_switch, 0, 3);
    tcase_add_loop_test(tests, test_no_core_is_idle_beside_work, 0, 3);
    tcase_add_loop_test(tests, test_affinity_holds, 0, 3);
    tcase_add_loop_test(tests, test_affinity_holds_in_the_queue, 0, 3);
    tcase_add_loop_test(tests, test_what_a_cap_leaves_is_for_all, 0, 2);
    tcase_add_loop_test(tests, test_a_cap_is_for_running, 0, 2);
    tcase_add_loop_test(tests, test_yielding_to_nobody_is_nothing, 0, 3);
    tcase_add_loop_test(tests, test_two_yield_in_turn, 0, 3);
    tcase_add_loop_test(tests, test_a_hog_takes_what_is_yielded, 0, 2);
    tcase_add_test(tests, test_yielding_is_to_one_of_a_lower_class);
    tcase_add_test(tests, test_a_boost_preempts);
    tcase_add_test(tests, test_the_ratelimit_holds);
    tcase_add_test(tests, test_no_boost_without_credit);
    tcase_add_loop_test(tests, test_a_wakeup_beside_an_idle_core, 0, 2);
    tcase_add_loop_test(tests, test_a_boost_beside_a_boost, 0, 2);
    tcase_add_loop_test(tests, test_two_wakeups_at_once, 0, 2);
    tcase_add_loop_test(tests, test_who_sleeps_at_ticks_pays, 0, 2);
    tcase_add_loop_test(tests, test_weight_is_of_vcpus_or_guests, 0, 2);
    tcase_add_test(tests, test_credit2_keeps_its_ratelimit);
    tcase_add_test(tests, test_sockets_balance);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
