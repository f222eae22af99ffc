/*
 * The event queue against a reference (a sorted array): order, ties, limit, next_time, foreach,
 * and the work done, for times that break simpler queues. A failure prints the seed and the step.
 * Nothing here measures time.
 */
#include "sim/engine/queue.h"
#include "tests/harness/check.h"

#include <stdlib.h>

/* ck_assert writes a mark at every call: too slow for millions of them. */
#define require(condition, ...)        \
    do {                               \
        if (!(condition)) {            \
            ck_abort_msg(__VA_ARGS__); \
        }                              \
    } while (0)

#define OPERATIONS 120000
/* The steps allowed for each item and each doubling of the pending items: generous, not linear. */
#define WORK_FACTOR 16
/* The steps of an item at 65,536 pending: 18 for the worst of the distributions below. */
#define STEPS_MAX 24

typedef struct {
    const char *name;
    size_t pending; /* the most that the mix of pushes and pops lets wait */
    uint64_t (*delay)(GRand *random, uint64_t step);
} Distribution;

static uint64_t any64(GRand *random)
{
    return (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
}

static uint64_t delay_none(GRand *random, uint64_t step)
{
    (void)random;
    (void)step;
    return 0;
}

static uint64_t delay_geometric(GRand *random, uint64_t step)
{
    (void)random;
    return (uint64_t)1 << (step % 41);
}

static uint64_t delay_burst(GRand *random, uint64_t step)
{
    (void)random;
    return step % 1000 == 0 ? 100000 : (step % 3 == 0 ? 0 : 1000);
}

static uint64_t delay_near_and_far(GRand *random, uint64_t step)
{
    return step % 5 == 0 ? ((uint64_t)1 << 44) + (any64(random) & 0xffff) : any64(random) & 0x3f;
}

static uint64_t delay_alternating(GRand *random, uint64_t step)
{
    (void)random;
    return step % 2 == 0 ? 1 : 1000000000;
}

static uint64_t delay_decreasing(GRand *random, uint64_t step)
{
    (void)random;
    return 10000000 - (step * 7) % 10000000;
}

static uint64_t delay_uniform(GRand *random, uint64_t step)
{
    (void)step;
    return any64(random) % 2000000;
}

static uint64_t delay_cycles(GRand *random, uint64_t step)
{
    (void)step;
    return 1 + any64(random) % 4;
}

static uint64_t delay_any_scale(GRand *random, uint64_t step)
{
    (void)step;
    return any64(random) >> (24 + any64(random) % 40);
}

static const Distribution distributions[] = {
    {"all equal", 3000, delay_none},
    {"geometric", 3000, delay_geometric},
    {"bursts", 3000, delay_burst},
    {"near and far", 3000, delay_near_and_far},
    {"alternating", 3000, delay_alternating},
    {"decreasing", 3000, delay_decreasing},
    {"uniform", 3000, delay_uniform},
    {"uniform, few", 20, delay_uniform},
    {"uniform, some", 70, delay_uniform},
    {"cycles", 500, delay_cycles},
    {"any scale", 1500, delay_any_scale},
};

static int compare_items(const void *a, const void *b)
{
    const IvcQueueItem *x = a;
    const IvcQueueItem *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

/* The reference: latest first, binary search; slow and plain. */
static void reference_push(GArray *reference, IvcQueueItem item)
{
    guint low = 0;
    guint high = reference->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (compare_items(&g_array_index(reference, IvcQueueItem, middle), &item) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    g_array_insert_val(reference, low, item);
}

typedef struct {
    const char *name;
    guint32 seed;
    uint64_t step;
} Where;

#define WHERE_FORMAT "%s, seed %u, step %" G_GUINT64_FORMAT ": "
#define WHERE_ARGS(where) (where).name, (where).seed, (where).step

static unsigned doublings(size_t n)
{
    return (unsigned)g_bit_storage(n) + 1;
}

static void visit_append(const IvcQueueItem *item, void *data)
{
    g_array_append_val((GArray *)data, *item);
}

/* foreach gives exactly what the reference holds. */
static void check_foreach(const IvcQueue *queue, GArray *reference)
{
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(IvcQueueItem));
    ivc_queue_foreach(queue, visit_append, seen);
    ck_assert_uint_eq(seen->len, reference->len);
    g_array_sort(seen, compare_items);
    for (guint i = 0; i < seen->len; i++) {
        const IvcQueueItem *a = &g_array_index(seen, IvcQueueItem, i);
        const IvcQueueItem *b = &g_array_index(reference, IvcQueueItem, reference->len - 1 - i);
        require(compare_items(a, b) == 0, "step %" G_GUINT64_FORMAT, (uint64_t)i);
        require(a->target == b->target, "step %" G_GUINT64_FORMAT, (uint64_t)i);
    }
}

static void check_pop(IvcQueue *queue, GArray *reference, Where where, uint64_t *ret_now)
{
    const IvcQueueItem *want = &g_array_index(reference, IvcQueueItem, reference->len - 1);
    IvcQueueItem item;
    require(ivc_queue_next_time(queue) == want->time, WHERE_FORMAT "next_time", WHERE_ARGS(where));
    require(ivc_queue_pop(queue, &item), WHERE_FORMAT "empty", WHERE_ARGS(where));
    require(item.time == want->time && item.order == want->order && item.target == want->target,
            WHERE_FORMAT "got %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT ", want %" G_GUINT64_FORMAT
                         "/%" G_GUINT64_FORMAT,
            WHERE_ARGS(where), item.time, item.order, want->time, want->order);
    *ret_now = item.time;
    g_array_set_size(reference, reference->len - 1);
}

static void run_against_reference(const Distribution *distribution, guint32 seed)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(distribution->pending);
    g_autoptr(GArray) reference = g_array_new(FALSE, FALSE, sizeof(IvcQueueItem));
    GRand *random = g_rand_new_with_seed(seed);
    uint64_t now = 0;
    uint64_t pushed = 0;
    for (uint64_t step = 0; step < OPERATIONS; step++) {
        Where where = {distribution->name, seed, step};
        /* Waves: mostly pushes, then mostly pops, now and then down to nothing. */
        bool fill = (step / (2 * distribution->pending)) % 2 == 0;
        bool push = g_rand_int_range(random, 0, 10) < (fill ? 7 : 3);
        if (push && reference->len < distribution->pending) {
            uint64_t phase = g_rand_int(random) % 3;
            IvcQueueItem item = {now + distribution->delay(random, step), phase << 56 | step,
                                 GSIZE_TO_POINTER(~step)};
            require(ivc_queue_push(queue, item), WHERE_FORMAT "refused", WHERE_ARGS(where));
            reference_push(reference, item);
            pushed++;
        } else if (reference->len > 0) {
            check_pop(queue, reference, where, &now);
        }
        uint64_t next = reference->len == 0
                            ? IVC_TIME_NEVER
                            : g_array_index(reference, IvcQueueItem, reference->len - 1).time;
        require(ivc_queue_next_time(queue) == next, WHERE_FORMAT "next_time after",
                WHERE_ARGS(where));
        require(ivc_queue_size(queue) == reference->len, WHERE_FORMAT "size", WHERE_ARGS(where));
        if (step % 9973 == 0) {
            check_foreach(queue, reference);
        }
    }
    while (reference->len > 0) {
        check_pop(queue, reference, (Where){distribution->name, seed, OPERATIONS}, &now);
    }
    ck_assert_uint_eq(ivc_queue_size(queue), 0);
    uint64_t bound = pushed * WORK_FACTOR * doublings(distribution->pending);
    ck_assert_msg(queue->work <= bound, "%s: %" G_GUINT64_FORMAT " steps for %" G_GUINT64_FORMAT,
                  distribution->name, queue->work, pushed);
    g_rand_free(random);
}

START_TEST(test_reference)
{
    const char *text = g_getenv("IVC_TEST_SEED");
    guint32 seed = text != NULL ? (guint32)strtoul(text, NULL, 10) : 20260101U;
    g_print("# queue: %s: repeat with IVC_TEST_SEED=%u\n", distributions[_i].name, seed);
    run_against_reference(&distributions[_i], seed);
}
END_TEST

/* At one time the order decides alone, and it is unsigned over all 64 bits. */
START_TEST(test_ties)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(5000);
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t phase = (i * 7) % 3;
        IvcQueueItem item = {77, (phase == 2 ? (uint64_t)255 : phase) << 56 | i, NULL};
        require(ivc_queue_push(queue, item), "step %" G_GUINT64_FORMAT, (uint64_t)i);
    }
    IvcQueueItem last = {0, 0, NULL};
    for (uint64_t i = 0; i < 5000; i++) {
        IvcQueueItem item;
        require(ivc_queue_pop(queue, &item), "step %" G_GUINT64_FORMAT, (uint64_t)i);
        require(item.time == 77, "step %" G_GUINT64_FORMAT, (uint64_t)i);
        require(i == 0 || item.order > last.order, "step %" G_GUINT64_FORMAT, (uint64_t)i);
        last = item;
    }
    ck_assert_uint_eq(last.order >> 56, 255);
}
END_TEST

