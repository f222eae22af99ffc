/*
 * The event queue: a short sorted array in front of a ladder of unsorted buckets.
 *
 * A model keeps 2 to 30 events pending, mostly in the near future: they stay in the sorted array
 * and nothing else runs. When more are pending, the later ones wait unsorted in `top`. When the
 * array is used up, top is spread over a rung of about as many buckets as it has items, and the
 * first bucket that has any is sorted into the array; a crowded bucket is first spread over a
 * finer rung (Tang, Goh, Thng: "Ladder queue", ACM TOMACS 15(3), 2005). A crowded bucket has more
 * than SPLIT_MIN items, so each rung is finer by that factor: an item moves a bounded number of
 * times, whatever the gaps.
 *
 * The ladder queue of the paper turns quadratic when many items have one time or rush in before
 * its first bucket. Here the array is cut when an insertion would be long: its later part becomes
 * a rung of its own, or, where times do not differ, goes to a binary heap that bounds the cost.
 *
 * Left out: cancelling (the engine marks events and skips them), times before the last pop.
 */
#include "sim/engine/queue.h"

#include <string.h>

/* An array that is too long for an insertion is cut to this many items. */
#define NEAR_KEEP 12
/* A bucket with more items than this is spread over a rung of its own. */
#define SPLIT_MIN 24
/* When no more than this many items are left, all go to the array. */
#define GATHER_MAX 16
/* How many items are taken from the heap at once. */
#define CROWD_BATCH 16

struct IvcQueueNode {
    IvcQueueItem item;
    uint32_t next;
};

static void grow(IvcQueueItem **items, size_t *room, size_t need)
{
    if (need > *room) {
        *room = MAX(need, *room * 2);
        *items = g_renew(IvcQueueItem, *items, *room);
    }
}

static size_t near_count(const IvcQueue *queue)
{
    return (size_t)(queue->near_next - queue->near_items);
}

static void near_count_set(IvcQueue *queue, size_t count)
{
    queue->near_next = &queue->near_items[count];
}

static void near_stop_update(IvcQueue *queue)
{
    queue->near_stop = &queue->near_items[MIN(IVC_QUEUE_SHIFT_MAX, queue->limit - queue->rest)];
}

/* Makes memory for so many items and the sentinel. */
static void near_grow(IvcQueue *queue, size_t items)
{
    size_t count = near_count(queue);
    grow(&queue->near_items, &queue->near_room, items + 1);
    near_count_set(queue, count);
    near_stop_update(queue);
}

IvcQueue *ivc_queue_new(size_t limit)
{
    IvcQueue *queue = g_new0(IvcQueue, 1);
    queue->limit = MIN(limit, UINT32_MAX - 1);
    near_grow(queue, 2 * IVC_QUEUE_SHIFT_MAX);
    queue->near_items[0] = (IvcQueueItem){.time = IVC_TIME_NEVER, .order = UINT64_MAX};
    queue->node_count = 1;
    queue->near_end = queue->reach = queue->top_start = queue->top_min = UINT64_MAX;
    return queue;
}

void ivc_queue_free(IvcQueue *queue)
{
    if (queue == NULL) {
        return;
    }
    for (unsigned i = 0; i < IVC_QUEUE_RUNGS; i++) {
        g_free(queue->rungs[i].buckets);
    }
    g_free(queue->nodes);
    g_free(queue->crowd);
    g_free(queue->near_items);
    g_free(queue);
}

/* Binary heap with the smallest item at [0]. */

