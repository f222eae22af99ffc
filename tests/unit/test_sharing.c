/* Max-min sharing: what a copy takes alone and beside others; random schedules of copies against a
 * slow reference in long double that is written the obvious way; and random joins and leaves, with
 * pre-emption, against the same sharing without classes, to the picosecond. */
#include "models/cpu/sharing.h"
#include "tests/harness/check.h"
#include "tests/harness/points.h"
#include "tests/harness/sharing_by_move.h"

#include <math.h>

#define MOVES_MAX 9

typedef struct {
    IvcTime starts_ps;
    IvcTime alone_ps;
    uint64_t demand[IVC_RESOURCES];
} Flow;

typedef struct {
    unsigned n;
    uint64_t capacity[IVC_RESOURCES];
    Flow flows[MOVES_MAX];
} Schedule;

/* ---- through the code under test ---- */

static int next_end(const IvcMove *moves, unsigned n, IvcTime *ret_when)
{
    int next = -1;
    for (unsigned i = 0; i < n; i++)
        if (moves[i].in && (next < 0 || ivc_sharing_end(&moves[i]) < *ret_when)) {
            next = (int)i;
            *ret_when = ivc_sharing_end(&moves[i]);
        }
    return next;
}

static void check_rates(const IvcSharing *sharing)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        IvcU128 used = 0;
        for (uint32_t c = 0; c < sharing->n_classes; c++) {
            const IvcMoveClass *class = sharing->classes[c];
            used += (IvcU128) class->demand[r] * class->speed * class->n;
        }
        /* Speeds of at least 2^-31 can exceed a capacity by what that rounds up. */
        if (sharing->capacity[r])
            ck_assert_msg(used / IVC_SPEED_FULL <=
                              sharing->capacity[r] + sharing->capacity[r] / 1000000 + sharing->n,
                          "resource %zu gives %.1f of %.1f", r, (double)(used / IVC_SPEED_FULL),
                          (double)sharing->capacity[r]);
    }
}

static void simulate(const Schedule *schedule, IvcTime ends[MOVES_MAX])
{
    IvcSharing sharing;
    IvcMove moves[MOVES_MAX] = {0};
    bool started[MOVES_MAX] = {false};
    ivc_sharing_init(&sharing, schedule->capacity, MOVES_MAX, NULL);
    for (;;) {
        IvcTime end_ps = 0;
        int ending = next_end(moves, schedule->n, &end_ps), starting = -1;
        for (unsigned i = 0; i < schedule->n; i++)
            if (!started[i] && (starting < 0 ||
                                schedule->flows[i].starts_ps < schedule->flows[starting].starts_ps))
                starting = (int)i;
        if (starting < 0 && ending < 0)
            break;
        if (starting < 0 || (ending >= 0 && end_ps <= schedule->flows[starting].starts_ps)) {
            (void)ivc_sharing_leave(&sharing, &moves[ending], end_ps);
            ck_assert(moves[ending].work == 0);
            ends[ending] = end_ps;
        } else {
            const Flow *flow = &schedule->flows[starting];
            IvcMove *move = &moves[starting];
            started[starting] = true;
            move->n_pieces = 1;
            move->pieces[0].alone_ps = flow->alone_ps;
            memcpy(move->pieces[0].demand, flow->demand, sizeof flow->demand);
            move->work = (IvcU128)flow->alone_ps * IVC_SPEED_FULL;
            bool room = ivc_sharing_has_room(&sharing, move);
            bool changed = ivc_sharing_join(&sharing, move, flow->starts_ps);
            if (room)
                ck_assert(move->in->speed == IVC_SPEED_FULL);
            if (!changed)
                ck_assert(!sharing.limited);
        }
        check_rates(&sharing);
    }
    ck_assert_uint_eq(sharing.n, 0);
    ck_assert_uint_eq(sharing.asked[0] | sharing.asked[1], 0);
    ivc_sharing_clear(&sharing);
}

/* ---- the reference ---- */

static long double volume(const Flow *flow)
{
    return (long double)(flow->demand[0] ? flow->demand[0] : MAX(flow->demand[1], 1));
}

/* Progressive filling: all volumes rise together; who reaches his own, or meets a full resource,
 * stops there. */
