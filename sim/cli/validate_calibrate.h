/** @file
 *  `validate --calibrate`: the fit of a suite's free parameters, and what it prints and writes.
 */
#pragma once

#include "sim/cli/sweep_folder.h"
#include "sim/suite/calibrate.h"

/**
 * Fits, prints values and errors before and after by `--format`, and writes the profile to the file
 * of `--write`.
 *
 * @param suites  at least one; all of one machine, with the same parameters free
 * @param folder  open; trials are kept in its store
 * @return exit status
 */
int ivc_validate_calibrate(IvcCli *cli, IvcSuite *const *suites, size_t n,
                           const IvcSweepFolder *folder);
