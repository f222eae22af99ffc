/** @file
 *  Grant-table operations of a domain on another's pages. Each function counts, and says how long
 *  the calling vCPU is in the hypervisor; the caller spends that as XEN_GRANT. The bytes of a copy
 *  are moved by ivc_copy(), on the same core.
 */
#pragma once

#include "models/xen/xen.h"

/** One hypercall that maps `pages` granted pages; no time for none. */
IvcTime ivc_xen_grant_map(IvcXen *xen, uint64_t pages);

/** One hypercall that unmaps them, and flushes them out of the TLBs of `others` further vCPUs. */
IvcTime ivc_xen_grant_unmap(IvcXen *xen, uint64_t pages, uint64_t others);

/** `operations` of grant copies, without the hypercalls that carry them. */
IvcTime ivc_xen_grant_copies(IvcXen *xen, uint64_t operations);

/** The hypercalls that carry `operations`, at most `batch` in each. */
IvcTime ivc_xen_grant_copy_calls(IvcXen *xen, uint64_t operations, uint64_t batch);
