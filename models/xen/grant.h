/** @file
 *  Grant-table operations of a domain on another's pages. Each function counts, and says how long
 *  the calling vCPU is in the hypervisor; the caller spends that as XEN_GRANT. The bytes of a copy
 *  are moved by ivc_copy(), on the same core.
 *
 *  Pages that stay mapped cost their set-up once, before anything is measured, and then a look-up
 *  for each use.
 */
#pragma once

#include "models/xen/xen.h"

/** Maps `pages` granted pages, at most `batch` in each hypercall. */
IvcTime ivc_xen_grant_map(IvcXen *xen, uint64_t pages, uint64_t batch);

/** Unmaps them, too, and each hypercall flushes them out of the TLBs of `others` further vCPUs. */
IvcTime ivc_xen_grant_unmap(IvcXen *xen, uint64_t pages, uint64_t others, uint64_t batch);

/** `operations` of grant copies, without the hypercalls that carry them. */
IvcTime ivc_xen_grant_copies(IvcXen *xen, uint64_t operations);

/** The hypercalls that carry `operations`, at most `batch` in each. */
IvcTime ivc_xen_grant_copy_calls(IvcXen *xen, uint64_t operations, uint64_t batch);

/**
 * One multicall that gives `pages` to another domain: for each the mapping is taken away and the
 * table of frames updated, then the page is transferred. No time for none.
 */
IvcTime ivc_xen_grant_transfer(IvcXen *xen, uint64_t pages);

/** Gets `pages` from the hypervisor, or gives them back (zeroed, and unmapped in the same
 *  multicall), at most `batch` in each hypercall. */
IvcTime ivc_xen_pages_get(IvcXen *xen, uint64_t pages, uint64_t batch);
IvcTime ivc_xen_pages_give(IvcXen *xen, uint64_t pages, uint64_t batch);

/** One multicall in which a domain maps `pages` that it was given. */
IvcTime ivc_xen_pages_map(IvcXen *xen, uint64_t pages);

/** `n` uses of pages that stay mapped; no hypercall. */
IvcTime ivc_xen_grant_lookups(IvcXen *xen, uint64_t n);

/** A lock of the hypervisor that operations hold for a while, in the order in which they come. */
typedef struct {
    IvcTime free_at;
    uint32_t core; /**< who has it until then: it does not wait for itself */
} IvcXenLock;

/**
 * Takes a lock for `operations` one after another, each of which holds it for `hold_ps`: the wait
 * until it is free is owed as XEN_GRANT_LOCK. The agent begins when it has spent what it owes.
 */
void ivc_xen_lock(IvcXen *xen, IvcXenLock *lock, IvcAgent *agent, uint64_t operations,
                  IvcTime hold_ps);

void ivc_xen_lock_digest(const IvcXen *xen, const IvcXenLock *lock, IvcDigest *digest);
