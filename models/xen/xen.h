/** @file
 *  What a hypervisor of Xen's kind costs: the parameters that event channels, grants and whatever
 *  is built on them share, their stages in the ledger, and their counters.
 */
#pragma once

#include "sim/model/platform.h"

/** Parameters; the rows are IVC_XEN_PARAM_ROWS. */
typedef struct {
    IvcCost hypercall;
    IvcCost event_send;
    IvcCost event_flight;
    IvcCost idle_wake;
    IvcCost vcpu_switch;
    IvcCost upcall_entry;
    IvcCost upcall_exit;
    IvcCost event_dispatch;
    IvcCost grant_map;
    IvcCost grant_unmap;
    IvcCost grant_copy;
    IvcCost tlb_flush;
} IvcXenSpec;

#define IVC_XEN_TABLE_II "ISCA 2016, Design and Performance of ARM Virtualization, table II"
#define IVC_XEN_GRANTS \
    "Oracle's measurements of netback with kept grants, 64 B packets on an E5-2699 v3"

/** The rows of a mechanism's table that uses event channels; `field` is the IvcXenSpec in its
 *  spec. */
#define IVC_XEN_EVENT_PARAM_ROWS(S, field)                                                         \
    {IVC_PARAM(S, field.hypercall, "hypercall"),                                                   \
     .fallback = "1228cycles",                                                                     \
     .max = "1ms",                                                                                 \
     .kind = IVC_KIND_ASSUMED,                                                                     \
     .source = "recalled: " IVC_XEN_TABLE_II ", Xen on an E5-2450; a paravirtual guest's is less", \
     .sentence = "an empty hypercall, there and back"},                                            \
        {IVC_PARAM(S, field.event_send, "event_send"),                                             \
         .fallback = "300cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: see upcall_entry; sending an IPI takes a few hundred cycles",         \
         .sentence = "sending an event, beyond the hypercall: bits, and an IPI to the target"},    \
        {IVC_PARAM(S, field.event_flight, "event_flight"),                                         \
         .fallback = "1000cycles",                                                                 \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: see upcall_entry",                                                    \
         .sentence = "from the sent event until the target's core is interrupted"},                \
        {IVC_PARAM(S, field.idle_wake, "idle_wake"),                                               \
         .fallback = "2us",                                                                        \
         .max = "1s",                                                                              \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "recalled: 1 to 3 us from C1, 10 to 100 us from deep states",                   \
         .sentence = "how much later when the target's core is idle; no work is done meanwhile"},  \
        {IVC_PARAM(S, field.vcpu_switch, "vcpu_switch"),                                           \
         .fallback = "2000cycles",                                                                 \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: a fifth of a switch between guests, recalled at 10,534 cycles in "    \
                   "table II; from idle little is saved",                                          \
         .sentence = "putting a blocked vCPU back on its idle core"},                              \
        {IVC_PARAM(S, field.upcall_entry, "upcall_entry"),                                         \
         .fallback = "3000cycles",                                                                 \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: with hypercall, event_send and event_flight 5,528 cycles; a virtual " \
                   "IPI is recalled at 5,562 in " IVC_XEN_TABLE_II,                                \
         .sentence = "from the interrupted core to the guest's handler of events"},                \
        {IVC_PARAM(S, field.upcall_exit, "upcall_exit"),                                           \
         .fallback = "500cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: no trap where no interrupt controller is",                            \
         .sentence = "from the guest's handler of events back into what was interrupted"},         \
    {                                                                                              \
        IVC_PARAM(S, field.event_dispatch, "event_dispatch"),                                      \
            .fallback = "400cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,                       \
            .source = "assumed: instructions of Linux's generic interrupt path",                   \
            .sentence = "finding and entering the handler of one pending event"                    \
    }

