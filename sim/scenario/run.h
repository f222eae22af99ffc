/** @file
 *  Runs one point: builds the machine, the channel and the workload of a scenario, simulates them
 *  and collects the result. Re-entrant: any number of threads may each run one.
 */
#pragma once

#include "sim/scenario/scenario.h"
#include "sim/stats/result.h"

#define IVC_SIM_ERROR (ivc_sim_error_quark())
GQuark ivc_sim_error_quark(void);

typedef enum {
    IVC_SIM_ERROR_HORIZON,   /**< simulated time ran past limits.horizon */
    IVC_SIM_ERROR_LIVELOCK,  /**< too many events at one instant */
    IVC_SIM_ERROR_EVENTS,    /**< more events than limits.events_max, or the queue is full */
    IVC_SIM_ERROR_DEADLOCK,  /**< nothing can happen any more and ranks still wait; says who for what */
    IVC_SIM_ERROR_CONSERVATION, /**< a bug: bytes or time were lost */
    IVC_SIM_ERROR_STOPPED,   /**< *stop was set */
    IVC_SIM_ERROR_MPI,       /**< a call failed: wrong rank, tag, truncated message */
} IvcSimError;

/** What the caller may watch and steer while a point runs. All may be NULL. */
typedef struct {
    const volatile int *stop;    /**< non-zero: give up soon, with IVC_SIM_ERROR_STOPPED */
    volatile uint64_t *messages; /**< delivered so far, for progress */
} IvcRunHooks;

/** @return transfer full, or NULL with an error of domain IVC_SIM_ERROR */
IvcResult *ivc_run(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error);
