/* Grant-table operations: what they cost the calling domain.
 *
 * Left out: the grant table's and maptrack's locks, the grant status pages, page transfer. */
#include "models/xen/grant.h"

IvcTime ivc_xen_grant_map(IvcXen *xen, uint64_t pages)
{
    if (pages == 0)
        return 0;
    xen->hypercalls++;
    xen->grant_maps += pages;
    return xen->t.hypercall + pages * xen->t.grant_map;
}

IvcTime ivc_xen_grant_unmap(IvcXen *xen, uint64_t pages, uint64_t others)
{
    if (pages == 0)
        return 0;
    xen->hypercalls++;
    xen->grant_unmaps += pages;
    return xen->t.hypercall + pages * xen->t.grant_unmap + others * xen->t.tlb_flush;
}

IvcTime ivc_xen_grant_copies(IvcXen *xen, uint64_t operations)
{
    xen->grant_copies += operations;
    return operations * xen->t.grant_copy;
}

IvcTime ivc_xen_grant_copy_calls(IvcXen *xen, uint64_t operations, uint64_t batch)
{
    uint64_t calls = (operations + batch - 1) / batch;
    xen->hypercalls += calls;
    return calls * xen->t.hypercall;
}