/** The rows of one that uses the grant table, too. */
#define IVC_XEN_PARAM_ROWS(S, field)                                                              \
    IVC_XEN_EVENT_PARAM_ROWS(S, field),                                                           \
        {IVC_PARAM(S, field.grant_map, "grant_map"),                                              \
         .fallback = "600cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_DERIVED,                                                                \
         .source = IVC_XEN_GRANTS ": 1/1.24 M - 1/3.6 M a second = 0.53 us for map and unmap, "   \
                                  "with their share of a hypercall; half of it",                  \
         .sentence = "mapping one granted page, beyond the hypercall"},                           \
        {IVC_PARAM(S, field.grant_unmap, "grant_unmap"),                                          \
         .fallback = "600cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_DERIVED,                                                                \
         .source = IVC_XEN_GRANTS ": the other half of grant_map",                                \
         .sentence = "unmapping one granted page, beyond the hypercall"},                         \
        {IVC_PARAM(S, field.grant_copy, "grant_copy"),                                            \
         .fallback = "1100cycles",                                                                \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_DERIVED,                                                                \
         .source = IVC_XEN_GRANTS ": receiving twice as fast as 2.04 M packets a second without " \
                                  "it: 0.49 us",                                                  \
         .sentence = "one operation of a grant copy, beyond the hypercall and the bytes"},        \
    {                                                                                             \
        IVC_PARAM(S, field.tlb_flush, "tlb_flush"),                                               \
            .fallback = "1000cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,                     \
            .source = "assumed: an IPI to every other vCPU, and its answer",                      \
            .sentence =                                                                           \
                "flushing the TLB of one other running vCPU after unmapping, each hypercall"      \
    }

typedef enum {
    XEN_EVENT_SEND,
    XEN_UPCALL,
    XEN_VCPU_SWITCH,
    XEN_GRANT, /**< the last: who grants nothing leaves it out */
    XEN_STAGES,
} IvcXenStage;

/** Rows of the stage table of a mechanism over event channels; `first` is the number of
 *  XEN_EVENT_SEND in it. */
#define IVC_XEN_EVENT_STAGE_ROWS(first)                                                    \
    [(first) + XEN_EVENT_SEND] = {"event-send", "hypercalls that send an event", false},   \
               [(first) + XEN_UPCALL] = {"upcall",                                         \
                                         "taking events: from the hypervisor's interrupt " \
                                         "to the handlers of events, and back",            \
                                         false},                                           \
               [(first) +                                                                  \
                   XEN_VCPU_SWITCH] = {"vcpu-switch", "putting a blocked vCPU on its core", false}

/** The same for one that uses the grant table, too. */
#define IVC_XEN_STAGE_ROWS(first)                                               \
    IVC_XEN_EVENT_STAGE_ROWS(first),                                            \
        [(first) + XEN_GRANT] = {"grant",                                       \
                                 "hypercalls that map, unmap and copy granted " \
                                 "pages, without the bytes",                    \
                                 false}

/** The hypervisor of one run. */
typedef struct {
    IvcPlatform *platform;
    const IvcXenSpec *spec;
    uint32_t stage0; /**< id of XEN_EVENT_SEND in the ledger */
    struct {
        IvcTime hypercall, event_send, event_flight, idle_wake, vcpu_switch, upcall_entry,
            upcall_exit, event_dispatch, grant_map, grant_unmap, grant_copy, tlb_flush;
    } t;
    uint64_t hypercalls;
    uint64_t events_sent;
    uint64_t events_merged; /**< sent while the same event was pending */
    uint64_t upcalls;
    uint64_t grant_maps, grant_unmaps, grant_copies; /**< pages, pages, operations */
} IvcXen;

/** Prepares it and declares its counters. `spec` is borrowed. */
void ivc_xen_init(IvcXen *xen, IvcPlatform *platform, const IvcXenSpec *spec, uint32_t stage0);

/** Declares the counters of the grant table, for who uses it. */
void ivc_xen_count_grants(IvcXen *xen);
