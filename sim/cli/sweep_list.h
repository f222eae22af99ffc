/** @file
 *  `ivcsim sweep -n`: the points of a sweep and what would be done with each.
 */
#pragma once

#include "sim/cli/cli.h"
#include "sim/scenario/sweep_plan.h"

/**
 * Prints the list as `--format` says.
 *
 * @param shards  of each point, its shard; NULL: the whole sweep is run
 * @param shard   the shard that is run; the list says of the other points where they belong
 * @param store   NULL: nothing is stored
 * @return exit status
 */
int ivc_sweep_list(IvcCli *cli, const IvcSweepPlan *plan, const unsigned *shards, unsigned shard,
                   IvcStore *store);