static void fill(const Schedule *schedule, const bool *active, long double speed[MOVES_MAX])
{
    bool fixed[MOVES_MAX] = {false};
    long double level = 0;
    for (;;) {
        long double most = INFINITY;
        for (unsigned i = 0; i < schedule->n; i++)
            if (active[i] && !fixed[i])
                most = fminl(most, volume(&schedule->flows[i]));
        if (isinf(most))
            return;
        for (size_t r = 0; r < IVC_RESOURCES; r++) {
            long double used = 0, weight = 0;
            for (unsigned i = 0; i < schedule->n; i++) {
                const Flow *flow = &schedule->flows[i];
                if (!active[i] || !schedule->capacity[r])
                    continue;
                if (fixed[i])
                    used += speed[i] * (long double)flow->demand[r];
                else
                    weight += (long double)flow->demand[r] / volume(flow);
            }
            if (weight > 0)
                most = fminl(most, ((long double)schedule->capacity[r] - used) / weight);
        }
        level = fmaxl(level, most);
        for (unsigned i = 0; i < schedule->n; i++)
            if (active[i] && !fixed[i])
                speed[i] = fminl(1, level / volume(&schedule->flows[i]));
        bool any = false;
        for (unsigned i = 0; i < schedule->n; i++) {
            const Flow *flow = &schedule->flows[i];
            bool stop = active[i] && !fixed[i] && volume(flow) <= level * (1 + 1e-15L);
            for (size_t r = 0; r < IVC_RESOURCES && active[i] && !fixed[i] && !stop; r++) {
                long double used = 0;
                for (unsigned k = 0; k < schedule->n; k++)
                    if (active[k])
                        used += speed[k] * (long double)schedule->flows[k].demand[r];
                stop = schedule->capacity[r] && flow->demand[r] &&
                       used >= (long double)schedule->capacity[r] * (1 - 1e-15L);
            }
            if (stop)
                fixed[i] = any = true;
        }
        ck_assert(any);
    }
}

static void reference(const Schedule *schedule, long double ends[MOVES_MAX])
{
    bool active[MOVES_MAX] = {false}, over[MOVES_MAX] = {false};
    long double left[MOVES_MAX], now = 0;
    for (unsigned i = 0; i < schedule->n; i++)
        left[i] = (long double)schedule->flows[i].alone_ps;
    for (;;) {
        long double speed[MOVES_MAX] = {0}, next = INFINITY;
        int event = -1;
        fill(schedule, active, speed);
        for (unsigned i = 0; i < schedule->n; i++) {
            long double when = over[i]     ? INFINITY
                               : active[i] ? now + left[i] / speed[i]
                                           : (long double)schedule->flows[i].starts_ps;
            if (when < next) {
                next = when;
                event = (int)i;
            }
        }
        if (event < 0)
            return;
        for (unsigned i = 0; i < schedule->n; i++)
            if (active[i])
                left[i] -= (next - now) * speed[i];
        now = next;
        over[event] = active[event];
        if (active[event])
            ends[event] = now;
        active[event] = !active[event];
    }
}

/* ---- exact cases ---- */

static IvcTime only_end(IvcTime alone_ps, uint64_t demand, uint64_t capacity)
{
    Schedule one = {.n = 1, .capacity = {capacity, 0}, .flows = {{17, alone_ps, {demand, demand}}}};
    IvcTime ends[MOVES_MAX];
    simulate(&one, ends);
    return ends[0] - 17;
}

START_TEST(test_alone_is_exact)
{
    static const IvcTime spans[] = {
        1, 2, 3, 999, 1000003, UINT64_C(123456789012), IVC_TIME_HORIZON / 2};
    for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
        ck_assert_uint_eq(only_end(spans[i], 1000000, 1000000), spans[i]); /* exactly full */
        ck_assert_uint_eq(only_end(spans[i], 1000000, 0), spans[i]);       /* no limit */
        ck_assert_uint_eq(only_end(spans[i], 0, 1), spans[i]);             /* asks nothing */
        ck_assert_uint_eq(only_end(spans[i] / 2, 2000000, 1000000), spans[i] / 2 * 2);
    }
}
END_TEST

START_TEST(test_equal_flows_take_their_number_of_times)
{
    for (unsigned k = 1; k <= 8; k++) {
        Schedule schedule = {.n = k, .capacity = {6400000000, 0}};
        for (unsigned i = 0; i < k; i++)
            schedule.flows[i] = (Flow){5000, 1000000, {6400000000, 0}};
        IvcTime ends[MOVES_MAX];
        simulate(&schedule, ends);
        for (unsigned i = 0; i < k; i++) {
            /* 1/k of full speed in 2^-31, rounded down, is exact where k divides 2^31. */
            IvcTime exact = 5000 + k * 1000000;
            ck_assert_uint_ge(ends[i], exact);
            ck_assert_uint_le(ends[i], exact + (k & (k - 1) ? 1 : 0));
        }
    }
}
END_TEST

