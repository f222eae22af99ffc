/** @file
 *  What core.c and core_build.c share; nobody else includes it.
 */
#pragma once

#include "sim/model/core.h"

/** The end of an agent's activity, or its beginning. */
void ivc_agent_fire(IvcSim *sim, IvcTimer *timer);

/** The end of a bounded wait or poll. */
void ivc_agent_timeout_fire(IvcSim *sim, IvcTimer *timer);
