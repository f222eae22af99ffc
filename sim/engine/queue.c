/*
 * The event queue: a short sorted array in front of a hierarchical wheel.
 *
 * A model keeps 2 to 30 events pending, mostly in the near future: they stay in the sorted array
 * and nothing else runs. When more are pending, the later ones wait unsorted in the wheel. Its
 * slots are found from the bits in which a time differs from wheel_last: the highest differing
 * digit of 6 bits is the level, the value of that digit in the time is the slot. So an item of a
 * lower level precedes all items of higher levels, a level is read slot by slot, and no bucket
 * width needs to be guessed: gaps of 1 ps and of 2^60 ps are the same to it. When the array is
 * used up, the earliest slots are sorted into it; a slot with too many items is first spread over
 * the levels below. An item goes down at most 10 levels.
 *
 * What falls before the wheel but would need a long insertion (a burst at one instant, a rush
 * before timers that are already sorted) goes into a binary heap between the two, which bounds
 * the cost; when the rush lasts, the wheel is rebuilt further forward.
 *
 * Left out: cancelling (the engine marks events and skips them), times before the last pop.
 */
#include "sim/engine/queue.h"

#include <string.h>

#define DIGIT_BITS 6
/* A sorted insertion passes at most this many items; beyond it the array is cut to NEAR_KEEP. */
#define SHIFT_MAX 64
#define NEAR_KEEP 24
/* A refill takes slots until it has this many items... */
#define REFILL_TARGET 8
/* ...and spreads a slot with more than this many over the levels below. */
#define SPLIT_MIN 24
/* A wheel with no more than this many items is emptied at once: back to the array alone. */
#define GATHER_MAX 32
/* How many items are taken from the heap at once. */
#define CROWD_BATCH 16
#define CHUNK_ITEMS 7

struct IvcQueueChunk {
    IvcQueueChunk *older;
    uint64_t count;
    uint64_t pad[2]; /* the chunk fills four cache lines */
    IvcQueueItem items[CHUNK_ITEMS];
};

