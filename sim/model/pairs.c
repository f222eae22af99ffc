/* States of directions between ranks, made at first use. They lie in chunks, each as large as all
 * before it together, up to a large page. */
#include "sim/model/pairs.h"

#include "sim/base/pages.h"

typedef struct {
    char *states;
    size_t n;
} IvcPairsChunk;

static void chunk_clear(const IvcPairsChunk *chunk, size_t bytes)
{
    ivc_pages_free(chunk->states, chunk->n, bytes);
}

void ivc_pairs_init(IvcPairs *pairs, uint32_t n, size_t bytes)
{
    *pairs = (IvcPairs){
        .n = n,
        .bytes = bytes,
        .states = ivc_pages_new0((size_t)n * n, sizeof(void *)),
        .used = g_array_new(FALSE, FALSE, sizeof(IvcPair)),
        .chunks = g_array_new(FALSE, FALSE, sizeof(IvcPairsChunk)),
    };
}

void ivc_pairs_clear(IvcPairs *pairs)
{
    for (uint32_t i = 0; pairs->chunks && i < pairs->chunks->len; i++)
        chunk_clear(&g_array_index(pairs->chunks, IvcPairsChunk, i), pairs->bytes);
    g_clear_pointer(&pairs->chunks, g_array_unref);
    g_clear_pointer(&pairs->used, g_array_unref);
    ivc_pages_free(pairs->states, (size_t)pairs->n * pairs->n, sizeof(void *));
    pairs->states = NULL;
}

static void *take_state(IvcPairs *pairs)
{
    if (pairs->left == 0) {
        size_t most = MAX(1, IVC_PAGE_LARGE_BYTES / pairs->bytes);
        IvcPairsChunk chunk = {.n = MIN(most, MAX(1, pairs->used->len))};
        chunk.states = ivc_pages_new0(chunk.n, pairs->bytes);
        g_array_append_val(pairs->chunks, chunk);
        pairs->next = chunk.states;
        pairs->left = chunk.n;
    }
    char *state = pairs->next;
    pairs->next += pairs->bytes;
    pairs->left--;
    return state;
}

void *ivc_pairs_add(IvcPairs *pairs, uint32_t from, uint32_t to)
{
    g_assert(!ivc_pairs_find(pairs, from, to));
    IvcPair pair = {.from = from, .to = to, .state = take_state(pairs)};
    pairs->states[(size_t)from * pairs->n + to] = pair.state;
    g_array_append_val(pairs->used, pair);
    return pair.state;
}
