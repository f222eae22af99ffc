/** @file
 *  How a simulation can fail.
 */
#pragma once

#include <glib.h>

#define IVC_SIM_ERROR (ivc_sim_error_quark())
GQuark ivc_sim_error_quark(void);

typedef enum {
    IVC_SIM_ERROR_HORIZON,      /**< simulated time ran past limits.horizon */
    IVC_SIM_ERROR_LIVELOCK,     /**< too many events at one instant */
    IVC_SIM_ERROR_EVENTS,       /**< more events than limits.events_max, or the queue is full */
    IVC_SIM_ERROR_DEADLOCK,     /**< nothing can happen any more, and ranks still wait */
    IVC_SIM_ERROR_CONSERVATION, /**< a bug: bytes or time were lost */
    IVC_SIM_ERROR_STOPPED,      /**< *stop was set */
    IVC_SIM_ERROR_MPI,          /**< a call failed: wrong rank, tag, truncated message */
} IvcSimError;
