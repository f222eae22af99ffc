/** @file
 *  What `ivcsim mpi` found out, for people and for programs.
 */
#pragma once

#include <jansson.h>

#include "sim/cli/cli.h"
#include "sim/simgrid/mpi_run.h"
#include "sim/simgrid/platform.h"

/** What ran, and where. */
typedef struct {
    const IvcScenario *scenario;
    const IvcCurves *curves;
    const IvcSimgridPlatform *platform;
    const IvcPlatformHost **hosts; /**< that of each rank */
    const IvcMpiReport *report;
    const char *program; /**< as the user named it */
    bool measured;
    double flops_per_s; /**< of a virtual CPU */
} IvcMpiRan;

/** CPU time of a guest, in ps. */
typedef struct {
    unsigned machine;
    const char *name;    /**< borrowed */
    size_t ranks;        /**< in it; 0: it serves the others */
    uint64_t compute_ps; /**< what its ranks compute */
    uint64_t message_ps; /**< what messages cost it, as this simulator predicts it */
} IvcMpiGuest;

/** The guests of the ranks, in the order of their first ranks, then one that serves others.
 *  @return array of IvcMpiGuest, transfer full */
GArray *ivc_mpi_guests(const IvcMpiRan *ran);

/** Name of the guest of a rank; "m1.guest" where there are several machines. transfer full */
char *ivc_mpi_rank_guest(const IvcMpiRan *ran, size_t rank);

/** @param all  every rank and pair, instead of the first. @return transfer full */
char *ivc_mpi_table(const IvcTerminal *terminal, const IvcMpiRan *ran, bool all);

/** @return transfer full */
json_t *ivc_mpi_json(const IvcMpiRan *ran);
