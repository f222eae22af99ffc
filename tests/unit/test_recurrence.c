/* Recurrence on a toy: a counter that runs into a cycle, with statistics and a hidden field. */
#include "sim/engine/recurrence.h"
#include "tests/harness/points.h"

/* Events that a period is watched for. */
#define CONFIRM 8

typedef struct {
    IvcSim sim;
    uint64_t tail;   /* steps before the cycle */
    uint64_t cycle;  /* its length */
    uint64_t place;  /* 0 to tail + cycle - 1 */
    uint64_t hidden; /* state that `digest` forgets when told so */
    bool forgets;
    bool unwatched;
    uint64_t steps;   /* statistics from here on */
    uint64_t weighed; /* depends on the place */
    uint64_t large;   /* saturates */
} Toy;

static void toy_init(Toy *toy, uint64_t tail, uint64_t cycle)
{
    static const IvcSimLimits limits = {
        .horizon_ps = IVC_TIME_HORIZON, .events_per_instant = 10, .queue_max = 10};
    *toy = (Toy){.tail = tail, .cycle = cycle};
    ivc_sim_init(&toy->sim, &limits);
}

static void toy_step(Toy *toy)
{
    toy->place++;
    if (toy->place == toy->tail + toy->cycle)
        toy->place = toy->tail;
    toy->sim.now += 10 + toy->place % 7;
    toy->sim.events++;
    toy->steps++;
    toy->weighed += toy->place * toy->place + toy->hidden;
    toy->hidden += toy->forgets;
    if (__builtin_add_overflow(toy->large, UINT64_C(1) << 45, &toy->large))
        toy->large = UINT64_MAX;
}

static void toy_digest(const void *run, IvcDigest *digest)
{
    const Toy *toy = run;
    ivc_digest_u64(digest, toy->place % 5);
    if (!digest->brief)
        ivc_digest_u64(digest, toy->place);
}

static uint64_t toy_glance(const void *run)
{
    return ((const Toy *)run)->place % 3;
}

static IvcRecurrence *toy_watch(Toy *toy, uint64_t steps_below, uint64_t looks_max)
{
    const IvcRecurrenceOps ops = {.glance = toy_glance,
                                  .digest = toy_digest,
                                  .run = toy,
                                  .looks_max = looks_max,
                                  .unwatched = toy->unwatched,
                                  .confirm_min = CONFIRM};
    const IvcStatistic list[] = {
        {&toy->steps, steps_below}, {&toy->weighed, UINT64_MAX}, {&toy->large, UINT64_MAX}};
    GArray *statistics = g_array_new(FALSE, FALSE, sizeof(IvcStatistic));
    g_array_append_vals(statistics, list, G_N_ELEMENTS(list));
    return ivc_recurrence_new(&toy->sim, &ops, statistics);
}

static IvcRecurrenceState look_until(Toy *toy, IvcRecurrence *recurrence, uint64_t steps_max)
{
    IvcRecurrenceState state = ivc_recurrence_state(recurrence);
    while (toy->steps < steps_max && state <= IVC_RECURRENCE_CONFIRMING) {
        toy_step(toy);
        state = ivc_recurrence_look(recurrence);
    }
    return state;
}

static void check_cycle(uint64_t tail, uint64_t cycle)
{
    const uint64_t total = 1000003;
    Toy full, skipping;
    toy_init(&full, tail, cycle);
    toy_init(&skipping, tail, cycle);
    while (full.steps < total)
        toy_step(&full);
    IvcRecurrence *recurrence = toy_watch(&skipping, total, UINT64_MAX);
    ck_assert_int_eq(look_until(&skipping, recurrence, total), IVC_RECURRENCE_FOUND);
    ck_assert_uint_eq(ivc_recurrence_period(recurrence, &skipping.steps), cycle);
    ck_assert_uint_le(skipping.steps, 8 * MAX(tail, cycle) + CONFIRM + 4);
    uint64_t times = ivc_recurrence_skip(recurrence);
    ck_assert_uint_gt(times, 0);
    ck_assert_uint_eq(skipping.sim.skipped_ps, times * ivc_recurrence_period_ps(recurrence));
    ck_assert_uint_lt(skipping.steps, total);
    ck_assert_uint_ge(skipping.steps + cycle, total);
    while (skipping.steps < total)
        toy_step(&skipping);
    ck_assert_uint_eq(skipping.place, full.place);
    ck_assert_uint_eq(skipping.weighed, full.weighed);
    ck_assert_uint_eq(skipping.large, UINT64_MAX);
    ck_assert_uint_eq(ivc_sim_time(&skipping.sim), full.sim.now);
    ck_assert_int_eq(ivc_recurrence_look(recurrence), IVC_RECURRENCE_FOUND); /* no more looks */
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&full.sim);
    ivc_sim_clear(&skipping.sim);
}

START_TEST(test_skipping_gives_what_stepping_gives)
{
    static const uint64_t sizes[] = {1, 2, 3, 5, 16, 17, 100, 1000};
    for (size_t t = 0; t < G_N_ELEMENTS(sizes); t++)
        for (size_t c = 0; c < G_N_ELEMENTS(sizes); c++)
            check_cycle(sizes[t] - 1, sizes[c]);
}
END_TEST