static size_t heap_sift_up(IvcQueueItem *heap, size_t i, IvcQueueItem item)
{
    size_t steps = 1;
    while (i > 0 && ivc_queue_item_before(&item, &heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
        steps++;
    }
    heap[i] = item;
    return steps;
}

static size_t heap_sift_down(IvcQueueItem *heap, size_t count, size_t i, IvcQueueItem item)
{
    size_t steps = 1;
    for (size_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
        if (child + 1 < count && ivc_queue_item_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!ivc_queue_item_before(&heap[child], &item)) {
            break;
        }
        heap[i] = heap[child];
        i = child;
        steps++;
    }
    heap[i] = item;
    return steps;
}

static size_t heap_make(IvcQueueItem *heap, size_t count)
{
    size_t steps = 0;
    for (size_t i = count / 2; i-- > 0;) {
        steps += heap_sift_down(heap, count, i, heap[i]);
    }
    return steps;
}

/* Sorts latest first; linear when the items are nearly in or against order, never worse than n log
 * n. */
static size_t sort_latest_first(IvcQueueItem *items, size_t count)
{
    size_t steps = 0;
    if (count > 2 && ivc_queue_item_before(&items[0], &items[count - 1])) {
        for (size_t i = 0; i < count / 2; i++) {
            IvcQueueItem item = items[i];
            items[i] = items[count - 1 - i];
            items[count - 1 - i] = item;
        }
        steps = count;
    }
    for (size_t i = 1; i < count && steps <= 8 * count + 256; i++) {
        IvcQueueItem item = items[i];
        size_t j = i;
        for (; j > 0 && ivc_queue_item_before(&items[j - 1], &item); j--) {
            items[j] = items[j - 1];
        }
        items[j] = item;
        steps += i - j + 1;
    }
    if (steps <= 8 * count + 256) {
        return steps;
    }
    steps += heap_make(items, count);
    while (count > 1) {
        count--;
        IvcQueueItem item = items[count];
        items[count] = items[0];
        steps += heap_sift_down(items, count, 0, item);
    }
    return steps;
}

/* Lists, rungs and top. */

static inline void list_add(IvcQueue *queue, IvcQueueList *list, uint32_t node)
{
    queue->nodes[node].next = list->head;
    list->head = node;
    list->count++;
}

G_ALWAYS_INLINE static inline uint32_t node_new(IvcQueue *queue, const IvcQueueItem *item)
{
    uint32_t node = queue->node_spare;
    if (node != 0) {
        queue->node_spare = queue->nodes[node].next;
    } else {
        if (queue->node_count >= queue->node_room) {
            queue->node_room = MAX(64, (uint32_t)MIN((uint64_t)queue->node_room * 2, UINT32_MAX));
            queue->nodes = g_renew(IvcQueueNode, queue->nodes, queue->node_room);
            queue->nodes[0] = (IvcQueueNode){0};
        }
        node = queue->node_count++;
    }
    queue->nodes[node].item = *item;
    queue->work++;
    queue->rest++;
    return node;
}

static inline void rung_add(IvcQueue *queue, IvcQueueRung *rung, uint32_t node)
{
    uint64_t bucket = (queue->nodes[node].item.time - rung->start) >> rung->shift;
    list_add(queue, &rung->buckets[bucket], node);
    rung->count++;
}

/* Adds an item of a time from `reach` on. */
G_ALWAYS_INLINE static inline void ladder_add(IvcQueue *queue, const IvcQueueItem *item)
{
    uint32_t node = node_new(queue, item);
    if (item->time >= queue->top_start) {
        list_add(queue, &queue->top, node);
        queue->top_min = MIN(queue->top_min, item->time);
        queue->top_max = MAX(queue->top_max, item->time);
        return;
    }
    IvcQueueRung *rung = queue->rungs;
    while (item->time < rung->reach) {
        rung++;
    }
    rung_add(queue, rung, node);
}

/* Makes the earliest rung, over [start, end), fit for about `expected` items; empty. */
static IvcQueueRung *rung_make(IvcQueue *queue, uint64_t start, uint64_t end, size_t expected)
{
    IvcQueueRung *rung = &queue->rungs[queue->rung_count++];
    uint64_t span = end - 1 - start;
    unsigned shift = 0;
    if (span > expected) {
        /* between a half of `expected` and all of it buckets */
        shift = (unsigned)(g_bit_storage(span) - g_bit_storage(expected));
        shift += (span >> shift) > expected ? 1 : 0;
    }
    rung->shift = shift;
    rung->start = rung->reach = start;
    rung->end = end;
    rung->current = rung->count = 0;
    rung->bucket_count = (size_t)(span >> shift) + 1;
    if (rung->bucket_count > rung->room) {
        rung->room = MAX(64, 2 * rung->bucket_count);
        g_free(rung->buckets);
        rung->buckets = g_new(IvcQueueList, rung->room);
    }
    memset(rung->buckets, 0, rung->bucket_count * sizeof *rung->buckets);
    queue->work += rung->bucket_count;
    return rung;
}

static void rung_fill(IvcQueue *queue, IvcQueueRung *rung, IvcQueueList list)
{
    queue->work += list.count;
    for (uint32_t node = list.head, next; node != 0; node = next) {
        next = queue->nodes[node].next;
        rung_add(queue, rung, node);
    }
}

/* With many events pending, the nodes of a bucket, and what their items point to, have left the
 * caches, and a list is a chain of misses. So the bucket that comes next is walked ahead of its
 * time, one node whenever a later event is pushed. A node that was freed meanwhile does no harm. */
static void scout_begin(IvcQueue *queue, const IvcQueueRung *rung)
{
    size_t next = rung->current;
    queue->scout = next < rung->bucket_count ? rung->buckets[next].head : 0;
    __builtin_prefetch(&queue->nodes[queue->scout]);
}

static void scout_step(IvcQueue *queue)
{
    const IvcQueueNode *node = &queue->nodes[queue->scout];
    __builtin_prefetch(node->item.target, 1);
    queue->scout = node->next;
    __builtin_prefetch(&queue->nodes[queue->scout]);
}

/* Takes the list of the first bucket that has items; the rung must have some. */
static IvcQueueList rung_take(IvcQueue *queue, IvcQueueRung *rung)
{
    size_t i = rung->current;
    while (rung->buckets[i].count == 0) {
        i++;
    }
    queue->work += i - rung->current;
    IvcQueueList list = rung->buckets[i];
    rung->buckets[i] = (IvcQueueList){0};
    rung->count -= list.count;
    rung->current = i + 1;
    rung->reach = rung->current == rung->bucket_count
                      ? rung->end
                      : rung->start + ((uint64_t)rung->current << rung->shift);
    scout_begin(queue, rung);
    return list;
}

/* Appends a list to near, newest first; near is sorted afterwards. */
static void near_append(IvcQueue *queue, IvcQueueList list)
{
    near_grow(queue, near_count(queue) + list.count + 1);
    queue->work += list.count;
    queue->rest -= list.count;
    for (uint32_t node = list.head, next; node != 0; node = next) {
        next = queue->nodes[node].next;
        *++queue->near_next = queue->nodes[node].item;
        queue->nodes[node].next = queue->node_spare;
        queue->node_spare = node;
    }
}

/* Sorts a list into the empty array. */
static void near_fill(IvcQueue *queue, IvcQueueList list)
{
    if (list.count > SPLIT_MIN) {
        near_append(queue, list);
        queue->work += sort_latest_first(&queue->near_items[1], near_count(queue));
        return;
    }
    IvcQueueItem *next = queue->near_items;
    uint32_t node = list.head;
    uint64_t work = 0;
    for (;;) {
        const IvcQueueItem item = queue->nodes[node].item;
        IvcQueueItem *place = next++;
        while (ivc_queue_item_before(place, &item)) {
            place[1] = place[0];
            place--;
        }
        place[1] = item;
        work += (uint64_t)(next - place);
        uint32_t following = queue->nodes[node].next;
        if (following == 0) {
            break;
        }
        node = following;
    }
    queue->nodes[node].next = queue->node_spare;
    queue->node_spare = list.head;
    near_count_set(queue, list.count);
    queue->rest -= list.count;
    queue->work += work;
}

static void near_end_update(IvcQueue *queue)
{
    queue->near_end = queue->crowd_count > 0 ? queue->crowd[0].time : queue->reach;
}

/* Empties top; what follows its latest item belongs in top again. */
static IvcQueueList top_take(IvcQueue *queue)
{
    IvcQueueList list = queue->top;
    queue->top_start = queue->top_max + 1;
    queue->top_min = UINT64_MAX;
    queue->top_max = 0;
    queue->top = (IvcQueueList){0};
    return list;
}

/* A few items are left in all: the array holds them alone from now on. */
static void near_take_all(IvcQueue *queue)
{
    for (unsigned i = 0; i < queue->rung_count; i++) {
        while (queue->rungs[i].count > 0) {
            near_append(queue, rung_take(queue, &queue->rungs[i]));
        }
    }
    near_append(queue, top_take(queue));
    queue->work += sort_latest_first(&queue->near_items[1], near_count(queue));
    queue->rung_count = 0;
    queue->reach = queue->top_start = UINT64_MAX;
}

/* Fills the empty array with the items of one bucket. */
static void near_from_ladder(IvcQueue *queue)
{
    while (queue->rung_count > 0 && queue->rungs[queue->rung_count - 1].count == 0) {
        queue->rung_count--;
    }
    if (queue->rung_count == 0) {
        uint64_t start = queue->top_min;
        IvcQueueList list = top_take(queue);
        rung_fill(queue, rung_make(queue, start, queue->top_start, list.count), list);
    }
    for (;;) {
        IvcQueueRung *rung = &queue->rungs[queue->rung_count - 1];
        IvcQueueList list = rung_take(queue, rung);
        if (list.count > SPLIT_MIN && rung->shift > 0 && queue->rung_count < IVC_QUEUE_RUNGS) {
            uint64_t start = rung->start + ((uint64_t)(rung->current - 1) << rung->shift);
            rung_fill(queue, rung_make(queue, start, rung->reach, list.count), list);
            continue;
        }
        queue->reach = rung->reach;
        near_fill(queue, list);
        return;
    }
}

static void near_from_crowd(IvcQueue *queue)
{
    size_t count = MIN(queue->crowd_count, CROWD_BATCH);
    for (size_t i = count; i > 0; i--) {
        queue->near_items[i] = queue->crowd[0];
        IvcQueueItem last = queue->crowd[--queue->crowd_count];
        queue->work += heap_sift_down(queue->crowd, queue->crowd_count, 0, last);
    }
    near_count_set(queue, count);
    queue->rest -= count;
}

G_NO_INLINE void ivc_queue_refill(IvcQueue *queue)
{
    if (queue->crowd_count > 0) {
        near_from_crowd(queue);
    } else if (queue->rest <= GATHER_MAX) {
        near_take_all(queue);
    } else {
        near_from_ladder(queue);
    }
    near_end_update(queue);
    near_stop_update(queue);
}

static void crowd_push(IvcQueue *queue, const IvcQueueItem *item)
{
    grow(&queue->crowd, &queue->crowd_room, queue->crowd_count + 1);
    queue->work += heap_sift_up(queue->crowd, queue->crowd_count, *item);
    queue->crowd_count++;
    queue->rest++;
}

/* Takes the `count` latest items out of near. */
static void near_drop(IvcQueue *queue, size_t count)
{
    size_t kept = near_count(queue) - count;
    memmove(&queue->near_items[1], &queue->near_items[1 + count], kept * sizeof(IvcQueueItem));
    near_count_set(queue, kept);
    queue->work += kept;
    near_end_update(queue);
}

/*
 * Makes near shorter, or sees to it that later items do not go there: what follows its first
 * items goes to a new rung or to top. Where that does not help, to the heap.
 */
static void near_cut(IvcQueue *queue)
{
    size_t count = near_count(queue);
    uint64_t first = queue->near_items[count - NEAR_KEEP].time;
    first = MAX(first, queue->near_items[count].time + 1);
    bool no_ladder = queue->reach == UINT64_MAX;
    size_t moved = 0;
    if (queue->crowd_count == 0 && first < queue->reach &&
        (no_ladder || queue->rung_count < IVC_QUEUE_RUNGS)) {
        if (no_ladder) {
            queue->top_start = first;
        } else {
            rung_make(queue, first, queue->reach, IVC_QUEUE_SHIFT_MAX);
        }
        queue->reach = first;
        for (; queue->near_items[moved + 1].time >= first; moved++) {
            ladder_add(queue, &queue->near_items[moved + 1]);
        }
    } else {
        moved = count - NEAR_KEEP;
        for (size_t i = moved; i > 0; i--) {
            crowd_push(queue, &queue->near_items[i]);
        }
    }
    near_drop(queue, moved);
}

/* Inserts an item unless it would have to pass more than IVC_QUEUE_SHIFT_MAX others. */
static bool near_insert(IvcQueue *queue, const IvcQueueItem *item)
{
    const IvcQueueItem *next = queue->near_next;
    size_t count = near_count(queue);
    if (count >= IVC_QUEUE_SHIFT_MAX &&
        ivc_queue_item_before(next + 1 - IVC_QUEUE_SHIFT_MAX, item)) {
        return false;
    }
    if (G_UNLIKELY(count + 2 > queue->near_room)) {
        near_grow(queue, count + 1);
    }
    ivc_queue_near_insert(queue, item->time, item->order, item->target);
    return true;
}

/* Adds an item of a time before `reach`. */
G_NO_INLINE static void near_push(IvcQueue *queue, IvcQueueItem item)
{
    while (queue->crowd_count == 0 || ivc_queue_item_before(&item, &queue->crowd[0])) {
        if (near_insert(queue, &item)) {
            return;
        }
        near_cut(queue);
        if (item.time >= queue->reach) {
            ladder_add(queue, &item);
            return;
        }
    }
    crowd_push(queue, &item);
}

bool ivc_queue_push_slow(IvcQueue *queue, uint64_t time, uint64_t order, void *target)
{
    size_t size = ivc_queue_size(queue);
    if (G_UNLIKELY(size >= queue->limit)) {
        return false;
    }
    if (G_UNLIKELY(size == 0)) {
        queue->rung_count = 0;
        queue->near_end = queue->reach = queue->top_start = UINT64_MAX;
    }
    const IvcQueueItem item = {time, order, target};
    if (G_LIKELY(time >= queue->reach)) {
        ladder_add(queue, &item);
        if (queue->scout) {
            scout_step(queue);
        }
    } else {
        near_push(queue, item);
    }
    near_stop_update(queue);
    return true;
}

void ivc_queue_foreach(const IvcQueue *queue, void (*visit)(const IvcQueueItem *item, void *data),
                       void *data)
{
    for (size_t i = 1; i <= near_count(queue); i++) {
        visit(&queue->near_items[i], data);
    }
    for (size_t i = 0; i < queue->crowd_count; i++) {
        visit(&queue->crowd[i], data);
    }
    for (uint32_t node = queue->top.head; node != 0; node = queue->nodes[node].next) {
        visit(&queue->nodes[node].item, data);
    }
    for (unsigned r = 0; r < queue->rung_count; r++) {
        const IvcQueueRung *rung = &queue->rungs[r];
        for (size_t i = rung->current; i < rung->bucket_count; i++) {
            for (uint32_t node = rung->buckets[i].head; node != 0; node = queue->nodes[node].next) {
                visit(&queue->nodes[node].item, data);
            }
        }
    }
}
