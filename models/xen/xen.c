/* The hypervisor's costs as times, and its counters. */
#include "models/xen/xen.h"

void ivc_xen_init(IvcXen *xen, IvcPlatform *platform, const IvcXenSpec *spec, uint32_t stage0)
{
    *xen = (IvcXen){.platform = platform, .spec = spec, .stage0 = stage0};
    xen->t.hypercall = ivc_platform_ps(platform, spec->hypercall);
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
    ivc_platform_count(platform, "hypercalls", "count", "hypercalls", &xen->hypercalls);
    ivc_platform_count(platform, "events_sent", "count", "event-channel notifications",
                       &xen->events_sent);
    ivc_platform_count(platform, "events_merged", "count",
                       "notifications that found their event pending", &xen->events_merged);
    ivc_platform_count(platform, "upcalls", "count", "interrupts that handle pending events",
                       &xen->upcalls);
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
}
