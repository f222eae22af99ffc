/* The parameters of the hypervisor: its mode, its scheduler, and what changing a core's guest
 * costs.
 */
#include "sim/scenario/scenario_private.h"

#define XEN_CREDIT "Xen, xen/common/sched/credit.c"
#define XEN_CREDIT2 "Xen, xen/common/sched/credit2.c"

static const char *const schedulers[] = {"pinned", "credit", "credit2", NULL}; /* IvcScheduler */
static const char *const runqueues[] = {"socket", "all", NULL};                /* IvcRunqueue */

/* A time that the hypervisor's code states. */
#define SPAN(key, field, value, least, most, file, what)                                      \
    {                                                                                         \
        IVC_PARAM(IvcHypervisorHead, field, key), .fallback = (value), .min = (least),        \
                                                  .max = (most), .kind = IVC_KIND_DOCUMENTED, \
                                                  .source = (file), .sentence = (what)        \
    }

static const IvcParam credit_params[] = {
    SPAN("slice", spec.credit.slice, "30ms", "1ms", "1s", XEN_CREDIT,
         "how long a vCPU keeps a core that others of its priority want"),
    {IVC_PARAM(IvcHypervisorHead, spec.credit.ticks, "ticks"), .fallback = "3", .min = "1",
     .max = "100", .kind = IVC_KIND_DOCUMENTED, .source = XEN_CREDIT,
     .sentence = "ticks of a core in a slice: a running vCPU pays at each"},
    {IVC_PARAM(IvcHypervisorHead, spec.credit.rate, "rate"), .fallback = "10", .min = "1",
     .max = "1000", .kind = IVC_KIND_DOCUMENTED, .source = XEN_CREDIT,
     .sentence = "credits that a running vCPU spends in a millisecond"},
    SPAN("ratelimit", spec.credit.ratelimit, "1ms", "0ps", "500ms", XEN_CREDIT,
         "a vCPU runs at least so long before another takes its core; 0: no limit"),
    SPAN("timer_min", spec.credit.timer_min, "100us", "1us", "1s", XEN_CREDIT,
         "the shortest time that a vCPU is given"),
    SPAN("balance_limit", spec.credit.balance_limit, "1ms", "0ps", "1s", XEN_CREDIT,
         "a core whose next vCPU has no credit left looks for another core's no more often"),
    {.key = NULL},
};

static const IvcParam credit2_params[] = {
    SPAN("credit", spec.credit2.credit, "10ms", "1us", "10s", XEN_CREDIT2,
         "credit that every vCPU of a run queue gets when the first has none left"),
    SPAN("timer_min", spec.credit2.timer_min, "500us", "1us", "1s", XEN_CREDIT2,
         "the shortest time that a vCPU is given"),
    SPAN("timer_max", spec.credit2.timer_max, "10ms", "1us", "10s", XEN_CREDIT2,
         "the longest time that a vCPU is given"),
    SPAN("carry_over", spec.credit2.carry_over, "500us", "0ps", "10s", XEN_CREDIT2,
         "credit beyond 'credit' that a vCPU may keep"),
    SPAN("migrate_resist", spec.credit2.migrate_resist, "500us", "0ps", "10s", XEN_CREDIT2,
         "a core takes a vCPU from another only when it has so much more credit"),
    SPAN("migrate_compensation", spec.credit2.migrate_compensation, "50us", "0ps", "10s",
         XEN_CREDIT2, "credit that a vCPU gets for having been moved to another core"),
    SPAN("ratelimit", spec.credit2.ratelimit, "1ms", "0ps", "500ms", XEN_CREDIT2,
         "a vCPU runs at least so long before another takes its core; 0: no limit"),
    SPAN("tickle_tolerance", spec.credit2.tickle_tolerance, "50us", "0ps", "500ms", XEN_CREDIT2,
         "so much before the end of 'ratelimit' a core may be told to schedule"),
    SPAN("cap_period", spec.credit2.cap_period, "10ms", "100us", "10s", XEN_CREDIT2,
         "how often a guest with a cap gets its budget"),
    {IVC_PARAM(IvcHypervisorHead, spec.credit2.runqueue, "runqueue"), .fallback = "socket",
     .choices = runqueues, .kind = IVC_KIND_DOCUMENTED, .source = XEN_CREDIT2,
     .sentence = "the cores that share a queue of waiting vCPUs: those of a socket, or all"},
    {.key = NULL},
};

const IvcParam ivc_hypervisor_params[] = {
    {IVC_PARAM(IvcHypervisorHead, mode, "mode"), .fallback = "partitioned",
     .choices = ivc_mode_names,
     .sentence = "how guests share the chip: each owns its cores, one OS or kernel runs them all, "
                 "or a hypervisor takes part by translation, paravirtualisation or hardware"},
    {IVC_PARAM(IvcHypervisorHead, spec.scheduler, "scheduler"), .fallback = "pinned",
     .choices = schedulers,
     .sentence = "who decides which vCPU has a core; pinned: each vCPU has one for itself"},
    {IVC_PARAM(IvcHypervisorHead, spec.domain_switch, "domain_switch"), .fallback = "10534cycles",
     .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "recalled: ISCA 2016, Design and Performance of ARM Virtualization, table II, VM "
               "switch of Xen on an E5-2450",
     .sentence = "putting another vCPU on a core: choosing it, saving and restoring; under a mode "
                 "that states it, machine.virtualisation counts instead"},
    {IVC_PARAM(IvcHypervisorHead, spec.tlb_refill, "tlb_refill"), .fallback = "2000cycles",
     .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: 64 walks of 30 cycles, page tables in the caches",
     .sentence = "filling the TLB again after another vCPU has had the core"},
    {IVC_PARAM(IvcHypervisorHead, spec.idle_switch, "idle_switch"), .fallback = "2000cycles",
     .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as a channel's vcpu_switch; from idle little is saved",
     .sentence = "putting a vCPU back on a core that was idle since it left"},
    {IVC_PARAM(IvcHypervisorHead, spec.idle_wake, "idle_wake"), .fallback = "2us", .max = "1s",
     .kind = IVC_KIND_ASSUMED,
     .source = "recalled: 1 to 3 us from C1, 10 to 100 us from deep states",
     .sentence = "leaving the idle state of a core; no work is done meanwhile"},
    {IVC_PARAM(IvcHypervisorHead, spec.reschedule_flight, "reschedule_flight"),
     .fallback = "1000cycles", .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as a channel's event_flight: an interrupt between cores",
     .sentence = "from telling another core to schedule until it does"},
    {.key = "credit",
     .type = IVC_PARAM_GROUP,
     .group = credit_params,
     .sentence = "parameters of the scheduler 'credit'"},
    {.key = "credit2",
     .type = IVC_PARAM_GROUP,
     .group = credit2_params,
     .sentence = "parameters of the scheduler 'credit2'"},
    {.key = NULL},
};
