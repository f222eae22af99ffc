/** @file
 *  The event queue: items ordered by (time, order), pushed and popped by value. Pure data
 *  structure, no engine inside; docs/adr/0003-event-queue.md says why it is built this way.
 */
#pragma once

#include "sim/base/units.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One pending event. No two items of a queue may have the same (time, order). */
typedef struct {
    uint64_t time;  /**< picoseconds, below IVC_TIME_NEVER */
    uint64_t order; /**< breaks ties of time, smallest first: phase << 56 | sequence number */
    void *target;   /**< the caller's; the queue never looks at it */
} IvcQueueItem;

/** The most items that a sorted insertion passes. */
#define IVC_QUEUE_SHIFT_MAX 32
/** The most rungs at once; more are only needed by times made for it, which then use the heap. */
#define IVC_QUEUE_RUNGS 20

/** An unsorted list of items. Private. */
typedef struct {
    uint32_t head; /**< index of a node, 0 for none */
    uint32_t count;
} IvcQueueList;

/** Buckets of equal width over a span of time. Private. */
typedef struct {
    IvcQueueList *buckets;
    size_t room; /**< buckets that there is memory for */
    size_t bucket_count;
    size_t current; /**< the buckets before it are used up */
    size_t count;   /**< items in the buckets */
    uint64_t start; /**< time at which bucket 0 starts */
    uint64_t reach; /**< time at which bucket `current` starts */
    uint64_t end;   /**< time after the last bucket */
    unsigned shift; /**< a bucket spans 2^shift ps */
} IvcQueueRung;

typedef struct IvcQueueNode IvcQueueNode;

/**
 * A queue. Public only so that the short functions can be inline; every field is private.
 *
 * Each pending item is in exactly one of four parts, and every item of a part precedes every
 * item of the next one:
 *   near   sorted array, latest first, so that a pop takes the last item;
 *   crowd  binary heap: times before `reach` for which neither near nor a rung has room;
 *   rungs  buckets, the last rung earliest; from `reach` on;
 *   top    unsorted list, from top_start on.
 * near is empty only when the whole queue is.
 */
typedef struct IvcQueue {
    IvcQueueItem *near_next;  /**< the earliest; the sentinel when near is empty */
    IvcQueueItem *near_stop;  /**< near is long, or the queue full, when near_next is here */
    uint64_t near_end;        /**< an item of an earlier time belongs in near */
    IvcQueueItem *near_items; /**< [0] is a sentinel later than every item, then latest first */
    uint64_t work;            /**< steps so far: items moved, buckets looked at; for tests */
    size_t rest;              /**< items that are not in near */
    size_t limit;
    uint64_t reach; /**< near and crowd take the times before it; UINT64_MAX: all times */

    size_t near_room; /**< items that near_items has memory for */
    IvcQueueItem *crowd;
    size_t crowd_count;
    size_t crowd_room;

    IvcQueueNode *nodes; /**< nodes[0] is not used */
    uint32_t scout;      /**< a node of the next bucket, on its way into the caches; 0 for none */
    uint32_t node_spare; /**< first of the nodes to be used again, 0 for none */
    uint32_t node_count; /**< nodes used so far, with nodes[0] */
    uint32_t node_room;  /**< nodes that there is memory for */
    unsigned rung_count;
    IvcQueueList top;
    uint64_t top_start;
    uint64_t top_min; /**< earliest and latest time in top */
    uint64_t top_max;
    IvcQueueRung rungs[IVC_QUEUE_RUNGS];
} IvcQueue;

/**
 * Makes an empty queue. Memory grows with the largest number of pending items and is reused; it
 * is returned by ivc_queue_free() only.
 *
 * @param limit the most items pending at once, below 2^32 - 1
 * @return transfer full
 */
IvcQueue *ivc_queue_new(size_t limit) G_GNUC_WARN_UNUSED_RESULT;

/** Frees the queue, not what its items point to. NULL is fine. */
void ivc_queue_free(IvcQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcQueue, ivc_queue_free)

/**
 * Pushes what does not simply belong in near: after ivc_queue_push_near() has said false. The item
 * comes in parts: they stay in registers, where a struct would be written to the stack and read
 * back.
 */
bool ivc_queue_push_slow(IvcQueue *queue, uint64_t time, uint64_t order, void *target);

/** Tells whether `a` comes before `b`. */
static inline bool ivc_queue_item_before(const IvcQueueItem *a, const IvcQueueItem *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

/** Inserts into near, which must have room and few enough items. For push only. */
static inline void ivc_queue_near_insert(IvcQueue *queue, uint64_t time, uint64_t order,
                                         void *target)
{
    IvcQueueItem *place = queue->near_next++;
    uint64_t steps = 1;
    while (place->time < time || (place->time == time && place->order < order)) {
        place[1] = place[0]; /* ends at the sentinel */
        place--;
        steps++;
    }
    /* In parts: a struct built on the stack and copied at once stalls on its own stores. */
    place[1].time = time;
    place[1].order = order;
    place[1].target = target;
    queue->work += steps;
}

/** Pushes an item that belongs in near; false, with nothing done, when it does not or the queue is
 *  full. For a caller that wants the rare case out of its way. */
static inline bool ivc_queue_push_near(IvcQueue *queue, uint64_t time, uint64_t order, void *target)
{
    if (time >= queue->near_end || queue->near_next >= queue->near_stop)
        return false;
    ivc_queue_near_insert(queue, time, order, target);
    return true;
}

/**
 * Adds an item. Its time must not be before the time of the last popped item; it may be the same,
 * with any order.
 *
 * Over a run, push and pop together cost O(log n) steps an item, whatever the times.
 *
 * @return false, and the queue is as before, when `limit` items are pending
 */
static inline bool ivc_queue_push(IvcQueue *queue, IvcQueueItem item)
{
    return ivc_queue_push_near(queue, item.time, item.order, item.target) ||
           ivc_queue_push_slow(queue, item.time, item.order, item.target);
}

/** Fills near after its last item was taken. For ivc_queue_pop() only. */
void ivc_queue_refill(IvcQueue *queue);

/**
 * Takes the item with the smallest (time, order).
 *
 * @param ret_item set on success only
 * @return false when the queue is empty
 */
static inline bool ivc_queue_pop(IvcQueue *queue, IvcQueueItem *ret_item)
{
    const IvcQueueItem *next = queue->near_next;
    if (next == queue->near_items) {
        return false;
    }
    *ret_item = *next;
    queue->near_next--;
    if (G_UNLIKELY(queue->near_next == queue->near_items) && queue->rest != 0) {
        ivc_queue_refill(queue);
    }
    return true;
}

/** Returns the time of the item that the next pop takes, in picoseconds; IVC_TIME_NEVER when the
 *  queue is empty. */
static inline uint64_t ivc_queue_next_time(const IvcQueue *queue)
{
    return queue->near_next->time;
}

/** Tells whether an item of that place would be the next that is taken. */
static inline bool ivc_queue_would_be_next(const IvcQueue *queue, uint64_t time, uint64_t order)
{
    const IvcQueueItem *next = queue->near_next;
    return time < next->time || (time == next->time && order < next->order);
}

/** Returns the number of pending items. */
static inline size_t ivc_queue_size(const IvcQueue *queue)
{
    return (size_t)(queue->near_next - queue->near_items) + queue->rest;
}

/**
 * Calls `visit` once for each pending item, in no particular order. The queue must not be changed
 * meanwhile.
 *
 * @param data handed to `visit`
 */
void ivc_queue_foreach(const IvcQueue *queue, void (*visit)(const IvcQueueItem *item, void *data),
                       void *data);
