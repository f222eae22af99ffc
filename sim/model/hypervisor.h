/** @file
 *  The hypervisor of a run: how it shares physical cores among the virtual CPUs of guests, and what
 *  that costs. The parameters' rows are in sim/scenario/hypervisor_params.c.
 */
#pragma once

#include "sim/base/units.h"

/** Who decides which virtual CPU has a core. */
typedef enum {
    IVC_SCHEDULER_PINNED, /**< each virtual CPU has a core for itself: there is nothing to decide */
    IVC_SCHEDULER_CREDIT,
    IVC_SCHEDULER_CREDIT2,
} IvcScheduler;

/** Which cores share a queue under credit2. */
typedef enum {
    IVC_RUNQUEUE_SOCKET,
    IVC_RUNQUEUE_ALL,
} IvcRunqueue;

typedef struct {
    IvcSpan slice;         /**< that a virtual CPU runs in one go */
    uint64_t ticks;        /**< in a slice */
    uint64_t rate;         /**< credits that a virtual CPU spends in a millisecond */
    IvcSpan ratelimit;     /**< that it runs at least before another takes its core */
    IvcSpan timer_min;     /**< shortest slice */
    IvcSpan balance_limit; /**< between two searches for more urgent work on other cores */
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
    int scheduler; /**< IvcScheduler */
    IvcCost domain_switch;
    IvcCost tlb_refill;
    IvcCost idle_switch;
    IvcCost idle_wake;
    IvcCost reschedule_flight;
    IvcCreditSpec credit;
    IvcCredit2Spec credit2;
} IvcHypervisorSpec;
