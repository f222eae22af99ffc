/** @file
 *  What a hypervisor of Xen's kind costs: the parameters that event channels, grants and whatever
 *  is built on them share, their stages in the ledger, and their counters.
 */
#pragma once

#include "sim/model/platform.h"

/** Parameters; the rows are IVC_XEN_PARAM_ROWS. */
typedef struct {
    int guests; /**< IvcXenGuests */
    IvcCost hypercall;
    IvcCost hypercall_pv;
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
    IvcCost multicall_entry;
    IvcCost grant_transfer;
    IvcCost mapping_update;
    IvcCost page_exchange;
    IvcCost page_zero;
    IvcCost grant_lookup;
    IvcCost grant_lock;
    IvcCost maptrack_lock;
} IvcXenSpec;

/** How guests enter the hypervisor. */
typedef enum {
    IVC_XEN_HARDWARE,    /**< an exit of the processor's virtualization */
    IVC_XEN_PARAVIRTUAL, /**< a trap or system call from the guest's kernel */
} IvcXenGuests;

extern const char *const ivc_xen_guests[];

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
        {IVC_PARAM(S, field.hypercall_pv, "hypercall_pv"),                                         \
         .fallback = "400cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: a system call into the hypervisor and back, without an exit",         \
         .sentence = "the same of a paravirtual guest"},                                           \
        {IVC_PARAM(S, field.guests, "guests"), .fallback = "hardware", .choices = ivc_xen_guests,  \
         .sentence = "whose cost a hypercall has: 'hypercall' or 'hypercall_pv'"},                 \
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
        {IVC_PARAM(S, field.tlb_flush, "tlb_flush"),                                              \
         .fallback = "1000cycles",                                                                \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: an IPI to every other vCPU, and its answer",                         \
         .sentence =                                                                              \
             "flushing the TLB of one other running vCPU after unmapping, each hypercall"},       \
        {IVC_PARAM(S, field.multicall_entry, "multicall_entry"),                                  \
         .fallback = "100cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: instructions of the loop over the entries of a multicall",           \
         .sentence = "one operation that a multicall carries, beyond the operation"},             \
        {IVC_PARAM(S, field.grant_transfer, "grant_transfer"),                                    \
         .fallback = "900cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: two owners' lists of pages and the table of frames are changed",     \
         .sentence = "giving one page to another domain, beyond the hypercall"},                  \
        {IVC_PARAM(S, field.mapping_update, "mapping_update"),                                    \
         .fallback = "300cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: a checked write of a page table entry, with its flush",              \
         .sentence = "update_va_mapping or mmu_update of one page, in a multicall"},              \
        {IVC_PARAM(S, field.page_exchange, "page_exchange"),                                      \
         .fallback = "500cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: a page from or to the hypervisor's heap",                            \
         .sentence = "one page of increase_reservation or decrease_reservation"},                 \
        {IVC_PARAM(S, field.page_zero, "page_zero"),                                              \
         .fallback = "600cycles",                                                                 \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: storing 4 KiB at 8 B a cycle, and the call",                         \
         .sentence = "zeroing a page before it goes to another domain"},                          \
        {IVC_PARAM(S, field.grant_lookup, "grant_lookup"),                                        \
         .fallback = "60cycles",                                                                  \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                \
         .source = "assumed: a search among the grants that are mapped",                          \
         .sentence = "finding a page that stays mapped"},                                         \
        {IVC_PARAM(S, field.grant_lock, "grant_lock"),                                            \
         .fallback = "0cycles",                                                                   \
         .max = "1ms",                                                                            \
         .kind = IVC_KIND_DOCUMENTED,                                                             \
         .source = "Xen since 4.6: an entry has a lock of its own; before, the table had one",    \
         .sentence = "how long an operation holds the lock of a grant table: others spin"},       \
    {                                                                                             \
        IVC_PARAM(S, field.maptrack_lock, "maptrack_lock"),                                       \
            .fallback = "0cycles", .max = "1ms", .kind = IVC_KIND_DOCUMENTED,                     \
            .source = "Xen since 4.6: each vCPU has free entries of its own; before, one lock "   \
                      "for the domain",                                                           \
            .sentence =                                                                           \
                "how long mapping or unmapping a page holds the lock of the domain that maps"     \
    }

typedef enum {
    XEN_EVENT_SEND,
    XEN_UPCALL,
    XEN_VCPU_SWITCH,
    XEN_GRANT, /**< this one and the next: who grants nothing leaves them out */
    XEN_GRANT_LOCK,
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
                                 false},                                        \
                   [(first) + XEN_GRANT_LOCK] = {                               \
                       "grant-lock",                                            \
                       "spinning for the lock of a grant table or of the table of mappings", true}

/** The hypervisor of one run. */
typedef struct {
    IvcPlatform *platform;
    const IvcXenSpec *spec;
    uint32_t stage0; /**< id of XEN_EVENT_SEND in the ledger */
    struct {
        IvcTime hypercall, event_send, event_flight, idle_wake, vcpu_switch, upcall_entry,
            upcall_exit, event_dispatch, grant_map, grant_unmap, grant_copy, tlb_flush,
            multicall_entry, grant_transfer, mapping_update, page_exchange, page_zero, grant_lookup,
            grant_lock, maptrack_lock;
    } t;
    uint64_t hypercalls;
    uint64_t events_sent;
    uint64_t events_merged; /**< sent while the same event was pending */
    uint64_t upcalls;
    uint64_t vcpu_switches;                          /**< upcalls on a core that was idle */
    uint64_t grant_maps, grant_unmaps, grant_copies; /**< pages, pages, operations */
    uint64_t grant_transfers, page_exchanges;        /**< pages */
    uint64_t grant_lookups;
    uint64_t multicalls; /**< hypercalls that carry several operations */
    uint64_t locks_acquired, locks_contended;
} IvcXen;

/** Prepares it and declares its counters. `spec` is borrowed. */
void ivc_xen_init(IvcXen *xen, IvcPlatform *platform, const IvcXenSpec *spec, uint32_t stage0);

/** Declares the counters of the grant table, for who uses it. */
void ivc_xen_count_grants(IvcXen *xen);
