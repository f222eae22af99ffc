/** @file
 *  What core.c, core_spend.c and core_build.c share; nobody else includes it.
 */
#pragma once

#include "sim/model/core.h"

/** Whether somebody more urgent is ready on the agent's core. */
static inline bool ivc_core_outranked(const IvcAgent *agent)
{
    return (agent->core->ready & agent->above) != 0;
}

/** The end of an agent's activity, or its beginning. */
void ivc_agent_fire(IvcSim *sim, IvcTimer *timer);

/** The end of a bounded wait or poll. */
void ivc_agent_timeout_fire(IvcSim *sim, IvcTimer *timer);
