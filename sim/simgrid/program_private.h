/** @file
 *  What the files of a program's point share.
 */
#pragma once

#include "sim/simgrid/mpi_run.h"
#include "sim/simgrid/platform.h"
#include "sim/simgrid/program.h"

/** A channel as SimGrid has it; shared by all points on it. */
typedef struct {
    IvcCurves *curves;
    IvcSimgridPlatform *platform;
} IvcProgramChannel;

/** Turns what a run reports into a result. @return transfer full */
IvcResult *ivc_program_result(const IvcScenario *scenario, const IvcProgramChannel *channel,
                              const IvcMpiReport *report);
