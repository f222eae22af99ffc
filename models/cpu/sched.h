/** @file
 *  What the schedulers share: virtual CPUs, physical cores, guests, and the calls between the
 *  machinery (sched.c) and an algorithm (sched_credit.c, sched_credit2.c, sched_fair.c).
 */
#pragma once

#include "sim/model/sched.h"

typedef struct IvcSchedVcpu IvcSchedVcpu;
typedef struct IvcSchedCpu IvcSchedCpu;
typedef struct IvcSchedDomain IvcSchedDomain;
typedef struct IvcSchedQueue IvcSchedQueue;

/** Priorities of the credit scheduler. */
typedef enum {
    IVC_CREDIT_OVER, /**< it has used up its credit */
    IVC_CREDIT_UNDER,
    IVC_CREDIT_BOOST, /**< it was woken a moment ago */
} IvcCreditPriority;

struct IvcSchedVcpu {
    uint32_t id; /**< of its core; first, so that a reference is known by it */
    IvcCore *core;
    IvcSchedDomain *domain;
    IvcSchedCpu *cpu;   /**< that it is on, or was last */
    IvcTime since_ps;   /**< it came on its core, or left it */
    IvcTime burnt_ps;   /**< credit is spent, or virtual runtime counted, up to here */
    int64_t credit;     /**< credit: so many; credit2: picoseconds at the greatest weight */
    int64_t vruntime;   /**< fair: time that it has run, in inverse proportion to its weight */
    uint64_t residue;   /**< of the latest division that took credit */
    IvcSchedVcpu *next; /**< among those that wait in a queue */
    bool queued;
    bool parked;                /**< its guest has used up its cap, or it waits for its siblings */
    bool yields;                /**< it has told its core to schedule, for others' sake */
    bool preempted;             /**< it was taken off its core, and not put on one since */
    bool active;                /**< credit: takes part in the accounting */
    IvcCreditPriority priority; /**< credit */
    int64_t budget;             /**< credit2: under a cap */
    IvcSchedCpu *told;          /**< credit2: the core that was told to take it */
    IvcSchedQueue *queue;       /**< credit2 and fair: that it belongs to */
    IvcSchedCpu *assigned;      /**< fair: it has this core for itself; NULL: any */
    IvcTime ahead_ps;           /**< fair, co-scheduled: of the last of its siblings */
    IvcVcpuCounts counts;
};

/** Virtual CPUs that wait for a core. */
struct IvcSchedQueue {
    IvcSchedVcpu *first;
    uint32_t n;
    uint64_t weight_max; /**< credit2: of all virtual CPUs that belong to it */
    int64_t vruntime;    /**< fair: of those who are furthest behind, never less than it was */
};

struct IvcSchedCpu {
    IvcTimer timer; /**< end of the slice, or told to schedule; first, for its id */
    IvcTimer switched;
    IvcTimer tick; /**< credit and fair */
    IvcSched *sched;
    uint32_t id;
    bool switching;        /**< to `current` */
    bool again;            /**< told to schedule meanwhile */
    bool told;             /**< to schedule, and has not yet */
    IvcSchedVcpu *current; /**< NULL: idle */
    IvcSchedVcpu *latest;  /**< that was there; the current one too */
    IvcSchedVcpu *wanted;  /**< waits for it and was asked for; NULL: nobody */
    IvcSchedQueue *queue;  /**< of its own, or of its socket under credit2 */
    IvcTime balanced_ps;   /**< credit, fair: it last looked for work elsewhere; 0: never */
    uint32_t failed;       /**< fair: how often it has found nothing since */
    bool taken;            /**< fair, co-scheduled: somebody has it in this turn */
    uint64_t sorted;       /**< credit: accountings up to which its queue is in order */
    IvcTime since_ps;
    IvcCpuTimes times;
};

struct IvcSchedDomain {
    IvcTimer replenish; /**< credit2: of the budget; first, for its id */
    IvcSched *sched;
    uint64_t weight;
    uint64_t cap;
    guint8 *allowed; /**< of each physical core */
    IvcSchedVcpu *vcpus;
    uint32_t n;
    uint32_t n_active; /**< credit */
    int64_t budget;    /**< credit2: that no virtual CPU has taken */
    int64_t budget_all;
    int64_t quota;
    int64_t had;    /**< fair, co-scheduled: time, in inverse proportion to its weight */
    bool looked_at; /**< the same: only while a turn begins */
    bool chosen;    /**< the same: has cores in this turn */
    bool listed;    /**< credit: is in the list of the next accounting */
    IvcSchedDomain *next_listed;
};

