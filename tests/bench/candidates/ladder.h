/*
 * The ladder queue (W. T. Tang, R. S. M. Goh, I. L. Thng: "Ladder queue: an O(1) priority queue
 * structure for large-scale discrete event simulation", ACM TOMACS 15(3), 2005), written from the
 * paper: an unsorted list on top, rungs of unsorted buckets that are spread further when they are
 * crowded, and a sorted bottom, here an array. Static functions, because the bare-loop peer wants
 * nothing between it and the queue. Candidate, and the queue of peers/bare_ladder.c.
 */
#include "sim/engine/queue.h"

#include <string.h>

#define LADDER_THRESHOLD 50 /* the paper's: more items than this are spread over a new rung */
#define LADDER_RUNGS 12

typedef struct LadderNode {
    IvcQueueItem item;
    struct LadderNode *next;
} LadderNode;

typedef struct {
    LadderNode **heads;
    uint32_t *counts;
    size_t room;
    size_t buckets;
    size_t current; /* buckets before it are spent */
    uint64_t start;
    unsigned shift; /* a bucket spans 2^shift: a shift is cheaper than a division */
    size_t items;
} LadderRung;

typedef struct {
    IvcQueueItem *bottom; /* latest first; [0] is a sentinel */
    size_t bottom_count;
    uint64_t bottom_end; /* times from here on belong to a rung or to the top */
    size_t bottom_room;
    LadderRung rungs[LADDER_RUNGS];
    unsigned rung_count;
    LadderNode *top;
    size_t top_count;
    uint64_t top_start; /* times from here on belong to the top */
    uint64_t top_min;
    uint64_t top_max;
    LadderNode *nodes;
    LadderNode *free_nodes;
    size_t size;
    size_t limit;
} Ladder;

static Ladder *ladder_new(size_t limit)
{
    Ladder *ladder = g_new0(Ladder, 1);
    ladder->limit = limit;
    ladder->nodes = g_new(LadderNode, limit);
    for (size_t i = limit; i-- > 0;) {
        ladder->nodes[i].next = ladder->free_nodes;
        ladder->free_nodes = &ladder->nodes[i];
    }
    ladder->bottom_room = 4 * LADDER_THRESHOLD;
    ladder->bottom = g_new(IvcQueueItem, ladder->bottom_room);
    ladder->bottom[0] = (IvcQueueItem){UINT64_MAX, UINT64_MAX, NULL};
    ladder->top_min = UINT64_MAX;
    return ladder;
}

static void ladder_free(Ladder *ladder)
{
    for (unsigned i = 0; i < LADDER_RUNGS; i++) {
        g_free(ladder->rungs[i].heads);
        g_free(ladder->rungs[i].counts);
    }
    g_free(ladder->nodes);
    g_free(ladder->bottom);
    g_free(ladder);
}

static inline void ladder_bottom_insert(Ladder *ladder, const IvcQueueItem *item)
{
    if (ladder->bottom_count + 2 > ladder->bottom_room) {
        ladder->bottom_room *= 2;
        ladder->bottom = g_renew(IvcQueueItem, ladder->bottom, ladder->bottom_room);
    }
    IvcQueueItem *place = &ladder->bottom[ladder->bottom_count++];
    while (place->time < item->time || (place->time == item->time && place->order < item->order)) {
        place[1] = place[0];
        place--;
    }
    place[1] = *item;
}

static inline void ladder_rung_put(LadderRung *rung, LadderNode *node)
{
    size_t bucket = (node->item.time - rung->start) >> rung->shift;
    node->next = rung->heads[bucket];
    rung->heads[bucket] = node;
    rung->counts[bucket]++;
    rung->items++;
}

