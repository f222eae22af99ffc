/** @file
 *  The hypervisor's scheduler: which virtual CPU has which physical core. Implemented by
 *  models/cpu/sched*.c. Cores that are pinned know nothing of it.
 */
#pragma once

#include "sim/model/core.h"
#include "sim/model/platform.h"

/** What happened to a virtual CPU. */
typedef struct {
    uint64_t switches;    /**< put on a core that another domain had before */
    uint64_t wakes;       /**< had nothing to run, and then something */
    uint64_t preemptions; /**< taken off a core while it had something to run */
    uint64_t yields;      /**< let another have its core while it had something to run */
    uint64_t migrations;  /**< put on another core than the one before */
} IvcVcpuCounts;

/** What a physical core did; sums to the time. */
typedef struct {
    IvcTime running_ps;
    IvcTime switching_ps;
    IvcTime idle_ps;
} IvcCpuTimes;

/** A guest as a scheduler sees it. */
typedef struct {
    const unsigned *cpus; /**< physical cores on which its virtual CPUs may run; borrowed */
    size_t n_cpus;
    uint32_t first; /**< of its virtual CPUs, which follow each other in IvcCores */
    uint32_t n;
    uint64_t weight;
    uint64_t cap; /**< percent of a core; 0: none */
} IvcSchedGuest;

/**
 * Prepares the scheduler of a platform, all virtual CPUs away. `platform` has its cores (one for
 * each virtual CPU) and clock, and cores.stage_switch is set.
 *
 * @param guests  borrowed only while this runs; those without virtual CPUs too
 * @return transfer full
 */
IvcSched *ivc_sched_new(IvcPlatform *platform, const IvcHypervisorSpec *spec,
                        const IvcSchedGuest *guests, size_t n_guests);
void ivc_sched_free(IvcSched *sched);

/** A virtual CPU that is not on a core has something to run. */
void ivc_sched_ready(IvcCore *core);

/** A virtual CPU has nothing more to run. */
void ivc_sched_block(IvcCore *core);

/**
 * Lets another virtual CPU have the physical core, although there is something to run: Xen's
 * SCHEDOP_yield, and what it does for a guest that spins on a pause instruction. For the agent
 * that has the core, from its step; it goes on until it next takes time, and from there when the
 * core is back. Without effect when nobody waits for that core, or when the core is pinned. What
 * the hypercall or exit costs is the caller's to spend.
 */
void ivc_sched_yield(IvcCore *core);

/** What came of a yield to somebody. */
typedef enum {
    IVC_YIELD_VAIN,  /**< the other does not wait for a core */
    IVC_YIELD_ALONE, /**< nobody but the other waits on either core: there is nothing to give */
    IVC_YIELD_DONE,
} IvcYield;

/** As ivc_sched_yield(), and the virtual CPU `target`, which waits for a core, is to have it soon:
 *  as soon as the algorithm's idea of fairness allows. */
IvcYield ivc_sched_yield_to(IvcCore *core, IvcCore *target);

/** Somebody wants `target` to have a core soon. @return false: it does not wait for one */
bool ivc_sched_boost(IvcCore *target);

/** Whether a virtual CPU was taken off its core while it had something to run, and waits. */
bool ivc_sched_is_preempted(const IvcCore *core);

/** Whether another virtual CPU waits for the physical core that this one has: the hypervisor has
 *  something better to do there than to wait. Not on a core that is pinned. */
bool ivc_sched_is_contended(const IvcCore *core);

/** Brings the times of physical cores up to now. */
void ivc_sched_settle(IvcSched *sched);

/** Statistics; settle first. */
IvcVcpuCounts *ivc_sched_counts(const IvcCore *core);
uint32_t ivc_sched_cpus(const IvcSched *sched);
IvcCpuTimes *ivc_sched_cpu_times(const IvcSched *sched, uint32_t cpu);

/** The statistics at one moment. */
typedef struct IvcSchedShot {
    IvcVcpuCounts *vcpus; /**< of each virtual CPU */
    IvcCpuTimes *cpus;    /**< of each physical core */
} IvcSchedShot;

/** Room for the statistics of a scheduler, zero. @return free with g_free() */
IvcSchedShot *ivc_sched_shot_new(const IvcSched *sched);
void ivc_sched_shot_take(const IvcSched *sched, IvcSchedShot *shot);

void ivc_sched_digest(const IvcSched *sched, IvcDigest *digest);

/** The field tables of the state structs, for tests. */
extern const IvcStateTable ivc_sched_state_tables[];
extern const size_t ivc_sched_state_tables_n;