START_TEST(test_what_a_digest_forgets_is_noticed)
{
    Toy toy;
    toy_init(&toy, 3, 12);
    toy.forgets = true;
    IvcRecurrence *recurrence = toy_watch(&toy, UINT64_MAX, UINT64_MAX);
    ck_assert_int_eq(look_until(&toy, recurrence, 10000), IVC_RECURRENCE_BROKEN);
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&toy.sim);
}
END_TEST

/* After a change the same search finds the new cycle, in which what the old one skipped stays. */
START_TEST(test_a_search_can_begin_anew)
{
    const uint64_t total = 1000003;
    Toy full, skipping;
    toy_init(&full, 7, 12);
    toy_init(&skipping, 7, 12);
    IvcRecurrence *recurrence = toy_watch(&skipping, total, UINT64_MAX);
    ck_assert_int_eq(look_until(&skipping, recurrence, total), IVC_RECURRENCE_FOUND);
    skipping.sim.limits.horizon_ps = skipping.sim.now + 1000000;
    ck_assert_uint_gt(ivc_recurrence_skip(recurrence), 0);
    while (full.steps < skipping.steps)
        toy_step(&full);
    skipping.sim.limits.horizon_ps = IVC_TIME_HORIZON;
    full.cycle = skipping.cycle = 35;
    ivc_recurrence_restart(recurrence, 16);
    ck_assert_int_eq(ivc_recurrence_state(recurrence), IVC_RECURRENCE_SEARCHING);
    ck_assert_int_eq(look_until(&skipping, recurrence, total), IVC_RECURRENCE_FOUND);
    ck_assert_uint_eq(ivc_recurrence_period(recurrence, &skipping.steps), 35);
    ck_assert_uint_gt(ivc_recurrence_skip(recurrence), 0);
    ck_assert_uint_lt(skipping.steps, total);
    ck_assert_uint_ge(skipping.steps + 35, total);
    while (full.steps < skipping.steps)
        toy_step(&full);
    ck_assert_uint_eq(skipping.place, full.place);
    ck_assert_uint_eq(skipping.weighed, full.weighed);
    ck_assert_uint_eq(ivc_sim_time(&skipping.sim), full.sim.now);
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&full.sim);
    ivc_sim_clear(&skipping.sim);
}
END_TEST

/* Nobody watches: a digest that forgets is believed, and what is skipped is wrong. */
START_TEST(test_the_watch_is_needed)
{
    Toy toy;
    toy_init(&toy, 3, 12);
    toy.forgets = toy.unwatched = true;
    IvcRecurrence *recurrence = toy_watch(&toy, UINT64_MAX, UINT64_MAX);
    ck_assert_int_eq(look_until(&toy, recurrence, 10000), IVC_RECURRENCE_FOUND);
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&toy.sim);
}
END_TEST

START_TEST(test_the_search_ends)
{
    Toy toy;
    toy_init(&toy, 5000, 10);
    IvcRecurrence *recurrence = toy_watch(&toy, UINT64_MAX, 1000);
    ck_assert_int_eq(look_until(&toy, recurrence, 10000), IVC_RECURRENCE_GIVEN_UP);
    ck_assert_uint_eq(toy.steps, 1000);
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&toy.sim);
}
END_TEST

/* Bounds: a statistic's, and the horizon, which is moved nearer by what was skipped. */
START_TEST(test_bounds_are_kept)
{
    for (uint64_t below = 30; below < 60; below++) {
        Toy toy;
        toy_init(&toy, 0, 4);
        toy.sim.limits.horizon_ps = 100000;
        IvcRecurrence *recurrence = toy_watch(&toy, below, UINT64_MAX);
        ck_assert_int_eq(look_until(&toy, recurrence, below), IVC_RECURRENCE_FOUND);
        ivc_recurrence_skip(recurrence);
        ck_assert_uint_lt(toy.steps, below);
        ck_assert_uint_ge(toy.steps + 4, below);
        ck_assert_uint_eq(toy.sim.limits.horizon_ps, 100000 - toy.sim.skipped_ps);
        ivc_recurrence_free(recurrence);
        ivc_sim_clear(&toy.sim);
    }
    Toy toy;
    toy_init(&toy, 0, 4);
    toy.sim.limits.horizon_ps = 5000;
    IvcRecurrence *recurrence = toy_watch(&toy, UINT64_MAX, UINT64_MAX);
    ck_assert_int_eq(look_until(&toy, recurrence, 1000), IVC_RECURRENCE_FOUND);
    ivc_recurrence_skip(recurrence);
    ck_assert_uint_le(ivc_sim_time(&toy.sim), 5000);
    ck_assert_uint_gt(ivc_sim_time(&toy.sim) + ivc_recurrence_period_ps(recurrence), 5000);
    ivc_recurrence_free(recurrence);
    ivc_sim_clear(&toy.sim);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recurrence");
    TCase *tests = tcase_create("recurrence");
    tcase_add_test(tests, test_skipping_gives_what_stepping_gives);
    tcase_add_test(tests, test_what_a_digest_forgets_is_noticed);
    tcase_add_test(tests, test_a_search_can_begin_anew);
    tcase_add_test(tests, test_the_watch_is_needed);
    tcase_add_test(tests, test_the_search_ends);
    tcase_add_test(tests, test_bounds_are_kept);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
