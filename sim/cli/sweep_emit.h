/** @file
 *  `ivcsim sweep --emit`: a script that runs the sweep in shards, for a cluster or for GNU
 * parallel.
 */
#pragma once

#include "sim/cli/cli.h"
#include "sim/scenario/sweep_plan.h"

/**
 * Prints the script on standard output. Its tasks call this program with `--shard`; they give
 * results whatever folder the script is started from, as long as all see the same files.
 *
 * @param name    of the scenario
 * @param folder  where the sweep's results belong; each shard gets a folder in it
 * @return exit status
 */
int ivc_sweep_emit(IvcCli *cli, const IvcSweepPlan *plan, const char *name, const char *folder);
