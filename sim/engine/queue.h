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
    uint64_t tag;   /**< the caller's; a cancelled event is told by it when it is popped */
} IvcQueueItem;

/** Levels of the wheel: digits of 6 bits in a 64-bit time. */
#define IVC_QUEUE_LEVELS 11
/** Slots of a level: one for each value of a digit. */
#define IVC_QUEUE_SLOTS 64

typedef struct IvcQueueChunk IvcQueueChunk;

/** One slot of the wheel: its items in chunks, the newest chunk first. Private. */
typedef struct {
    IvcQueueChunk *newest;
    size_t count;
} IvcQueueSlot;

/**
 * A queue. Public only so that the short functions can be inline; every field is private.
 *
 * Each pending item is in exactly one of three parts, and every item of a part precedes every
 * item of the next one:
 *   near   sorted array, latest first, so that a pop takes the last item;
 *   crowd  binary heap: the times up to wheel_last for which near has no room;
 *   wheel  unsorted slots for the times after wheel_last, see queue.c.
 * near is empty only when the whole queue is.
 */
typedef struct IvcQueue {
    IvcQueueItem *near_items; /**< [0] is a sentinel later than every item, [near_count] is next */
    size_t near_count;        /**< without the sentinel */
    uint64_t near_end;        /**< an item of an earlier time belongs in near */
    size_t size;
    size_t limit;
    uint64_t work;       /**< steps done so far: items compared or moved; for tests */
    uint64_t wheel_last; /**< UINT64_MAX: near and crowd take every item */

    size_t near_room; /**< items that near_items has memory for */
    IvcQueueItem *crowd;
    size_t crowd_count;
    size_t crowd_room;

    size_t wheel_count;
    uint64_t credit;                       /**< items pushed past near since the last rebuild */
    uint32_t wheel_levels;                 /**< bit l: level l has items */
    uint64_t wheel_used[IVC_QUEUE_LEVELS]; /**< bit s: slot s of the level has items */
    IvcQueueSlot wheel[IVC_QUEUE_LEVELS][IVC_QUEUE_SLOTS];
    IvcQueueChunk *spare; /**< chunks to be used again */
} IvcQueue;

/**
 * Makes an empty queue. Memory grows with the largest number of pending items and is reused; it
 * is returned by ivc_queue_free() only.
 *
 * @param limit the most items pending at once
 * @return transfer full
 */
IvcQueue *ivc_queue_new(size_t limit) G_GNUC_WARN_UNUSED_RESULT;

/** Frees the queue, not what its items point to. NULL is fine. */
void ivc_queue_free(IvcQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcQueue, ivc_queue_free)

/**
 * Adds an item. Its time must not be before the time of the last popped item; it may be the same,
 * with any order.
 *
 * Over a run, push and pop together cost O(log n) steps an item, whatever the times.
 *
 * @return false, and the queue is as before, when `limit` items are pending
 */
bool ivc_queue_push(IvcQueue *queue, IvcQueueItem item) G_GNUC_WARN_UNUSED_RESULT;

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
    if (queue->size == 0) {
        return false;
    }
    *ret_item = queue->near_items[queue->near_count];
    queue->near_count--;
    queue->size--;
    if (G_UNLIKELY(queue->near_count == 0) && queue->size != 0) {
        ivc_queue_refill(queue);
    }
    return true;
}

/** Returns the time of the item that the next pop takes, in picoseconds; IVC_TIME_NEVER when the
 *  queue is empty. One load. */
static inline uint64_t ivc_queue_next_time(const IvcQueue *queue)
{
    return queue->near_items[queue->near_count].time;
}

/** Returns the number of pending items. */
static inline size_t ivc_queue_size(const IvcQueue *queue)
{
    return queue->size;
}

/**
 * Calls `visit` once for each pending item, in no particular order. The queue must not be changed
 * meanwhile.
 *
 * @param data handed to `visit`
 */
void ivc_queue_foreach(const IvcQueue *queue, void (*visit)(const IvcQueueItem *item, void *data),
                       void *data);
