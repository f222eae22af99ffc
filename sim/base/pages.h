/** @file
 *  Memory for the large arrays of a run: what every core, rank or pair of ranks has.
 *
 *  A machine of a thousand cores touches some thousands of pages over and over, more than a
 *  processor keeps translations for. From IVC_PAGES_LARGE bytes on an array lies in large pages,
 *  where the operating system has them.
 */
#pragma once

#include <stddef.h>

/** Large pages are of this size, and arrays of at least half of it get them. */
#define IVC_PAGE_LARGE_BYTES ((size_t)2 << 20)
#define IVC_PAGES_LARGE (IVC_PAGE_LARGE_BYTES / 2)

/** Makes `n` items of `size` bytes, all zeros. @return transfer full: ivc_pages_free() */
void *ivc_pages_new0(size_t n, size_t size);

/** Frees what was made for as many items of that size; NULL is fine. */
void ivc_pages_free(void *items, size_t n, size_t size);