START_TEST(test_caps_leave_the_rest_to_others)
{
    /* 1,000 to share: one asks 200 and gets it, two ask 800 and get 400 each. */
    Schedule schedule = {.n = 3,
                         .capacity = {1000, 0},
                         .flows = {{0, 1000, {200, 0}}, {0, 1000, {800, 0}}, {0, 1000, {800, 0}}}};
    IvcTime ends[MOVES_MAX];
    simulate(&schedule, ends);
    ck_assert_uint_eq(ends[0], 1000);
    /* By 1,000 half is done; then 500 each, of which 500/800 is the speed: 800 more. */
    ck_assert_uint_eq(ends[1], 1800);
    ck_assert_uint_eq(ends[2], 1800);
}
END_TEST

START_TEST(test_two_resources)
{
    /* The second resource holds 0 and 1 down to half; 2 takes what that leaves of the first. */
    Schedule schedule = {
        .n = 3,
        .capacity = {3000, 1000},
        .flows = {{0, 1000, {1000, 1000}}, {0, 1000, {1000, 1000}}, {0, 1000, {2000, 0}}}};
    IvcTime ends[MOVES_MAX];
    simulate(&schedule, ends);
    ck_assert_uint_eq(ends[2], 1000);
    ck_assert_uint_eq(ends[0], 2000);
    ck_assert_uint_eq(ends[1], 2000);
}
END_TEST

START_TEST(test_staggered_starts)
{
    /* Two of 1,000 on a resource that serves one: 0 alone for 400, shared until it is done at
     * 400 + 1,200 = 1,600, when 1 has 600 of its own and goes on alone for 400. */
    Schedule schedule = {
        .n = 2, .capacity = {1000, 0}, .flows = {{0, 1000, {1000, 0}}, {400, 1000, {1000, 0}}}};
    IvcTime ends[MOVES_MAX];
    simulate(&schedule, ends);
    ck_assert_uint_eq(ends[0], 1600);
    ck_assert_uint_eq(ends[1], 2000);
}
END_TEST

/* ---- at random ---- */

static uint64_t random_u64(GRand *rand, uint64_t low, uint64_t high)
{
    double span = (double)(high - low);
    return low + (uint64_t)(span * pow(g_rand_double(rand), 3));
}

/* Speeds are whole multiples of 2^-31, which bounds what can be asked of a copy that gets less than
 * a thousandth of its full speed: no capacity is below a thirtieth of a copy's demand here. */
static Schedule random_schedule(GRand *rand)
{
    Schedule schedule = {.n = (unsigned)g_rand_int_range(rand, 1, MOVES_MAX + 1)};
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        schedule.capacity[r] =
            g_rand_int_range(rand, 0, 8) ? random_u64(rand, 1000000000, 30000000000) : 0;
    for (unsigned i = 0; i < schedule.n; i++) {
        Flow *flow = &schedule.flows[i];
        flow->starts_ps = g_rand_int_range(rand, 0, 3) ? random_u64(rand, 0, 40000000000) : 1000;
        flow->alone_ps = random_u64(rand, 1000000, 30000000000);
        flow->demand[0] = random_u64(rand, 1000000, 30000000000);
        int kind = g_rand_int_range(rand, 0, 4);
        flow->demand[1] = kind == 0   ? 0
                          : kind == 1 ? flow->demand[0]
                          : kind == 2 ? 2 * flow->demand[0]
                                      : random_u64(rand, 0, flow->demand[0]);
    }
    return schedule;
}

static void print_schedule(const Schedule *schedule)
{
    printf("capacity %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", schedule->capacity[0],
           schedule->capacity[1]);
    for (unsigned i = 0; i < schedule->n; i++)
        printf("  start %" G_GUINT64_FORMAT " alone %" G_GUINT64_FORMAT " demand %" G_GUINT64_FORMAT
               " %" G_GUINT64_FORMAT "\n",
               schedule->flows[i].starts_ps, schedule->flows[i].alone_ps,
               schedule->flows[i].demand[0], schedule->flows[i].demand[1]);
    fflush(stdout);
}

