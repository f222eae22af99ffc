/* Grant-table operations: what they cost the calling domain.
 *
 * A lock is held in the hypervisor, where nothing pre-empts: so who comes is served in turn, and
 * how long it waits is known when it comes. A vCPU that the model has pre-empted there does not
 * keep itself waiting.
 *
 * Left out: the grant status pages, and cache lines of the tables that travel between cores. */
#include "models/xen/grant.h"

static uint64_t calls_of(uint64_t operations, uint64_t batch)
{
    return (operations + batch - 1) / batch;
}

IvcTime ivc_xen_grant_map(IvcXen *xen, uint64_t pages, uint64_t batch)
{
    uint64_t calls = calls_of(pages, batch);
    xen->hypercalls += calls;
    xen->grant_maps += pages;
    return calls * xen->t.hypercall + pages * xen->t.grant_map;
}

IvcTime ivc_xen_grant_unmap(IvcXen *xen, uint64_t pages, uint64_t others, uint64_t batch)
{
    uint64_t calls = calls_of(pages, batch);
    xen->hypercalls += calls;
    xen->grant_unmaps += pages;
    return calls * (xen->t.hypercall + others * xen->t.tlb_flush) + pages * xen->t.grant_unmap;
}

IvcTime ivc_xen_grant_copies(IvcXen *xen, uint64_t operations)
{
    xen->grant_copies += operations;
    return operations * xen->t.grant_copy;
}

IvcTime ivc_xen_grant_copy_calls(IvcXen *xen, uint64_t operations, uint64_t batch)
{
    uint64_t calls = calls_of(operations, batch);
    xen->hypercalls += calls;
    return calls * xen->t.hypercall;
}

/* The traps of `calls` multicalls that carry `entries`. */
static IvcTime multicall(IvcXen *xen, uint64_t calls, uint64_t entries)
{
    xen->hypercalls += calls;
    xen->multicalls += calls;
    return calls * xen->t.hypercall + entries * xen->t.multicall_entry;
}

IvcTime ivc_xen_grant_transfer(IvcXen *xen, uint64_t pages)
{
    if (pages == 0)
        return 0;
    xen->grant_transfers += pages;
    return multicall(xen, 1, 2 * pages + 1) +
           pages * (2 * xen->t.mapping_update + xen->t.grant_transfer);
}

IvcTime ivc_xen_pages_get(IvcXen *xen, uint64_t pages, uint64_t batch)
{
    uint64_t calls = calls_of(pages, batch);
    xen->hypercalls += calls;
    xen->page_exchanges += pages;
    return calls * xen->t.hypercall + pages * xen->t.page_exchange;
}

IvcTime ivc_xen_pages_give(IvcXen *xen, uint64_t pages, uint64_t batch)
{
    uint64_t calls = calls_of(pages, batch);
    xen->page_exchanges += pages;
    return multicall(xen, calls, pages + calls) +
           pages * (xen->t.page_zero + xen->t.mapping_update + xen->t.page_exchange);
}

IvcTime ivc_xen_pages_map(IvcXen *xen, uint64_t pages)
{
    return multicall(xen, 1, 2 * pages) + 2 * pages * xen->t.mapping_update;
}

IvcTime ivc_xen_grant_lookups(IvcXen *xen, uint64_t n)
{
    xen->grant_lookups += n;
    return n * xen->t.grant_lookup;
}

void ivc_xen_lock(IvcXen *xen, IvcXenLock *lock, IvcAgent *agent, uint64_t operations,
                  IvcTime hold_ps)
{
    if (hold_ps == 0 || operations == 0)
        return;
    IvcTime now = xen->platform->sim.now + agent->owed_ps;
    xen->locks_acquired += operations;
    if (lock->free_at > now && lock->core != agent->core->id) {
        xen->locks_contended++;
        ivc_owe(agent, lock->free_at - now, xen->stage0 + XEN_GRANT_LOCK);
    }
    lock->free_at = MAX(lock->free_at, now) + operations * hold_ps;
    lock->core = agent->core->id;
}

void ivc_xen_lock_digest(const IvcXen *xen, const IvcXenLock *lock, IvcDigest *digest)
{
    IvcTime now = xen->platform->sim.now;
    ivc_digest_u64(digest, lock->free_at > now ? lock->free_at - now : 0);
    ivc_digest_u64(digest, lock->free_at > now ? lock->core : 0);
}
