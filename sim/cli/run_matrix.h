/** @file
 *  `ivcsim run` of a scenario that asks for a matrix: all points of its sweep, in memory.
 */
#pragma once

#include <jansson.h>

#include "sim/cli/cli.h"

/** Runs all points of the scenario's sweep and prints them as `--format` says.
 *  @param source  what the scenario was bound from. @return exit status */
int ivc_run_matrix(IvcCli *cli, const IvcScenarioSource *source, const IvcScenario *scenario);

/** Writes results of `run --output`. @return exit status */
int ivc_run_write(IvcCli *cli, const char *folder, const json_t *manifest, const json_t *points);