START_TEST(test_random_schedules_against_the_reference)
{
    uint32_t seed = points_seed("test_sharing", 3), only = points_only_case();
    long double worst = 0;
    for (uint32_t i = 0; i < 12000; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        Schedule schedule = random_schedule(rand);
        IvcTime ends[MOVES_MAX];
        long double exact[MOVES_MAX];
        g_rand_free(rand);
        simulate(&schedule, ends);
        reference(&schedule, exact);
        for (unsigned f = 0; f < schedule.n; f++) {
            long double took = exact[f] - (long double)schedule.flows[f].starts_ps;
            long double error = fabsl((long double)ends[f] - exact[f]) / took;
            worst = fmaxl(worst, error);
            if (error > 1e-6L && error * took > 4)
                print_schedule(&schedule);
            ck_assert_msg(error <= 1e-6L || error * took <= 4,
                          "case %u, flow %u: %" G_GUINT64_FORMAT ", not %.1Lf", i, f, ends[f],
                          exact[f]);
        }
    }
    printf("largest relative error %.2Le\n", worst);
}
END_TEST

/* ---- against the sharing without classes ---- */

#define CROWD_MAX 40

typedef struct {
    IvcSharing sharing;
    IvcMove moves[CROWD_MAX];
    SharingByMove plain;
    ByMove *plain_active[CROWD_MAX];
    ByMove plain_moves[CROWD_MAX];
    unsigned n;
    IvcTime now;
} Crowd;

static void crowd_join(Crowd *crowd, unsigned i)
{
    IvcMove *move = &crowd->moves[i];
    ByMove *plain = &crowd->plain_moves[i];
    plain->work = move->work;
    memcpy(plain->demand, move->pieces[0].demand, sizeof plain->demand);
    bool changed = ivc_sharing_join(&crowd->sharing, move, crowd->now);
    ck_assert_int_eq(changed, by_move_join(&crowd->plain, plain, crowd->now));
}

static void crowd_leave(Crowd *crowd, unsigned i)
{
    IvcMove *move = &crowd->moves[i];
    bool changed = ivc_sharing_leave(&crowd->sharing, move, crowd->now);
    ck_assert_int_eq(changed, by_move_leave(&crowd->plain, &crowd->plain_moves[i], crowd->now));
    ck_assert(move->work == crowd->plain_moves[i].work);
}

/* All that can be asked of the two is equal, and the first of a class is first indeed. */
static void crowd_compare(Crowd *crowd)
{
    ck_assert_uint_eq(crowd->sharing.n, crowd->plain.n);
    ck_assert_int_eq(crowd->sharing.limited, crowd->plain.limited);
    for (unsigned i = 0; i < crowd->n; i++) {
        const IvcMove *move = &crowd->moves[i];
        const ByMove *plain = &crowd->plain_moves[i];
        ck_assert_int_eq(move->in != NULL, plain->active);
        if (!move->in)
            continue;
        ck_assert_uint_eq(move->in->speed, plain->speed);
        ck_assert_uint_eq(ivc_sharing_end(move), by_move_end(plain));
        ck_assert(move->in->first->work <= move->work);
    }
}

static unsigned crowd_first(const Crowd *crowd)
{
    unsigned first = CROWD_MAX;
    for (unsigned i = 0; i < crowd->n; i++)
        if (crowd->moves[i].in && (first == CROWD_MAX || ivc_sharing_end(&crowd->moves[i]) <
                                                             ivc_sharing_end(&crowd->moves[first])))
            first = i;
    return first;
}

static void crowd_init(Crowd *crowd, GRand *rand)
{
    static const uint64_t sizes[] = {1000000, 1000000, 250000, 777777, 123};
    uint64_t kinds[4][IVC_RESOURCES];
    int n_kinds = g_rand_int_range(rand, 1, 5);
    *crowd = (Crowd){.n = (unsigned)g_rand_int_range(rand, 1, CROWD_MAX + 1)};
    crowd->plain.active = crowd->plain_active;
    uint64_t capacity[IVC_RESOURCES];
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        capacity[r] = g_rand_int_range(rand, 0, 8) ? random_u64(rand, 1000000000, 90000000000) : 0;
    memcpy(crowd->plain.capacity, capacity, sizeof capacity);
    ivc_sharing_init(&crowd->sharing, capacity, crowd->n, NULL);
    for (int k = 0; k < n_kinds; k++) {
        kinds[k][0] = g_rand_int_range(rand, 0, 9) ? random_u64(rand, 1000000, 9000000000) : 0;
        kinds[k][1] = g_rand_int_range(rand, 0, 3) ? random_u64(rand, 0, 9000000000) : 0;
    }
    for (unsigned i = 0; i < crowd->n; i++) {
        IvcMove *move = &crowd->moves[i];
        memcpy(move->pieces[0].demand, kinds[g_rand_int_range(rand, 0, n_kinds)], sizeof kinds[0]);
        move->work = (IvcU128)sizes[g_rand_int_range(rand, 0, 5)] * IVC_SPEED_FULL;
    }
}

