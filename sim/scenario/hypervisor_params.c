/* The parameters of the hypervisor: its mode, its scheduler, and what changing a core's guest
 * costs.
 */
#include "sim/scenario/scenario_private.h"

#define XEN_CREDIT "Xen, xen/common/sched/credit.c"
#define XEN_CREDIT_3_2 "Xen 3.2, xen/common/sched_credit.c"
#define XEN_CREDIT2 "Xen, xen/common/sched/credit2.c"
#define LINUX_CORE "Linux 6.1, kernel/sched/core.c"
#define LINUX_FAIR "Linux 6.1, kernel/sched/fair.c"

static const char *const schedulers[] = {"pinned", "credit", "credit2", "fair",
                                         NULL};                  /* IvcScheduler */
static const char *const runqueues[] = {"socket", "all", NULL};  /* IvcRunqueue */
static const char *const rules[] = {"current", "xen-3.2", NULL}; /* IvcCreditRules */
static const char *const co_schedulings[] = {"none", "strict", "relaxed", NULL};
static const char *const scalings[] = {"log", "none", NULL}; /* IvcScaling */

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
    {IVC_PARAM(IvcHypervisorHead, spec.credit.rules, "rules"), .fallback = "current",
     .choices = rules, .kind = IVC_KIND_DOCUMENTED, .source = XEN_CREDIT_3_2,
     .sentence = "xen-3.2: who wakes tells its own core and all idle ones, whole ticks are paid "
                 "for, a guest's weight is for all its vCPUs together; 'ratelimit' and "
                 "'balance_limit' are not there"},
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

static const IvcParam fair_params[] = {
    SPAN("latency", spec.fair.latency, "6ms", "100us", "1s", LINUX_FAIR,
         "in which every vCPU that waits for a core gets its part of it; on one core: see "
         "'scaling'"),
    SPAN("min_granularity", spec.fair.min_granularity, "750us", "1us", "1s", LINUX_FAIR,
         "the shortest part of 'latency'; with more vCPUs than fit, it grows"),
    SPAN("wakeup_granularity", spec.fair.wakeup_granularity, "1ms", "0ps", "1s", LINUX_FAIR,
         "a vCPU that wakes takes the core from one that is so far ahead of it"),
    {IVC_PARAM(IvcHypervisorHead, spec.fair.scaling, "scaling"), .fallback = "log",
     .choices = scalings, .kind = IVC_KIND_DOCUMENTED, .source = LINUX_FAIR,
     .sentence =
         "the three times above are multiplied by 1 + log2 of the cores, at most 4; or not"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.sleeper_part, "sleeper_part"), .fallback = "2",
     .min = "1", .max = "100", .kind = IVC_KIND_DOCUMENTED, .source = LINUX_FAIR,
     .sentence = "a vCPU that wakes is behind the others by at most 'latency' divided by this"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.tick, "tick"), .fallback = "4ms", .min = "100us",
     .max = "100ms", .kind = IVC_KIND_DOCUMENTED, .source = "Linux, kernel/Kconfig.hz: HZ_250",
     .sentence = "how often a core looks whether its vCPU has had its part"},
    SPAN("migration_cost", spec.fair.migration_cost, "500us", "0ps", "1s", LINUX_CORE,
         "a vCPU that ran so lately is not moved to another core"),
    {IVC_PARAM(IvcHypervisorHead, spec.fair.hot_tries, "hot_tries"), .fallback = "1", .min = "0",
     .max = "100", .kind = IVC_KIND_DOCUMENTED, .source = "Linux 6.1, kernel/sched/topology.c",
     .sentence = "after so many vain tries it is moved, however lately it ran"},
    SPAN("balance_interval", spec.fair.balance_interval, "1ms", "100us", "1s",
         "Linux 6.1, kernel/sched/topology.c",
         "how often a core evens out its load with the busiest, for each core of the chip"),
    {IVC_PARAM(IvcHypervisorHead, spec.fair.busy_factor, "busy_factor"), .fallback = "16",
     .min = "1", .max = "1000", .kind = IVC_KIND_DOCUMENTED,
     .source = "Linux 6.1, kernel/sched/topology.c",
     .sentence = "a busy core does it by so much less often"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.imbalance, "imbalance"), .fallback = "117",
     .min = "100", .max = "1000", .kind = IVC_KIND_DOCUMENTED,
     .source = "Linux 6.1, kernel/sched/topology.c",
     .sentence = "percent of its own load that the busiest core's must exceed"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.co_scheduling, "co_scheduling"), .fallback = "none",
     .choices = co_schedulings,
     .sentence = "whether the vCPUs of a guest run at the same time; strict: all or none, relaxed: "
                 "none is further ahead than 'skew'"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.skew, "skew"), .fallback = "3ms", .min = "100us",
     .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a few milliseconds, as hypervisors that bound it are said to do",
     .sentence = "how far a vCPU may be ahead of the last of its guest when relaxed"},
    {IVC_PARAM(IvcHypervisorHead, spec.fair.skew_check, "skew_check"), .fallback = "1ms",
     .min = "10us", .max = "1s", .kind = IVC_KIND_ASSUMED, .source = "assumed: a third of 'skew'",
     .sentence = "how often that is looked at"},
    {.key = NULL},
};

