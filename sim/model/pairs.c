/* States of directions between ranks, made at first use. */
#include "sim/model/pairs.h"

void ivc_pairs_init(IvcPairs *pairs, uint32_t n, size_t bytes)
{
    *pairs = (IvcPairs){
        .n = n,
        .bytes = bytes,
        .states = g_new0(void *, (size_t)n *n), /* zero pages: what is not used is not there */
        .used = g_array_new(FALSE, FALSE, sizeof(IvcPair)),
    };
}

void ivc_pairs_clear(IvcPairs *pairs)
{
    for (uint32_t i = 0; pairs->used && i < pairs->used->len; i++)
        g_free(ivc_pairs_at(pairs, i)->state);
    g_clear_pointer(&pairs->used, g_array_unref);
    g_clear_pointer(&pairs->states, g_free);
}

void *ivc_pairs_add(IvcPairs *pairs, uint32_t from, uint32_t to)
{
    IvcPair pair = {.from = from, .to = to, .state = g_malloc0(pairs->bytes)};
    g_assert(!ivc_pairs_find(pairs, from, to));
    pairs->states[(size_t)from * pairs->n + to] = pair.state;
    g_array_append_val(pairs->used, pair);
    return pair.state;
}
