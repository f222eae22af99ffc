/** @file
 *  The hypervisor of a run: how it shares physical cores among the virtual CPUs of guests, and what
 *  that costs. The parameters' rows are in sim/scenario/hypervisor_params.c.
 */
#pragma once

#include "sim/base/units.h"
#include "sim/model/time_stamp.h"

/** Who decides which virtual CPU has a core. */
typedef enum {
    IVC_SCHEDULER_PINNED, /**< each virtual CPU has a core for itself: there is nothing to decide */
    IVC_SCHEDULER_CREDIT,
    IVC_SCHEDULER_CREDIT2,
    IVC_SCHEDULER_FAIR,
} IvcScheduler;

/** How the times of the fair scheduler grow with the number of cores. */
typedef enum {
    IVC_SCALING_LOG, /**< 1 + log2 of them, at most of 8 */
    IVC_SCALING_NONE,
} IvcScaling;

/** Whether the virtual CPUs of a guest run at the same time. */
typedef enum {
    IVC_CO_SCHEDULING_NONE,
    IVC_CO_SCHEDULING_STRICT,  /**< all of them or none */
    IVC_CO_SCHEDULING_RELAXED, /**< none may be too far ahead */
} IvcCoScheduling;

/** Which cores share a queue under credit2. */
typedef enum {
    IVC_RUNQUEUE_SOCKET,
    IVC_RUNQUEUE_ALL,
} IvcRunqueue;

/** Which of its releases the credit scheduler follows. */
typedef enum {
    IVC_CREDIT_RULES_CURRENT, /**< Xen 4.3 and later */
    IVC_CREDIT_RULES_3_2,     /**< Xen 3.2 */
} IvcCreditRules;

typedef struct {
    IvcSpan slice;         /**< that a virtual CPU runs in one go */
    uint64_t ticks;        /**< in a slice */
    uint64_t rate;         /**< credits that a virtual CPU spends in a millisecond */
    IvcSpan ratelimit;     /**< that it runs at least before another takes its core */
    IvcSpan timer_min;     /**< shortest slice */
    IvcSpan balance_limit; /**< between two searches for more urgent work on other cores */
    int rules;             /**< IvcCreditRules */
} IvcCreditSpec;

typedef struct {
    IvcSpan credit;
    IvcSpan timer_min;
    IvcSpan timer_max;
    IvcSpan carry_over;
    IvcSpan migrate_resist;
    IvcSpan migrate_compensation;
    IvcSpan ratelimit;
    IvcSpan tickle_tolerance;
    IvcSpan cap_period;
    int runqueue; /**< IvcRunqueue */
} IvcCredit2Spec;

typedef struct {
    IvcSpan latency;
    IvcSpan min_granularity;
    IvcSpan wakeup_granularity;
    int scaling; /**< IvcScaling */
    uint64_t sleeper_part;
    IvcSpan tick;
    IvcSpan migration_cost;
    uint64_t hot_tries;
    IvcSpan balance_interval;
    uint64_t busy_factor;
    uint64_t imbalance; /**< percent */
    int co_scheduling;  /**< IvcCoScheduling */
    IvcSpan skew;
    IvcSpan skew_check;
} IvcFairSpec;

/** What happens when a processor finds that its guest spins. */
typedef enum {
    IVC_PAUSE_EXITS_NONE, /**< it does not look */
    IVC_PAUSE_EXITS_YIELD,
    IVC_PAUSE_EXITS_DIRECTED,
} IvcPauseExits;

/** Whom a directed yield may choose. */
typedef enum {
    IVC_CANDIDATES_KERNEL, /**< who was taken off its core in its kernel, or waits after a wake-up
                            */
    IVC_CANDIDATES_ANY,
    IVC_CANDIDATES_LOCKS, /**< who holds a lock or is the next to get one */
} IvcCandidates;

typedef struct {
    int exits; /**< IvcPauseExits */
    IvcCost gap;
    IvcCost window;
    uint64_t grow;
    int candidates; /**< IvcCandidates */
} IvcPauseSpec;

typedef struct {
    int scheduler; /**< IvcScheduler */
    IvcCost domain_switch;
    IvcCost tlb_refill;
    IvcCost idle_switch;
    IvcCost idle_wake;
    IvcCost reschedule_flight;
    IvcCreditSpec credit;
    IvcCredit2Spec credit2;
    IvcFairSpec fair;
    IvcPauseSpec pause_loop;
    IvcTscSpec tsc;
} IvcHypervisorSpec;
