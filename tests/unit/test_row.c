/* Rows of timers: they fire when, and in the order in which, the same timers would each by itself,
 * whoever is cancelled or armed otherwise meanwhile; and a digest sees them as if they did. */
#include "sim/engine/row.h"
#include "tests/harness/points.h"

#define TIMERS 40
#define STEPS 3000

typedef struct Bench {
    IvcSim sim;
    IvcTimerRow row;
    bool in_row;
    uint64_t at_once; /* of the fired */
    GString *log;
    uint32_t drawn;
    unsigned steps;
    IvcTime last_ps;
    uint64_t digests;
    struct Probe {
        IvcTimer timer;
        struct Bench *bench;
    } probes[TIMERS];
} Bench;

static uint32_t draw(Bench *bench, uint32_t below)
{
    bench->drawn = bench->drawn * 1103515245u + 12345u;
    return (bench->drawn >> 8) % below;
}

static void arm(Bench *bench, IvcTimer *timer, IvcTime when_ps)
{
    if (bench->in_row)
        ivc_row_arm(&bench->row, &bench->sim, timer, when_ps, IVC_PHASE_ACT);
    else
        ivc_timer_arm(&bench->sim, timer, when_ps, IVC_PHASE_ACT);
}

/* Arms one, mostly behind all others and sometimes at the same time; cancels or moves another. */
static void probe_fire(IvcSim *sim, IvcTimer *timer)
{
    Bench *bench = ((struct Probe *)timer)->bench;
    g_string_append_printf(bench->log, "%u@%" G_GUINT64_FORMAT " ", timer->id, sim->now);
    if (bench->steps == STEPS)
        return;
    bench->steps++;
    bench->last_ps = MAX(bench->last_ps, sim->now) + draw(bench, 3);
    arm(bench, timer, draw(bench, 10) ? bench->last_ps : sim->now + draw(bench, 50));
    IvcTimer *other = &bench->probes[draw(bench, TIMERS)].timer;
    uint32_t what = draw(bench, 12);
    if (what == 0)
        ivc_timer_cancel(other);
    else if (what == 1)
        ivc_timer_arm(sim, other, sim->now + draw(bench, 60), IVC_PHASE_ACT);
    else if (what == 2)
        arm(bench, other, bench->last_ps);
    if (draw(bench, 8) == 0) {
        IvcDigest digest;
        ivc_digest_init(&digest, sim->now, NULL);
        ivc_sim_digest(sim, &digest);
        bench->digests = bench->digests * 31 + digest.hash[0] + digest.hash[1];
    }
}

/* Some cannot do without their own fire(). */
static bool probe_at_once(IvcTimer *timer)
{
    Bench *bench = ((struct Probe *)timer)->bench;
    if (timer->id % 5 == 0)
        return false;
    bench->at_once++;
    probe_fire(&bench->sim, timer);
    return true;
}

static void bench_run(Bench *bench, uint32_t seed, bool in_row, bool (*at_once)(IvcTimer *))
{
    static const IvcSimLimits limits = {
        .horizon_ps = 1000000, .events_per_instant = 1000, .queue_max = 1000};
    *bench = (Bench){.drawn = seed, .in_row = in_row, .log = g_string_new(NULL)};
    ivc_sim_init(&bench->sim, &limits);
    ivc_row_init(&bench->row, &bench->sim, at_once);
    for (uint32_t i = 0; i < TIMERS; i++) {
        bench->probes[i].bench = bench;
        ivc_timer_init(&bench->probes[i].timer, i, probe_fire);
        arm(bench, &bench->probes[i].timer, i / 2);
    }
    ck_assert_int_eq(ivc_sim_run(&bench->sim), IVC_STOP_NONE);
}

static void bench_clear(Bench *bench)
{
    ivc_row_clear(&bench->row);
    ivc_sim_clear(&bench->sim);
    g_string_free(bench->log, TRUE);
}

static void check_alike(const Bench *alone, const Bench *row)
{
    ck_assert(g_string_equal(alone->log, row->log));
    ck_assert_uint_eq(alone->digests, row->digests);
    ck_assert_uint_eq(alone->sim.events, row->sim.events);
    ck_assert_uint_eq(alone->sim.sequence, row->sim.sequence);
}

START_TEST(test_a_row_is_as_timers_by_themselves)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        Bench alone, row, at_once;
        bench_run(&alone, seed, false, NULL);
        bench_run(&row, seed, true, NULL);
        bench_run(&at_once, seed, true, probe_at_once);
        ck_assert_uint_eq(alone.steps, STEPS);
        check_alike(&alone, &row);
        check_alike(&alone, &at_once);
        ck_assert_uint_gt(at_once.at_once, STEPS / 2);
        bench_clear(&alone);
        bench_clear(&row);
        bench_clear(&at_once);
    }
}
END_TEST

static void ignore(IvcSim *sim, IvcTimer *timer)
{
    (void)sim;
    (void)timer;
}

START_TEST(test_only_the_first_is_in_the_queue)
{
    static const IvcSimLimits limits = {
        .horizon_ps = 1000000, .events_per_instant = 1000, .queue_max = 1000};
    IvcSim sim;
    IvcTimerRow row;
    IvcTimer timers[TIMERS];
    ivc_sim_init(&sim, &limits);
    ivc_row_init(&row, &sim, NULL);
    for (uint32_t i = 0; i < TIMERS; i++) {
        ivc_timer_init(&timers[i], i, ignore);
        ivc_row_arm(&row, &sim, &timers[i], 5 * i, IVC_PHASE_ACT);
    }
    ck_assert_uint_eq(ivc_queue_size(sim.queue), 1);
    ivc_timer_cancel(&timers[0]);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_uint_eq(sim.now, 5 * (TIMERS - 1));
    ivc_row_clear(&row);
    ivc_sim_clear(&sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("row");
    TCase *tests = tcase_create("row");
    tcase_add_test(tests, test_a_row_is_as_timers_by_themselves);
    tcase_add_test(tests, test_only_the_first_is_in_the_queue);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
