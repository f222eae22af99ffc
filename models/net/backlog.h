/** @file
 *  A queue of equal items that grows: packets and frames inside a network. Where it lies in its
 *  memory is only a name; digests feed the items in order.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    char *items;
    size_t bytes;  /**< of an item */
    uint32_t room; /**< a power of two */
    uint32_t first, n;
} IvcBacklog;

/** Prepares an empty one. */
static inline void ivc_backlog_init(IvcBacklog *backlog, size_t bytes)
{
    *backlog = (IvcBacklog){.items = g_malloc0(8 * bytes), .bytes = bytes, .room = 8};
}

static inline void ivc_backlog_clear(IvcBacklog *backlog)
{
    g_free(backlog->items);
}

/** The i-th item; it moves when something is pushed. */
static inline void *ivc_backlog_at(const IvcBacklog *backlog, uint32_t i)
{
    return backlog->items + ((backlog->first + i) & (backlog->room - 1)) * backlog->bytes;
}

static inline void ivc_backlog_push(IvcBacklog *backlog, const void *item)
{
    if (G_UNLIKELY(backlog->n == backlog->room)) {
        char *items = g_malloc0(2 * backlog->room * backlog->bytes);
        for (uint32_t i = 0; i < backlog->n; i++)
            memcpy(items + i * backlog->bytes, ivc_backlog_at(backlog, i), backlog->bytes);
        g_free(backlog->items);
        backlog->items = items;
        backlog->first = 0;
        backlog->room *= 2;
    }
    memcpy(ivc_backlog_at(backlog, backlog->n++), item, backlog->bytes);
}

/** Takes the first item away. */
static inline void ivc_backlog_pop(IvcBacklog *backlog)
{
    backlog->first = (backlog->first + 1) & (backlog->room - 1);
    backlog->n--;
}
