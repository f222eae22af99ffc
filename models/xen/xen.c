/* The hypervisor's costs as times, and its counters. */
#include "models/xen/xen.h"

const char *const ivc_xen_guests[] = {"hardware", "paravirtual", NULL};

void ivc_xen_init(IvcXen *xen, IvcPlatform *platform, const IvcXenSpec *spec, uint32_t stage0)
{
    *xen = (IvcXen){.platform = platform, .spec = spec, .stage0 = stage0};
    xen->t.hypercall = ivc_platform_ps(
        platform, spec->guests == IVC_XEN_PARAVIRTUAL ? spec->hypercall_pv : spec->hypercall);
    xen->t.event_send = xen->t.hypercall + ivc_platform_ps(platform, spec->event_send);
    xen->t.event_flight = ivc_platform_ps(platform, spec->event_flight);
    xen->t.idle_wake = ivc_platform_ps(platform, spec->idle_wake);
    xen->t.vcpu_switch = ivc_platform_ps(platform, spec->vcpu_switch);
    xen->t.upcall_entry = ivc_platform_ps(platform, spec->upcall_entry);
    xen->t.upcall_exit = ivc_platform_ps(platform, spec->upcall_exit);
    xen->t.event_dispatch = ivc_platform_ps(platform, spec->event_dispatch);
    xen->t.grant_map = ivc_platform_ps(platform, spec->grant_map);
    xen->t.grant_unmap = ivc_platform_ps(platform, spec->grant_unmap);
    xen->t.grant_copy = ivc_platform_ps(platform, spec->grant_copy);
    xen->t.tlb_flush = ivc_platform_ps(platform, spec->tlb_flush);
    xen->t.multicall_entry = ivc_platform_ps(platform, spec->multicall_entry);
    xen->t.grant_transfer = ivc_platform_ps(platform, spec->grant_transfer);
    xen->t.mapping_update = ivc_platform_ps(platform, spec->mapping_update);
    xen->t.page_exchange = ivc_platform_ps(platform, spec->page_exchange);
    xen->t.page_zero = ivc_platform_ps(platform, spec->page_zero);
    xen->t.grant_lookup = ivc_platform_ps(platform, spec->grant_lookup);
    xen->t.grant_lock = ivc_platform_ps(platform, spec->grant_lock);
    xen->t.maptrack_lock = ivc_platform_ps(platform, spec->maptrack_lock);
    ivc_platform_count(platform, "hypercalls", "count", "hypercalls", &xen->hypercalls);
    ivc_platform_count(platform, "events_sent", "count", "event-channel notifications",
                       &xen->events_sent);
    ivc_platform_count(platform, "events_merged", "count",
                       "notifications that found their event pending", &xen->events_merged);
    ivc_platform_count(platform, "upcalls", "count", "interrupts that handle pending events",
                       &xen->upcalls);
    ivc_platform_count(platform, "vcpu_switches", "count",
                       "blocked vCPUs put back on their cores for an event", &xen->vcpu_switches);
}

void ivc_xen_count_grants(IvcXen *xen)
{
    IvcPlatform *platform = xen->platform;
    ivc_platform_count(platform, "grant_maps", "count", "granted pages that were mapped",
                       &xen->grant_maps);
    ivc_platform_count(platform, "grant_unmaps", "count", "granted pages that were unmapped",
                       &xen->grant_unmaps);
    ivc_platform_count(platform, "grant_copies", "count", "operations of grant copies",
                       &xen->grant_copies);
    ivc_platform_count(platform, "grant_transfers", "count", "pages given to another domain",
                       &xen->grant_transfers);
    ivc_platform_count(platform, "page_exchanges", "count",
                       "pages from and to the hypervisor, to make up for them",
                       &xen->page_exchanges);
    ivc_platform_count(platform, "grant_lookups", "count", "uses of pages that stay mapped",
                       &xen->grant_lookups);
    ivc_platform_count(platform, "multicalls", "count", "hypercalls that carry several others",
                       &xen->multicalls);
    ivc_platform_count(platform, "grant_locks", "count",
                       "locks taken of grant tables and tables of mappings", &xen->locks_acquired);
    ivc_platform_count(platform, "grant_locks_contended", "count", "of them, those waited for",
                       &xen->locks_contended);
}
