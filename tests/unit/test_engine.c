/* The event loop: order, arming and cancelling, bounds, and moving time on without the queue. */
#include "sim/engine/engine.h"
#include "tests/harness/points.h"

#include <signal.h>

typedef struct {
    IvcTimer timer;
    GString *log;
    IvcTimer *then;     /* armed when this one fires */
    IvcTime then_after; /* so much later */
    IvcPhase then_phase;
    uint64_t fired;
    uint64_t again; /* how often it arms itself */
    IvcTime period;
} Probe;

static const IvcSimLimits limits = {
    .horizon_ps = 1000000, .events_per_instant = 100, .queue_max = 1000};

static void probe_fire(IvcSim *sim, IvcTimer *timer)
{
    Probe *probe = (Probe *)timer;
    probe->fired++;
    if (probe->log)
        g_string_append_printf(probe->log, "%u@%" G_GUINT64_FORMAT " ", timer->id, sim->now);
    if (probe->then)
        ivc_timer_arm(sim, probe->then, sim->now + probe->then_after, probe->then_phase);
    if (probe->again) {
        probe->again--;
        ivc_timer_arm(sim, timer, sim->now + probe->period, IVC_PHASE_ACT);
    }
}

static void probe_init(Probe *probe, uint32_t id, GString *log)
{
    *probe = (Probe){.log = log};
    ivc_timer_init(&probe->timer, id, probe_fire);
}

START_TEST(test_time_then_phase_then_sequence)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    g_autoptr(GString) log = g_string_new(NULL);
    Probe probes[8];
    for (uint32_t i = 0; i < 8; i++)
        probe_init(&probes[i], i, log);
    ivc_timer_arm(&sim, &probes[0].timer, 20, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &probes[1].timer, 20, IVC_PHASE_DELIVER);
    ivc_timer_arm(&sim, &probes[2].timer, 10, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &probes[3].timer, 20, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &probes[4].timer, 20, IVC_PHASE_DELIVER);
    ivc_timer_arm(&sim, &probes[5].timer, 0, IVC_PHASE_ACT);
    /* An ACT of this instant arms a DELIVER of this instant: it comes before other ACTs. */
    probes[0].then = &probes[6].timer;
    probes[0].then_phase = IVC_PHASE_DELIVER;
    probes[2].then = &probes[7].timer;
    probes[2].then_after = 10;
    probes[2].then_phase = IVC_PHASE_ACT;
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_str_eq(log->str, "5@0 2@10 1@20 4@20 0@20 6@20 3@20 7@20 ");
    ck_assert_uint_eq(sim.events, 8);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_arming_moves_and_cancelling_forgets)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    g_autoptr(GString) log = g_string_new(NULL);
    Probe a, b, c;
    probe_init(&a, 1, log);
    probe_init(&b, 2, log);
    probe_init(&c, 3, log);
    ivc_timer_arm(&sim, &a.timer, 50, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &b.timer, 50, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &a.timer, 50, IVC_PHASE_ACT); /* the same time, but later in sequence */
    ivc_timer_arm(&sim, &c.timer, 60, IVC_PHASE_ACT);
    ivc_timer_cancel(&c.timer);
    ck_assert(!c.timer.armed);
    ivc_timer_cancel(&c.timer); /* twice is harmless */
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_str_eq(log->str, "2@50 1@50 ");
    ck_assert_uint_eq(sim.now, 50);
    ivc_timer_arm(&sim, &c.timer, 70, IVC_PHASE_ACT);
    ivc_timer_cancel(&c.timer);
    ivc_timer_arm(&sim, &c.timer, 90, IVC_PHASE_ACT); /* the stale 70 must not fire it */
    ivc_timer_arm(&sim, &a.timer, 80, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &a.timer, 55, IVC_PHASE_ACT); /* earlier than before */
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_str_eq(log->str, "2@50 1@50 1@55 3@90 ");
    ck_assert_uint_eq(sim.events, 4);
    ivc_sim_clear(&sim);
}
END_TEST

static char *digest_of(const IvcSim *sim)
{
    IvcDigest digest;
    ivc_digest_init(&digest, sim->now, NULL);
    ivc_sim_digest(sim, &digest);
    return ivc_digest_text(&digest);
}

