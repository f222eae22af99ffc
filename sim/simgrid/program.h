/** @file
 *  Points whose workload is a program: its channel's curves are measured, fitted and made a
 *  platform, the program runs on that, and what comes out is a result like that of the engine.
 */
#pragma once

#include "sim/scenario/run.h"

/** What points share: compiled programs, and the curves of channels. */
typedef struct IvcPrograms IvcPrograms;

/** @return transfer full, free with ivc_programs_free() */
IvcPrograms *ivc_programs_new(void);
void ivc_programs_free(IvcPrograms *programs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcPrograms, ivc_programs_free)

/**
 * Runs one point: IvcRegistry.run_program. The registry's `programs` must be an IvcPrograms.
 *
 * @return transfer full, or NULL with an error: of IVC_SIM_ERROR, or of another domain where
 *         SimGrid is not installed or files cannot be written
 */
IvcResult *ivc_program_run(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error);
