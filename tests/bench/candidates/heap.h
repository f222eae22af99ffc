/*
 * Candidate: a d-ary heap in one array; the includer defines ARITY. Always O(log n); the cost of
 * the mispredicted comparisons grows with every doubling of the pending items.
 */
#include "sim/engine/queue.h"

typedef struct {
    IvcQueueItem *items;
    size_t count;
    size_t limit;
} Heap;

static inline bool before(const IvcQueueItem *a, const IvcQueueItem *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static Heap *heap_new(size_t limit)
{
    Heap *heap = g_new0(Heap, 1);
    heap->items = g_new(IvcQueueItem, limit);
    heap->limit = limit;
    return heap;
}

static void heap_free(Heap *heap)
{
    g_free(heap->items);
    g_free(heap);
}

static inline bool heap_push(Heap *heap, IvcQueueItem item)
{
    if (heap->count == heap->limit) {
        return false;
    }
    size_t i = heap->count++;
    while (i > 0 && before(&item, &heap->items[(i - 1) / ARITY])) {
        heap->items[i] = heap->items[(i - 1) / ARITY];
        i = (i - 1) / ARITY;
    }
    heap->items[i] = item;
    return true;
}

static inline bool heap_pop(Heap *heap, IvcQueueItem *ret_item)
{
    if (heap->count == 0) {
        return false;
    }
    *ret_item = heap->items[0];
    size_t count = --heap->count;
    IvcQueueItem item = heap->items[count];
    size_t i = 0;
    for (;;) {
        size_t first = ARITY * i + 1;
        if (first >= count) {
            break;
        }
        size_t best = first;
        size_t end = MIN(first + ARITY, count);
        for (size_t child = first + 1; child < end; child++) {
            best = before(&heap->items[child], &heap->items[best]) ? child : best;
        }
        if (!before(&heap->items[best], &item)) {
            break;
        }
        heap->items[i] = heap->items[best];
        i = best;
    }
    heap->items[i] = item;
    return true;
}

#define QUEUE Heap
#define queue_new heap_new
#define queue_free heap_free
#define queue_push heap_push
#define queue_pop heap_pop