/* Spreads a list over a new rung of about as many buckets as it has items. */
static void ladder_spawn(Ladder *ladder, LadderNode *list, size_t count, uint64_t min, uint64_t max)
{
    LadderRung *rung = &ladder->rungs[ladder->rung_count++];
    rung->shift = 0;
    while (((max - min) >> rung->shift) > count) {
        rung->shift++;
    }
    rung->start = min;
    rung->current = 0;
    rung->items = 0;
    rung->buckets = (size_t)((max - min) >> rung->shift) + 1;
    if (rung->buckets > rung->room) {
        rung->room = rung->buckets;
        rung->heads = g_renew(LadderNode *, rung->heads, rung->room);
        rung->counts = g_renew(uint32_t, rung->counts, rung->room);
    }
    memset(rung->heads, 0, rung->buckets * sizeof *rung->heads);
    memset(rung->counts, 0, rung->buckets * sizeof *rung->counts);
    while (list != NULL) {
        LadderNode *next = list->next;
        ladder_rung_put(rung, list);
        list = next;
    }
}

static inline uint64_t ladder_rung_time(const LadderRung *rung)
{
    return rung->start + ((uint64_t)rung->current << rung->shift);
}

static inline bool ladder_push(Ladder *ladder, IvcQueueItem item)
{
    if (ladder->size == ladder->limit) {
        return false;
    }
    ladder->size++;
    if (item.time < ladder->bottom_end) {
        ladder_bottom_insert(ladder, &item);
        return true;
    }
    LadderNode *node = ladder->free_nodes;
    ladder->free_nodes = node->next;
    node->item = item;
    if (item.time >= ladder->top_start) {
        node->next = ladder->top;
        ladder->top = node;
        ladder->top_count++;
        ladder->top_min = MIN(ladder->top_min, item.time);
        ladder->top_max = MAX(ladder->top_max, item.time);
        return true;
    }
    unsigned i = 0;
    while (i + 1 < ladder->rung_count && item.time < ladder_rung_time(&ladder->rungs[i])) {
        i++;
    }
    ladder_rung_put(&ladder->rungs[i], node);
    return true;
}

static void ladder_refill(Ladder *ladder)
{
    while (ladder->rung_count > 0 && ladder->rungs[ladder->rung_count - 1].items == 0) {
        ladder->rung_count--;
    }
    if (ladder->rung_count == 0) {
        LadderNode *list = ladder->top;
        size_t count = ladder->top_count;
        uint64_t min = ladder->top_min;
        uint64_t max = ladder->top_max;
        ladder->top = NULL;
        ladder->top_count = 0;
        ladder->top_min = UINT64_MAX;
        ladder->top_max = 0;
        ladder->top_start = max + 1;
        ladder_spawn(ladder, list, count, min, max);
    }
    for (;;) {
        LadderRung *rung = &ladder->rungs[ladder->rung_count - 1];
        while (rung->counts[rung->current] == 0) {
            rung->current++;
        }
        uint64_t start = ladder_rung_time(rung);
        LadderNode *list = rung->heads[rung->current];
        size_t count = rung->counts[rung->current];
        rung->heads[rung->current] = NULL;
        rung->counts[rung->current] = 0;
        rung->items -= count;
        rung->current++;
        if (count > LADDER_THRESHOLD && rung->shift > 0 && ladder->rung_count < LADDER_RUNGS) {
            ladder_spawn(ladder, list, count, start, start + ((uint64_t)1 << rung->shift) - 1);
            continue;
        }
        /* Before the first rung's end the top may begin: bottom_end stays at most there. */
        ladder->bottom_end = MIN(ladder_rung_time(rung), ladder->top_start);
        while (list != NULL) {
            LadderNode *next = list->next;
            ladder_bottom_insert(ladder, &list->item);
            list->next = ladder->free_nodes;
            ladder->free_nodes = list;
            list = next;
        }
        return;
    }
}

static inline bool ladder_pop(Ladder *ladder, IvcQueueItem *ret_item)
{
    if (ladder->size == 0) {
        return false;
    }
    if (ladder->bottom_count == 0) {
        ladder_refill(ladder);
    }
    *ret_item = ladder->bottom[ladder->bottom_count--];
    ladder->size--;
    return true;
}
