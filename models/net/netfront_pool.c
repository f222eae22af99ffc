/* Pages that serve packet after packet: those that stay granted and mapped, and netback's own.
 *
 * A packet has a buffer of its own from the first page on. How many buffers are in turn follows
 * from the pages: with large packets few, so that together they touch what the pages are. */
#include "models/net/netfront_private.h"

void ivc_page_pool_init(PagePool *pool, IvcPlatform *platform, uint32_t pages)
{
    pool->size = pages;
    pool->buffers = g_new0(IvcBuffer, pages);
    for (uint32_t i = 0; i < pages; i++)
        ivc_buffer_init(&pool->buffers[i], ivc_platform_id(platform), 0);
}

void ivc_page_pool_clear(PagePool *pool)
{
    g_clear_pointer(&pool->buffers, g_free);
}

IvcBuffer *ivc_page_pool_take(PagePool *pool, uint64_t bytes)
{
    uint32_t pages = MAX(ivc_netfront_pages(bytes), 1);
    if (pool->pages + pages > pool->size)
        pool->next = pool->pages = 0;
    IvcBuffer *buffer = &pool->buffers[pool->next++];
    pool->pages += pages;
    ivc_buffer_done(buffer);
    buffer->bytes = MAX(buffer->bytes, bytes);
    return buffer;
}

void ivc_page_pool_digest(const PagePool *pool, const IvcMemory *memory, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)pool->next << 32 | pool->pages);
    for (uint32_t i = 0; i < pool->size && !digest->brief; i++)
        ivc_buffer_digest(memory, &pool->buffers[i], digest);
}
