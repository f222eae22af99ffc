/** @file
 *  The parameters that every scenario has, whatever its machine, mechanism and workload: for lists
 *  and manuals.
 */
#pragma once

#include "sim/config/param.h"

/** One map of a scenario. */
typedef struct {
    const char *path; /**< "" at the top, "workload", "channels.NAME" */
    const IvcParam *params;
} IvcScenarioTable;

/** In the order of a scenario; ends with a NULL path. */
extern const IvcScenarioTable ivc_scenario_tables[];