START_TEST(test_empty)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(1);
    IvcQueueItem item = {5, 5, NULL};
    ck_assert(!ivc_queue_pop(queue, &item));
    ck_assert_uint_eq(item.time, 5); /* untouched */
    ck_assert_uint_eq(ivc_queue_next_time(queue), IVC_TIME_NEVER);
    ck_assert_uint_eq(ivc_queue_size(queue), 0);
    ivc_queue_free(NULL);
}
END_TEST

START_TEST(test_limit)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new((size_t)_i);
    for (int i = 0; i < _i; i++) {
        ck_assert(ivc_queue_push(queue, (IvcQueueItem){(uint64_t)i * 1000, 1, NULL}));
    }
    ck_assert(!ivc_queue_push(queue, (IvcQueueItem){0, 0, NULL}));
    ck_assert(!ivc_queue_push(queue, (IvcQueueItem){(uint64_t)1 << 50, 0, NULL}));
    ck_assert_uint_eq(ivc_queue_size(queue), (size_t)_i);
    IvcQueueItem item;
    for (int i = 0; i < _i; i++) {
        ck_assert(ivc_queue_pop(queue, &item));
        ck_assert_uint_eq(item.time, (uint64_t)i * 1000);
    }
    ck_assert_uint_eq(ivc_queue_size(queue), 0);
    if (_i > 0) {
        ck_assert(ivc_queue_push(queue, (IvcQueueItem){1000000, 0, NULL}));
    }
}
END_TEST