/* A timer that is moved on and on costs one pending item, and fires in the order of its arming. */
START_TEST(test_moving_on_leaves_nothing_behind)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    g_autoptr(GString) log = g_string_new(NULL);
    Probe a, b, c;
    probe_init(&a, 1, log);
    probe_init(&b, 2, log);
    probe_init(&c, 3, log);
    for (IvcTime when = 10; when < 1000; when++)
        ivc_timer_arm(&sim, &a.timer, when, IVC_PHASE_ACT);
    ck_assert_uint_eq(ivc_queue_size(sim.queue), 1);
    ivc_timer_arm(&sim, &b.timer, 1000, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &a.timer, 1000, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &c.timer, 1000, IVC_PHASE_ACT);
    ck_assert_uint_eq(ivc_queue_size(sim.queue), 3);
    g_autofree char *moved = digest_of(&sim);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_str_eq(log->str, "2@1000 1@1000 3@1000 ");
    ck_assert_uint_eq(sim.events, 3);
    ivc_sim_clear(&sim);
    /* To a digest it is as if it had been there from the start. */
    ivc_sim_init(&sim, &limits);
    ivc_timer_arm(&sim, &b.timer, 1000, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &a.timer, 1000, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &c.timer, 1000, IVC_PHASE_ACT);
    g_autofree char *straight = digest_of(&sim);
    ck_assert_str_eq(moved, straight);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_arming_in_the_past_asserts)
{
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    Probe a;
    probe_init(&a, 1, NULL);
    sim.now = 100;
    ivc_timer_arm(&sim, &a.timer, 99, IVC_PHASE_ACT);
}
END_TEST

START_TEST(test_horizon)
{
    for (IvcTime when = 999999; when <= 1000001; when++) {
        IvcSim sim;
        ivc_sim_init(&sim, &limits);
        Probe a, b;
        probe_init(&a, 1, NULL);
        probe_init(&b, 2, NULL);
        ivc_timer_arm(&sim, &a.timer, 7, IVC_PHASE_ACT);
        ivc_timer_arm(&sim, &b.timer, when, IVC_PHASE_ACT);
        bool inside = when <= limits.horizon_ps;
        ck_assert_int_eq(ivc_sim_run(&sim), inside ? IVC_STOP_NONE : IVC_STOP_HORIZON);
        ck_assert_uint_eq(b.fired, inside);
        ck_assert_uint_eq(sim.now, inside ? when : 7);
        ivc_sim_clear(&sim);
    }
}
END_TEST

START_TEST(test_events_of_one_instant)
{
    for (uint64_t again = 98; again <= 100; again++) {
        IvcSim sim;
        ivc_sim_init(&sim, &limits);
        Probe a;
        probe_init(&a, 1, NULL);
        a.again = again; /* 1 + again events in all */
        ivc_timer_arm(&sim, &a.timer, 40, IVC_PHASE_ACT);
        bool within = again + 1 <= limits.events_per_instant;
        ck_assert_int_eq(ivc_sim_run(&sim), within ? IVC_STOP_NONE : IVC_STOP_LIVELOCK);
        ck_assert_uint_eq(a.fired, within ? again + 1 : 100);
        ivc_sim_clear(&sim);
    }
    IvcSim sim; /* the count starts anew when time goes on */
    ivc_sim_init(&sim, &limits);
    Probe a;
    probe_init(&a, 1, NULL);
    a.again = 5000;
    a.period = 1;
    ivc_timer_arm(&sim, &a.timer, 0, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert_uint_eq(a.fired, 5001);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_events_max)
{
    IvcSimLimits some = limits;
    some.events_max = 1000;
    IvcSim sim;
    ivc_sim_init(&sim, &some);
    Probe a;
    probe_init(&a, 1, NULL);
    a.again = UINT64_MAX;
    a.period = 3;
    ivc_timer_arm(&sim, &a.timer, 0, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_EVENTS);
    ck_assert_uint_eq(sim.events, 1000);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_queue_bound)
{
    IvcSimLimits small = limits;
    small.queue_max = 4;
    IvcSim sim;
    ivc_sim_init(&sim, &small);
    Probe probes[5];
    for (uint32_t i = 0; i < 5; i++) {
        probe_init(&probes[i], i, NULL);
        ivc_timer_arm(&sim, &probes[i].timer, 10 + i, IVC_PHASE_ACT);
        ck_assert_int_eq(sim.stop, i < 4 ? IVC_STOP_NONE : IVC_STOP_QUEUE);
    }
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_QUEUE);
    ck_assert_uint_eq(sim.events, 0);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_stop_flag)
{
    volatile int flag = 1;
    IvcSim sim;
    ivc_sim_init(&sim, &limits);
    sim.limits.horizon_ps = UINT64_MAX - 1;
    sim.stop_flag = &flag;
    Probe a;
    probe_init(&a, 1, NULL);
    a.again = UINT64_MAX;
    a.period = 1;
    ivc_timer_arm(&sim, &a.timer, 0, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_ASKED);
    ck_assert_uint_le(sim.events, 100000); /* soon */
    ivc_sim_clear(&sim);
}
END_TEST

