/* Large arrays in large pages. A mapping is aligned to large pages by asking for one more and
 * giving back both ends; that the kernel then uses large pages is a wish, and nothing depends on
 * it. Leaves out: growing, and pages of other sizes. */
#include "sim/base/pages.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

static size_t whole_pages(size_t bytes)
{
    return (bytes + IVC_PAGE_LARGE_BYTES - 1) & ~(IVC_PAGE_LARGE_BYTES - 1);
}

static void unmap(char *at, size_t bytes)
{
    if (bytes)
        (void)munmap(at, bytes);
}

static void *map_large(size_t bytes)
{
    size_t all = bytes + IVC_PAGE_LARGE_BYTES;
    char *mapped = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert(mapped != MAP_FAILED); /* as GLib does when there is no memory */
    size_t before = -(uintptr_t)mapped & (IVC_PAGE_LARGE_BYTES - 1);
    unmap(mapped, before);
    unmap(mapped + before + bytes, all - before - bytes);
#ifdef MADV_HUGEPAGE
    (void)madvise(mapped + before, bytes, MADV_HUGEPAGE);
#endif
    return mapped + before;
}

/* What does not fit into a size_t is left to GLib, which says so. */
static bool is_large(size_t n, size_t size)
{
    return n != 0 && size != 0 && n <= SIZE_MAX / 2 / size && n * size >= IVC_PAGES_LARGE;
}

void *ivc_pages_new0(size_t n, size_t size)
{
    return is_large(n, size) ? map_large(whole_pages(n * size)) : g_malloc0_n(n, size);
}

void ivc_pages_free(void *items, size_t n, size_t size)
{
    if (!is_large(n, size))
        g_free(items);
    else if (items)
        unmap(items, whole_pages(n * size));
}