/** What an algorithm does. */
typedef struct {
    /** Once, when everything is there. */
    void (*init)(IvcSched *sched);
    /** A virtual CPU has become runnable, or is so again after it was parked. */
    void (*wake)(IvcSchedVcpu *vcpu, bool unparked);
    /** Who has the core now; NULL: nobody. `slice` is set when somebody has. */
    IvcSchedVcpu *(*schedule)(IvcSchedCpu *cpu, IvcTime *slice);
    /** A virtual CPU has left its core for another; may be NULL. */
    void (*left)(IvcSchedVcpu *vcpu);
    /** A core is no longer idle, or is now; may be NULL. */
    void (*busy)(IvcSchedCpu *cpu, bool busy);
    /** Somebody wants this one, which waits for a core, to have it soon; false: no use. */
    bool (*boost)(IvcSchedVcpu *vcpu);
    /** Keeps a virtual CPU off its core, or lets it come back; NULL: caps do. */
    void (*park)(IvcSchedVcpu *vcpu);
    void (*unpark)(IvcSchedVcpu *vcpu);
    void (*digest)(const IvcSched *sched, IvcDigest *digest);
} IvcSchedOps;

struct IvcSched {
    IvcTimer account; /**< credit; fair: co-scheduling */
    IvcPlatform *platform;
    IvcSim *sim;
    const IvcHypervisorSpec *spec;
    const IvcSchedOps *ops;
    IvcSchedVcpu *vcpus;
    uint32_t n_vcpus;
    IvcSchedCpu *cpus;
    uint32_t n_cpus;
    IvcSchedDomain *domains;
    uint32_t n_domains;
    IvcSchedQueue *queues;
    uint32_t n_queues;
    struct {
        IvcTime domain_switch, idle_switch, idle_wake, flight;
    } t;
    uint64_t accountings;   /**< credit */
    IvcSchedDomain *listed; /**< credit: the first in the next accounting */
    int64_t balance;        /**< credit: the sum of all credits */
    uint64_t weight;        /**< credit: of active virtual CPUs */
    uint32_t scale;         /**< fair: its times are so many times what the parameters say */
};

/** Whether a virtual CPU may have a core: it has something to run, and is not parked. */
static inline bool ivc_vcpu_runnable(const IvcSchedVcpu *vcpu)
{
    return vcpu->core->state != IVC_CORE_AWAY && !vcpu->parked;
}

static inline bool ivc_vcpu_allowed(const IvcSchedVcpu *vcpu, const IvcSchedCpu *cpu)
{
    return vcpu->domain->allowed[cpu->id];
}

static inline bool ivc_vcpu_on(const IvcSchedVcpu *vcpu)
{
    return vcpu->cpu->current == vcpu;
}

/** Tells a core to schedule: at once on the core that is speaking, else when it has heard. */
void ivc_sched_tell(IvcSchedCpu *cpu);

/** A core has found by itself, at a tick, that it is to schedule: at once. */
void ivc_sched_again(IvcSchedCpu *cpu);

/** Puts a virtual CPU into a queue, before the first one for which `before` holds; one that yields
 *  goes behind that one. */
void ivc_queue_insert(IvcSchedQueue *queue, IvcSchedVcpu *vcpu,
                      bool (*before)(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other));
void ivc_queue_remove(IvcSchedQueue *queue, IvcSchedVcpu *vcpu);

/** The next multiple of a period, after now. */
static inline IvcTime ivc_sched_grid(const IvcSched *sched, IvcTime period_ps)
{
    return (sched->sim->now / period_ps + 1) * period_ps;
}

/** Feeds what all algorithms have. */
void ivc_sched_state_digest(const IvcSched *sched, IvcDigest *digest);

/** Co-scheduling (sched_gang.c), for the fair scheduler: somebody wakes. */
void ivc_gang_wake(IvcSched *sched);
void ivc_gang_init(IvcSched *sched);
void ivc_gang_digest(const IvcSched *sched, IvcDigest *digest);

extern const IvcSchedOps ivc_sched_credit;
extern const IvcSchedOps ivc_sched_credit2;
extern const IvcSchedOps ivc_sched_fair;