static void finish_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)timer;
    ivc_sim_finish(sim);
}

static void fail_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)timer;
    ivc_sim_fail(sim, 42, "core %d: %s", 3, "gone");
    ivc_sim_fail(sim, 43, "a consequence");
}

START_TEST(test_finish_and_fail)
{
    IvcSim sim;
    IvcTimer end;
    Probe late;
    ivc_sim_init(&sim, &limits);
    ivc_timer_init(&end, 1, finish_fire);
    probe_init(&late, 2, NULL);
    ivc_timer_arm(&sim, &end, 5, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &late.timer, 5, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert(sim.finished);
    ck_assert_uint_eq(late.fired, 0);
    ivc_sim_clear(&sim);
    ivc_sim_init(&sim, &limits);
    ivc_timer_init(&end, 1, fail_fire);
    ivc_timer_arm(&sim, &end, 5, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &late.timer, 6, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_FAILED);
    ck_assert_str_eq(sim.failure, "core 3: gone");
    ck_assert_int_eq(sim.failure_code, 42);
    ck_assert_uint_eq(late.fired, 0);
    ivc_sim_clear(&sim);
}
END_TEST

START_TEST(test_advance_refuses_what_would_reorder)
{
    IvcSim sim;
    Probe a;
    ivc_sim_init(&sim, &limits);
    probe_init(&a, 1, NULL);
    ivc_timer_arm(&sim, &a.timer, 100, IVC_PHASE_ACT);
    ck_assert(ivc_sim_advance(&sim, 99));
    ck_assert_uint_eq(sim.now, 99);
    ck_assert(!ivc_sim_advance(&sim, 100)); /* the pending event is first */
    ck_assert(!ivc_sim_advance(&sim, 101));
    ck_assert_uint_eq(sim.now, 99);
    ck_assert_uint_eq(sim.events, 1);
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    ck_assert(!ivc_sim_advance(&sim, limits.horizon_ps + 1));
    ck_assert(ivc_sim_advance(&sim, limits.horizon_ps));
    ivc_sim_clear(&sim);
    ivc_sim_init(&sim, &limits);
    for (uint64_t i = 0; i < limits.events_per_instant; i++)
        ck_assert(ivc_sim_advance(&sim, 0));
    ck_assert(!ivc_sim_advance(&sim, 0)); /* one too many at this instant */
    ck_assert(ivc_sim_advance(&sim, 1));
    ivc_sim_finish(&sim);
    ck_assert(!ivc_sim_advance(&sim, 2));
    ivc_sim_clear(&sim);
}
END_TEST

/* Processes that hop by random delays, inline where that is allowed or always through the queue. */
typedef struct {
    Probe base;
    GRand *rand;
    unsigned left;
    bool advance;
} Hopper;

static void hopper_fire(IvcSim *sim, IvcTimer *timer)
{
    Hopper *hopper = (Hopper *)timer;
    for (;;) {
        g_string_append_printf(hopper->base.log, "%u@%" G_GUINT64_FORMAT " ", timer->id, sim->now);
        if (hopper->left-- == 0)
            return;
        IvcTime to = sim->now + (IvcTime)g_rand_int_range(hopper->rand, 0, 12);
        if (hopper->advance && ivc_sim_advance(sim, to))
            continue;
        ivc_timer_arm(sim, timer, to, IVC_PHASE_ACT);
        return;
    }
}

static char *hop(uint32_t seed, unsigned n, bool advance, uint64_t *ret_events)
{
    IvcSim sim;
    Hopper hoppers[4];
    g_autoptr(GString) log = g_string_new(NULL);
    ivc_sim_init(&sim, &limits);
    for (uint32_t i = 0; i < n; i++) {
        hoppers[i] =
            (Hopper){.rand = g_rand_new_with_seed(seed + i), .left = 60, .advance = advance};
        probe_init(&hoppers[i].base, i, log);
        hoppers[i].base.timer.fire = hopper_fire;
        ivc_timer_arm(&sim, &hoppers[i].base.timer, i, IVC_PHASE_ACT);
    }
    ck_assert_int_eq(ivc_sim_run(&sim), IVC_STOP_NONE);
    *ret_events = sim.events;
    for (uint32_t i = 0; i < n; i++)
        g_rand_free(hoppers[i].rand);
    ivc_sim_clear(&sim);
    return g_strdup(log->str);
}

START_TEST(test_advance_is_the_queue)
{
    uint32_t seed = points_seed("test_engine", 11);
    for (uint32_t i = 0; i < 300; i++) {
        uint64_t with, without;
        g_autofree char *a = hop(seed + i * 8, 1 + i % 4, true, &with);
        g_autofree char *b = hop(seed + i * 8, 1 + i % 4, false, &without);
        ck_assert_str_eq(a, b);
        ck_assert_uint_eq(with, without);
    }
}
END_TEST

START_TEST(test_digest_of_what_is_pending)
{
    IvcSim sim;
    Probe a, b;
    IvcDigest first, second;
    ivc_sim_init(&sim, &limits);
    probe_init(&a, 1, NULL);
    probe_init(&b, 2, NULL);
    ivc_timer_arm(&sim, &a.timer, 100, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &b.timer, 200, IVC_PHASE_ACT);
    ivc_digest_init(&first, sim.now, NULL);
    ivc_sim_digest(&sim, &first);
    sim.now = 50; /* all of it 50 ps later is the same state */
    ivc_timer_arm(&sim, &b.timer, 250, IVC_PHASE_ACT);
    ivc_timer_arm(&sim, &a.timer, 150, IVC_PHASE_ACT);
    ivc_digest_init(&second, sim.now, NULL);
    ivc_sim_digest(&sim, &second);
    ck_assert_mem_eq(first.hash, second.hash, sizeof first.hash);
    static const struct {
        IvcTime a, b;
        IvcPhase phase;
    } others[] = {{151, 250, IVC_PHASE_ACT},
                  {150, 249, IVC_PHASE_ACT},
                  {250, 150, IVC_PHASE_ACT},
                  {150, 250, IVC_PHASE_DELIVER}};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        ivc_timer_arm(&sim, &a.timer, others[i].a, IVC_PHASE_ACT);
        ivc_timer_arm(&sim, &b.timer, others[i].b, others[i].phase);
        ivc_digest_init(&second, sim.now, NULL);
        ivc_sim_digest(&sim, &second);
        ck_assert_mem_ne(first.hash, second.hash, sizeof first.hash);
    }
    ivc_sim_clear(&sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_add_test(tests, test_time_then_phase_then_sequence);
    tcase_add_test(tests, test_arming_moves_and_cancelling_forgets);
    tcase_add_test(tests, test_moving_on_leaves_nothing_behind);
    tcase_add_test_raise_signal(tests, test_arming_in_the_past_asserts, SIGABRT);
    tcase_add_test(tests, test_horizon);
    tcase_add_test(tests, test_events_of_one_instant);
    tcase_add_test(tests, test_events_max);
    tcase_add_test(tests, test_queue_bound);
    tcase_add_test(tests, test_stop_flag);
    tcase_add_test(tests, test_finish_and_fail);
    tcase_add_test(tests, test_advance_refuses_what_would_reorder);
    tcase_add_test(tests, test_advance_is_the_queue);
    tcase_add_test(tests, test_digest_of_what_is_pending);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
