/** @file
 *  Runs one point: builds the machine, the channel and the workload of a scenario, simulates them
 *  and collects the result. Re-entrant: any number of threads may each run one.
 */
#pragma once

#include "sim/engine/sim_error.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/skip.h"
#include "sim/stats/result.h"

/** What the caller may watch and steer while a point runs. All may be NULL. */
typedef struct IvcRunHooks {
    const volatile int *stop;       /**< non-zero: give up soon, with IVC_SIM_ERROR_STOPPED */
    volatile uint64_t *messages;    /**< delivered so far, for progress */
    bool full;                      /**< simulate every period: skip none */
    const IvcSkipperFaults *faults; /**< for tests: see ivc_skipper_new() */
    void (*prepare)(IvcPoint *); /**< for tests: changes a point that was built, before it runs */
    unsigned jobs;               /**< repeats of the point at a time; 0: one. Results do not depend
                                      on it; with more than one, nothing is counted in `messages` */
} IvcRunHooks;

/**
 * Runs a point; with random input as often as its statistics say, and the result is then the sum.
 *
 * @return transfer full, or NULL with an error of domain IVC_SIM_ERROR
 */
IvcResult *ivc_run(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error);
