/*
 * Candidate: one sorted array, latest first. The best for a few pending items, quadratic for
 * many: what the chosen queue starts with.
 */
#include "sim/engine/queue.h"

typedef struct {
    IvcQueueItem *items; /* [0] is a sentinel */
    size_t count;
    size_t limit;
} Sorted;

static Sorted *sorted_new(size_t limit)
{
    Sorted *sorted = g_new0(Sorted, 1);
    sorted->items = g_new(IvcQueueItem, limit + 1);
    sorted->items[0] = (IvcQueueItem){UINT64_MAX, UINT64_MAX, NULL};
    sorted->limit = limit;
    return sorted;
}

static void sorted_free(Sorted *sorted)
{
    g_free(sorted->items);
    g_free(sorted);
}

static inline bool sorted_push(Sorted *sorted, IvcQueueItem item)
{
    if (sorted->count == sorted->limit) {
        return false;
    }
    IvcQueueItem *place = &sorted->items[sorted->count++];
    while (place->time < item.time || (place->time == item.time && place->order < item.order)) {
        place[1] = place[0];
        place--;
    }
    place[1] = item;
    return true;
}

static inline bool sorted_pop(Sorted *sorted, IvcQueueItem *ret_item)
{
    if (sorted->count == 0) {
        return false;
    }
    *ret_item = sorted->items[sorted->count--];
    return true;
}

#define QUEUE Sorted
#define NAME bench_sorted = {"sorted", run}
#define queue_new sorted_new
#define queue_free sorted_free
#define queue_push sorted_push
#define queue_pop sorted_pop
#include "tests/bench/loop.h"