/* Gaps of 1, 2, 4 ... 2^63, pushed forwards and backwards. */
START_TEST(test_powers)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(256);
    for (unsigned i = 0; i < 64; i++) {
        ck_assert(ivc_queue_push(queue, (IvcQueueItem){(uint64_t)1 << i, 2 * i, NULL}));
        ck_assert(ivc_queue_push(queue, (IvcQueueItem){(uint64_t)1 << (63 - i), 999, NULL}));
    }
    ck_assert(ivc_queue_push(queue, (IvcQueueItem){IVC_TIME_NEVER - 1, 0, NULL}));
    for (unsigned i = 0; i < 128; i++) {
        IvcQueueItem item;
        ck_assert(ivc_queue_pop(queue, &item));
        ck_assert_uint_eq(item.time, (uint64_t)1 << (i / 2));
        ck_assert_uint_eq(item.order, i % 2 == 0 ? i : 999);
    }
    ck_assert_uint_eq(ivc_queue_next_time(queue), IVC_TIME_NEVER - 1);
}
END_TEST

/*
 * Complexity at size: with 32 times as many pending items the work for each item may grow by the
 * logarithm, not in proportion. Each pop pushes one again, as models do.
 */
static uint64_t work_of_hold(const Distribution *distribution, size_t pending, uint64_t bound)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(pending);
    GRand *random = g_rand_new_with_seed(7);
    for (uint64_t step = 0; step < 5 * pending; step++) {
        IvcQueueItem item = {0, 0, NULL};
        require(step < pending || ivc_queue_pop(queue, &item), "%s: empty", distribution->name);
        item.time += distribution->delay(random, step);
        item.order = step;
        require(ivc_queue_push(queue, item), "%s: full", distribution->name);
        require(queue->work <= bound * pending,
                "%s: %" G_GUINT64_FORMAT " steps for %" G_GUINT64_FORMAT, distribution->name,
                queue->work, step);
    }
    g_rand_free(random);
    return queue->work / (5 * pending);
}

START_TEST(test_complexity)
{
    const Distribution *distribution = &distributions[_i];
    uint64_t bound = (uint64_t)5 * WORK_FACTOR * doublings(65536);
    uint64_t few = work_of_hold(distribution, 2048, bound);
    uint64_t many = work_of_hold(distribution, 65536, bound);
    g_print("# queue: %s: %" G_GUINT64_FORMAT " steps an item at 2,048, %" G_GUINT64_FORMAT
            " at 65,536\n",
            distribution->name, few, many);
    ck_assert_uint_le(many, STEPS_MAX);
    require(many <= 2 * few + 8, "%s: grows from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
            distribution->name, few, many);
}
END_TEST

/* A rush of near events while far timers wait, again and again: near must not stay a heap. */
START_TEST(test_rush_before_timers)
{
    g_autoptr(IvcQueue) queue = ivc_queue_new(5000);
    uint64_t sequence = 0;
    for (; sequence < 200; sequence++) {
        uint64_t time = ((uint64_t)1 << 40) + sequence;
        require(ivc_queue_push(queue, (IvcQueueItem){time, sequence, GINT_TO_POINTER(1)}),
                "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
    }
    IvcQueueItem item = {0, 0, NULL};
    for (unsigned i = 0; i < 1000; i++) {
        require(ivc_queue_push(queue, (IvcQueueItem){i % 50, sequence++, NULL}),
                "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
    }
    uint64_t last = 0;
    for (unsigned i = 0; i < 100000; i++) {
        require(ivc_queue_pop(queue, &item), "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
        require(item.time >= last, "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
        require(item.target == NULL, "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
        last = item.time;
        item.time += 1000 + (i * 37) % 1000;
        item.order = sequence++;
        require(ivc_queue_push(queue, item), "step %" G_GUINT64_FORMAT, (uint64_t)sequence);
    }
    ck_assert_uint_eq(queue->crowd_count, 0);
    ck_assert_uint_le(queue->work / 100000, 30);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *order = tcase_create("order");
    tcase_add_test(order, test_ties);
    tcase_add_test(order, test_empty);
    tcase_add_loop_test(order, test_limit, 0, 1);
    tcase_add_loop_test(order, test_limit, 1, 2);
    tcase_add_loop_test(order, test_limit, 33, 34);
    tcase_add_loop_test(order, test_limit, 300, 301);
    tcase_add_test(order, test_powers);
    tcase_add_test(order, test_rush_before_timers);
    tcase_add_loop_test(order, test_reference, 0, (int)G_N_ELEMENTS(distributions));
    tcase_add_loop_test(order, test_complexity, 0, (int)G_N_ELEMENTS(distributions));
    suite_add_tcase(suite, order);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