#define KVM_PAUSE "Linux, arch/x86/kvm/vmx/vmx.c and virt/kvm/kvm_main.c"

static const char *const pause_exits[] = {"none", "yield", "directed", NULL}; /* IvcPauseExits */
static const char *const candidates[] = {"kernel", "any", "locks", NULL};     /* IvcCandidates */

static const IvcParam pause_params[] = {
    {IVC_PARAM(IvcHypervisorHead, spec.pause_loop.exits, "exits"), .fallback = "none",
     .choices = pause_exits,
     .sentence = "what follows when the processor finds its guest spinning: nothing; it yields; it "
                 "yields to a sibling without a core"},
    {IVC_PARAM(IvcHypervisorHead, spec.pause_loop.gap, "gap"), .fallback = "128cycles",
     .max = "1ms", .kind = IVC_KIND_DOCUMENTED, .source = KVM_PAUSE "; Xen has the same",
     .sentence = "only a loop whose turn takes no longer is found"},
    {IVC_PARAM(IvcHypervisorHead, spec.pause_loop.window, "window"), .fallback = "4096cycles",
     .max = "1s", .kind = IVC_KIND_DOCUMENTED, .source = KVM_PAUSE "; Xen has the same",
     .sentence = "spinning on a core until the guest is left"},
    {IVC_PARAM(IvcHypervisorHead, spec.pause_loop.grow, "grow"), .fallback = "2", .max = "1000",
     .kind = IVC_KIND_DOCUMENTED, .source = KVM_PAUSE,
     .sentence = "each exit multiplies the window by this, until the vCPU is put on a core again; "
                 "0: it stays, as in Xen"},
    {IVC_PARAM(IvcHypervisorHead, spec.pause_loop.candidates, "candidates"), .fallback = "kernel",
     .choices = candidates, .kind = IVC_KIND_DOCUMENTED, .source = KVM_PAUSE,
     .sentence = "whom a directed yield may choose: who was pre-empted in its kernel, anybody, or "
                 "who holds a lock or is next, if the guest told that"},
    {.key = NULL},
};

static const IvcParam tsc_params[] = {
    {IVC_PARAM(IvcHypervisorHead, spec.tsc.policy, "policy"), .fallback = "offset",
     .choices = ivc_tsc_policy_names,
     .sentence = "what guests read: the host's time stamp, the same less an offset, one with a "
                 "frequency of its own, or one that the hypervisor emulates"},
    {IVC_PARAM(IvcHypervisorHead, spec.tsc.frequency, "frequency"), .fallback = IVC_PARAM_UNSET,
     .min = "1MHz", .max = "20GHz",
     .sentence = "scaled, trapped: of guests' time stamps; without it that of the chip's clock"},
    {.key = NULL},
};

const IvcParam ivc_hypervisor_params[] = {
    {IVC_PARAM(IvcHypervisorHead, mode, "mode"), .fallback = "partitioned",
     .choices = ivc_mode_names,
     .sentence = "how guests share the chip: each owns its cores, one OS or kernel runs them all, "
                 "or a hypervisor takes part by translation, paravirtualisation or hardware"},
    {IVC_PARAM(IvcHypervisorHead, label, "label"), .fallback = IVC_PARAM_UNSET,
     .sentence = "a name for what is set here, in the tables and figures of a sweep"},
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
    {.key = "fair",
     .type = IVC_PARAM_GROUP,
     .group = fair_params,
     .sentence = "parameters of the scheduler 'fair'"},
    {.key = "pause_loop",
     .type = IVC_PARAM_GROUP,
     .group = pause_params,
     .sentence = "what the processor and the hypervisor do about guests that spin"},
    {.key = "tsc",
     .type = IVC_PARAM_GROUP,
     .group = tsc_params,
     .sentence = "what guests read as the processor's time stamp (TSC)"},
    {.key = NULL},
};
