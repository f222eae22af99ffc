/** @file
 *  What the files of a program's point share.
 */
#pragma once

#include "sim/simgrid/mpi_run.h"
#include "sim/simgrid/platform.h"
#include "sim/simgrid/program.h"

/** A channel as SimGrid has it: what all points on it share, and the machines of one point. */
typedef struct {
    const IvcCurves *curves;
    const IvcSimgridPlatform *platform;
} IvcProgramChannel;

/** Turns what a run reports into a result. @return transfer full */
IvcResult *ivc_program_result(const IvcScenario *scenario, const IvcProgramChannel *channel,
                              const IvcMpiReport *report);