static inline bool item_before(const IvcQueueItem *a, const IvcQueueItem *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void grow(IvcQueueItem **items, size_t *room, size_t need)
{
    if (need > *room) {
        *room = MAX(need, *room * 2);
        *items = g_renew(IvcQueueItem, *items, *room);
    }
}

IvcQueue *ivc_queue_new(size_t limit)
{
    IvcQueue *queue = g_new0(IvcQueue, 1);
    queue->limit = limit;
    grow(&queue->near_items, &queue->near_room, 2 * SHIFT_MAX);
    queue->near_items[0] = (IvcQueueItem){.time = IVC_TIME_NEVER, .order = UINT64_MAX};
    queue->near_end = IVC_TIME_NEVER;
    queue->wheel_last = UINT64_MAX;
    return queue;
}

static void chunks_free(IvcQueueChunk *chunk)
{
    while (chunk != NULL) {
        IvcQueueChunk *older = chunk->older;
        g_aligned_free(chunk);
        chunk = older;
    }
}

void ivc_queue_free(IvcQueue *queue)
{
    if (queue == NULL) {
        return;
    }
    for (unsigned level = 0; level < IVC_QUEUE_LEVELS; level++) {
        for (unsigned slot = 0; slot < IVC_QUEUE_SLOTS; slot++) {
            chunks_free(queue->wheel[level][slot].newest);
        }
    }
    chunks_free(queue->spare);
    g_free(queue->crowd);
    g_free(queue->near_items);
    g_free(queue);
}

/* Binary heap with the smallest item at [0]. */

static size_t heap_sift_up(IvcQueueItem *heap, size_t i, IvcQueueItem item)
{
    size_t steps = 1;
    while (i > 0 && item_before(&item, &heap[(i - 1) / 2])) {
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
        if (child + 1 < count && item_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!item_before(&heap[child], &item)) {
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

/* Sorts latest first; linear when the items are nearly in order, never worse than n log n. */
static size_t sort_latest_first(IvcQueueItem *items, size_t count)
{
    size_t steps = 0;
    for (size_t i = 1; i < count && steps <= 8 * count + 256; i++) {
        IvcQueueItem item = items[i];
        size_t j = i;
        for (; j > 0 && item_before(&items[j - 1], &item); j--) {
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

/* The wheel. */

/* The times of a slot of this level differ in these bits. */
static inline uint64_t level_mask(unsigned level)
{
    return ((uint64_t)1 << (DIGIT_BITS * level)) - 1;
}

static void wheel_place(IvcQueue *queue, const IvcQueueItem *item)
{
    uint64_t differ = (item->time ^ queue->wheel_last) | 1;
    unsigned level = (63U - (unsigned)__builtin_clzll(differ)) / DIGIT_BITS;
    unsigned digit = (unsigned)(item->time >> (DIGIT_BITS * level)) % IVC_QUEUE_SLOTS;
    IvcQueueSlot *slot = &queue->wheel[level][digit];
    IvcQueueChunk *chunk = slot->newest;
    if (chunk == NULL || chunk->count == CHUNK_ITEMS) {
        IvcQueueChunk *fresh = queue->spare;
        if (fresh != NULL) {
            queue->spare = fresh->older;
        } else {
            fresh = g_aligned_alloc(1, sizeof *fresh, 64);
        }
        fresh->older = chunk;
        fresh->count = 0;
        slot->newest = chunk = fresh;
        queue->wheel_used[level] |= (uint64_t)1 << digit;
        queue->wheel_levels |= 1U << level;
    }
    chunk->items[chunk->count++] = *item;
    slot->count++;
    queue->wheel_count++;
    queue->work++;
}

/* Empties a slot; its chunks go to the caller, newest first. */
static IvcQueueChunk *wheel_take(IvcQueue *queue, unsigned level, unsigned digit)
{
    IvcQueueSlot *slot = &queue->wheel[level][digit];
    IvcQueueChunk *chunks = slot->newest;
    queue->wheel_count -= slot->count;
    *slot = (IvcQueueSlot){0};
    queue->wheel_used[level] &= ~((uint64_t)1 << digit);
    if (queue->wheel_used[level] == 0) {
        queue->wheel_levels &= ~(1U << level);
    }
    return chunks;
}

/* Places the items of chunks anew, oldest first so that ties stay nearly sorted. */
static void wheel_place_chunks(IvcQueue *queue, IvcQueueChunk *newest)
{
    IvcQueueChunk *chunk = NULL;
    while (newest != NULL) {
        IvcQueueChunk *older = newest->older;
        newest->older = chunk;
        chunk = newest;
        newest = older;
    }
    while (chunk != NULL) {
        IvcQueueChunk *newer = chunk->older;
        for (uint64_t i = 0; i < chunk->count; i++) {
            wheel_place(queue, &chunk->items[i]);
        }
        chunk->older = queue->spare;
        queue->spare = chunk;
        chunk = newer;
    }
}

/* Appends the items of chunks to near, newest first: that is latest first for ties. */
static void near_append_chunks(IvcQueue *queue, IvcQueueChunk *chunk)
{
    while (chunk != NULL) {
        IvcQueueChunk *older = chunk->older;
        grow(&queue->near_items, &queue->near_room, queue->near_count + 1 + CHUNK_ITEMS);
        for (uint64_t i = chunk->count; i-- > 0;) {
            queue->near_items[++queue->near_count] = chunk->items[i];
        }
        chunk->older = queue->spare;
        queue->spare = chunk;
        chunk = older;
    }
}

static void near_end_update(IvcQueue *queue)
{
    if (queue->crowd_count > 0) {
        queue->near_end = queue->crowd[0].time;
    } else if (queue->wheel_last == UINT64_MAX) {
        queue->near_end = UINT64_MAX;
    } else {
        queue->near_end = queue->wheel_last + 1;
    }
}

static void near_from_wheel(IvcQueue *queue)
{
    IvcQueueChunk *taken[GATHER_MAX];
    size_t slots = 0;
    size_t items = 0;
    bool all = queue->wheel_count <= GATHER_MAX;
    while (queue->wheel_count > 0 && (all || items < REFILL_TARGET)) {
        unsigned level = (unsigned)__builtin_ctz(queue->wheel_levels);
        unsigned digit = (unsigned)__builtin_ctzll(queue->wheel_used[level]);
        size_t count = queue->wheel[level][digit].count;
        /* The slot's first time: the digits of wheel_last above the level, then the slot's. */
        uint64_t above = ~level_mask(level) << DIGIT_BITS;
        uint64_t first = (queue->wheel_last & above) | (uint64_t)digit << (DIGIT_BITS * level);
        if (!all && level > 0 && count > SPLIT_MIN) {
            if (items > 0) {
                break;
            }
            queue->wheel_last = first; /* items at `first` itself go to level 0, slot 0 */
            wheel_place_chunks(queue, wheel_take(queue, level, digit));
        } else {
            queue->wheel_last = first | level_mask(level);
            taken[slots++] = wheel_take(queue, level, digit);
            items += count;
        }
    }
    if (queue->wheel_count == 0) {
        queue->wheel_last = UINT64_MAX;
    }
    while (slots > 0) {
        near_append_chunks(queue, taken[--slots]);
    }
    queue->work += items + sort_latest_first(&queue->near_items[1], queue->near_count);
}

static void near_from_crowd(IvcQueue *queue)
{
    size_t count = MIN(queue->crowd_count, CROWD_BATCH);
    for (size_t i = count; i > 0; i--) {
        queue->near_items[i] = queue->crowd[0];
        IvcQueueItem last = queue->crowd[--queue->crowd_count];
        queue->work += heap_sift_down(queue->crowd, queue->crowd_count, 0, last);
    }
    queue->near_count = count;
}

void ivc_queue_refill(IvcQueue *queue)
{
    if (queue->crowd_count > 0) {
        near_from_crowd(queue);
    } else {
        near_from_wheel(queue);
    }
    near_end_update(queue);
}

/*
 * Moves everything from time `first` on into the wheel, which starts there from now on. `first`
 * is after the next item and not after wheel_last. The credit pays for it: it was pushed since
 * the last time, so this costs O(1) an item.
 */
static void wheel_rebuild(IvcQueue *queue, uint64_t first)
{
    IvcQueueChunk *taken[IVC_QUEUE_LEVELS * IVC_QUEUE_SLOTS];
    size_t slots = 0;
    while (queue->wheel_count > 0) {
        unsigned level = (unsigned)__builtin_ctz(queue->wheel_levels);
        unsigned digit = (unsigned)__builtin_ctzll(queue->wheel_used[level]);
        taken[slots++] = wheel_take(queue, level, digit);
    }
    queue->wheel_last = first - 1;
    queue->credit = 0;
    for (size_t i = 0; i < slots; i++) {
        wheel_place_chunks(queue, taken[i]);
    }
    size_t moved = 0;
    while (queue->near_items[moved + 1].time >= first) {
        moved++;
    }
    for (size_t i = moved; i > 0; i--) {
        wheel_place(queue, &queue->near_items[i]);
    }
    queue->near_count -= moved;
    memmove(&queue->near_items[1], &queue->near_items[1 + moved],
            queue->near_count * sizeof(IvcQueueItem));
    size_t kept = 0;
    for (size_t i = 0; i < queue->crowd_count; i++) {
        if (queue->crowd[i].time >= first) {
            wheel_place(queue, &queue->crowd[i]);
        } else {
            queue->crowd[kept++] = queue->crowd[i];
        }
    }
    queue->work += queue->near_count + queue->crowd_count + heap_make(queue->crowd, kept);
    queue->crowd_count = kept;
    near_end_update(queue);
}

static bool rebuild_is_paid(const IvcQueue *queue)
{
    return queue->credit >= queue->wheel_count + queue->crowd_count;
}

static void crowd_push(IvcQueue *queue, const IvcQueueItem *item)
{
    grow(&queue->crowd, &queue->crowd_room, queue->crowd_count + 1);
    queue->work += heap_sift_up(queue->crowd, queue->crowd_count, *item);
    queue->crowd_count++;
}

/* Makes near shorter: its later items go to the wheel or, the second time at most, to the heap. */
static void near_cut(IvcQueue *queue)
{
    uint64_t next = queue->near_items[queue->near_count].time;
    uint64_t first = queue->near_items[queue->near_count - NEAR_KEEP].time;
    first = MAX(first, next + 1);
    if (first <= queue->wheel_last && rebuild_is_paid(queue)) {
        wheel_rebuild(queue, first);
        return;
    }
    /* Many at one instant, or a wheel too full to be rebuilt for this. */
    size_t moved = queue->near_count - NEAR_KEEP;
    for (size_t i = moved; i > 0; i--) {
        crowd_push(queue, &queue->near_items[i]);
    }
    queue->near_count = NEAR_KEEP;
    memmove(&queue->near_items[1], &queue->near_items[1 + moved], NEAR_KEEP * sizeof(IvcQueueItem));
    queue->work += NEAR_KEEP;
    near_end_update(queue);
}

/* Inserts an item unless it would have to pass more than SHIFT_MAX others. */
static inline bool near_insert(IvcQueue *queue, const IvcQueueItem *item)
{
    IvcQueueItem *place = &queue->near_items[queue->near_count];
    if (G_UNLIKELY(queue->near_count > SHIFT_MAX) && item_before(place - SHIFT_MAX, item)) {
        return false;
    }
    if (G_UNLIKELY(queue->near_count + 2 > queue->near_room)) {
        grow(&queue->near_items, &queue->near_room, queue->near_count + 2);
        place = &queue->near_items[queue->near_count];
    }
    IvcQueueItem *last = place;
    while (item_before(place, item)) { /* ends at the sentinel */
        place[1] = place[0];
        place--;
    }
    place[1] = *item;
    queue->near_count++;
    queue->work += (uint64_t)(last - place) + 1;
    return true;
}

/* Pushes an item that does not simply belong in near, or finds no place there. */
static void push_slow(IvcQueue *queue, const IvcQueueItem *item)
{
    if (queue->size == 0) {
        queue->wheel_last = UINT64_MAX;
        near_end_update(queue);
    }
    for (;;) {
        if (item->time > queue->wheel_last) {
            wheel_place(queue, item);
            queue->credit++;
            return;
        }
        if (queue->crowd_count > 0 && item_before(&queue->crowd[0], item)) {
            break;
        }
        if (near_insert(queue, item)) {
            return;
        }
        near_cut(queue);
    }
    crowd_push(queue, item);
    queue->credit++;
    if (queue->crowd_count > SHIFT_MAX && rebuild_is_paid(queue)) {
        uint64_t latest_near = queue->near_items[1].time;
        if (latest_near < queue->wheel_last) {
            wheel_rebuild(queue, latest_near + 1);
        }
        queue->credit = 0;
    }
}

bool ivc_queue_push(IvcQueue *queue, IvcQueueItem item)
{
    if (G_UNLIKELY(queue->size >= queue->limit)) {
        return false;
    }
    if (G_UNLIKELY(item.time >= queue->near_end) || G_UNLIKELY(!near_insert(queue, &item))) {
        push_slow(queue, &item);
    }
    queue->size++;
    return true;
}

void ivc_queue_foreach(const IvcQueue *queue, void (*visit)(const IvcQueueItem *item, void *data),
                       void *data)
{
    for (size_t i = 1; i <= queue->near_count; i++) {
        visit(&queue->near_items[i], data);
    }
    for (size_t i = 0; i < queue->crowd_count; i++) {
        visit(&queue->crowd[i], data);
    }
    for (unsigned level = 0; level < IVC_QUEUE_LEVELS; level++) {
        for (uint64_t used = queue->wheel_used[level]; used != 0; used &= used - 1) {
            const IvcQueueSlot *slot = &queue->wheel[level][__builtin_ctzll(used)];
            for (const IvcQueueChunk *chunk = slot->newest; chunk != NULL; chunk = chunk->older) {
                for (uint64_t i = 0; i < chunk->count; i++) {
                    visit(&chunk->items[i], data);
                }
            }
        }
    }
}