/* One of: the first to end ends and rests; one comes (anew, or with the work it had left); one is
 * taken out with work left. */
static void crowd_step(Crowd *crowd, GRand *rand)
{
    unsigned first = crowd_first(crowd), i = (unsigned)g_rand_int_range(rand, 0, (int)crowd->n);
    IvcTime then = crowd->now + (IvcTime)g_rand_int_range(rand, 0, 400000);
    if (g_rand_int_range(rand, 0, 4) == 0)
        then = crowd->now;
    if (first != CROWD_MAX && ivc_sharing_end(&crowd->moves[first]) <= then) {
        crowd->now = ivc_sharing_end(&crowd->moves[first]);
        crowd_leave(crowd, first);
        ck_assert(crowd->moves[first].work == 0);
        crowd->moves[first].work = (IvcU128)(g_rand_int(rand) % 2000000 + 1) * IVC_SPEED_FULL;
        return;
    }
    crowd->now = then;
    if (crowd->moves[i].in)
        crowd_leave(crowd, i);
    else if (crowd->moves[i].work)
        crowd_join(crowd, i);
}

#ifdef IVC_SANITIZED
#define CROWDS 50
#else
#define CROWDS 600
#endif

START_TEST(test_classes_change_nothing)
{
    uint32_t seed = points_seed("test_sharing", 3), only = points_only_case();
    unsigned limited = 0;
    for (uint32_t i = 0; i < CROWDS; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        Crowd crowd;
        crowd_init(&crowd, rand);
        for (int s = 0; s < 300; s++) {
            crowd_step(&crowd, rand);
            crowd_compare(&crowd);
            limited += crowd.sharing.limited;
        }
        for (unsigned m; (m = crowd_first(&crowd)) != CROWD_MAX;) {
            crowd.now = ivc_sharing_end(&crowd.moves[m]);
            crowd_leave(&crowd, m);
        }
        ck_assert_uint_eq(crowd.sharing.n_classes, 0);
        ck_assert(crowd.sharing.weights[0] == 0 && crowd.sharing.weights[1] == 0);
        ivc_sharing_clear(&crowd.sharing);
        g_rand_free(rand);
    }
    ck_assert_msg(only != UINT32_MAX || limited > 50 * CROWDS, "limited in %u steps only", limited);
}
END_TEST

/* Equals end in the order in which they came, and what comes back with less work ends earlier. */
START_TEST(test_order_within_a_class)
{
    const uint64_t capacity[IVC_RESOURCES] = {1000, 0};
    IvcSharing sharing;
    IvcMove moves[5] = {0};
    ivc_sharing_init(&sharing, capacity, 5, NULL);
    for (unsigned i = 0; i < 5; i++) {
        moves[i].pieces[0].demand[0] = 1000;
        moves[i].work = (IvcU128)1000 * IVC_SPEED_FULL;
        (void)ivc_sharing_join(&sharing, &moves[i], 0);
    }
    ck_assert_uint_eq(sharing.n_classes, 1);
    (void)ivc_sharing_leave(&sharing, &moves[2], 1000); /* with 800 left */
    (void)ivc_sharing_join(&sharing, &moves[2], 1400);  /* the others have 700 now */
    static const unsigned order[] = {0, 1, 3, 4, 2};
    static const IvcTime ends[] = {4900, 4900, 4900, 4900, 5000};
    for (unsigned i = 0; i < 5; i++) {
        IvcMove *first = sharing.classes[0]->first;
        ck_assert_uint_eq((unsigned)(first - moves), order[i]);
        ck_assert_uint_ge(ivc_sharing_end(first), ends[i]); /* a fifth is rounded down */
        ck_assert_uint_le(ivc_sharing_end(first), ends[i] + 1);
        (void)ivc_sharing_leave(&sharing, first, ivc_sharing_end(first));
    }
    ivc_sharing_clear(&sharing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sharing");
    TCase *tests = tcase_create("sharing");
    tcase_add_test(tests, test_alone_is_exact);
    tcase_add_test(tests, test_equal_flows_take_their_number_of_times);
    tcase_add_test(tests, test_caps_leave_the_rest_to_others);
    tcase_add_test(tests, test_two_resources);
    tcase_add_test(tests, test_staggered_starts);
    tcase_add_test(tests, test_random_schedules_against_the_reference);
    tcase_add_test(tests, test_classes_change_nothing);
    tcase_add_test(tests, test_order_within_a_class);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
