/** @file
 *  What `mpi` and `mpicc` share.
 */
#pragma once

#include "sim/cli/cli.h"

/** Reports an error of sim/simgrid with its code and a hint. @return the exit status */
int ivc_mpi_fail(IvcCli *cli, const GError *error);
