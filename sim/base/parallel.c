/*
 * A loop on several threads: each takes the next round from a shared counter. Leaves out: stopping
 * early, and an order.
 */
#include "sim/base/parallel.h"

#include <glib.h>
#include <stdatomic.h>

typedef struct {
    void (*work)(size_t i, void *user);
    void *user;
    size_t n;
    atomic_size_t next;
} Loop;

static gpointer take_rounds(gpointer data)
{
    Loop *loop = data;
    size_t i;
    while ((i = atomic_fetch_add(&loop->next, 1)) < loop->n) {
        loop->work(i, loop->user);
    }
    return NULL;
}

void ivc_parallel(unsigned jobs, size_t n, void (*work)(size_t i, void *user), void *user)
{
    Loop loop = {.work = work, .user = user, .n = n};
    atomic_init(&loop.next, 0);
    size_t threads = MIN(jobs != 0 ? jobs : g_get_num_processors(), n);
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    while (others->len + 1 < threads) {
        GThread *thread = g_thread_try_new("loop", take_rounds, &loop, NULL);
        if (thread == NULL) {
            break;
        }
        g_ptr_array_add(others, thread);
    }
    take_rounds(&loop);
    for (guint i = 0; i < others->len; i++) {
        g_thread_join(g_ptr_array_index(others, i));
    }
}
