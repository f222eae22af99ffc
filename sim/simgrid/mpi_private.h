/** @file
 *  What the files of a run of SMPI share.
 */
#pragma once

#include "sim/simgrid/mpi_run.h"
#include "simgrid/mpi/account.h"

/** How SimGrid's log marks its lines, and what follows: actor's number and name, category,
 *  priority, all before the message. */
#define IVC_MPI_LOG_MARK "@ivcsim "
#define IVC_MPI_LOG_FORMAT "@ivcsim%e%i%e%a%e%c%e%p%e%m%n" /* %e: a blank */

/** A run that is over: what there is to judge it by. */
typedef struct {
    size_t n_ranks;
    int wait_status; /**< as of waitpid() */
    const char *log; /**< SimGrid's */
    IvcAccountHead *account;
    const IvcMpiTrace *trace;
} IvcMpiEnd;

/** As a shell has it: 128 and the signal's number after a signal. @param wait_status  of waitpid()
 */
int ivc_mpi_exit_status(int wait_status);

/** Whether all went well. Adds warnings. @param error  IVC_MPI_ERROR */
bool ivc_mpi_judge(const IvcMpiEnd *end, GPtrArray *warnings, GError **error);

/** Who waits for whom, a line a rank, each after two blanks. @return transfer full */
char *ivc_mpi_who_waits(const IvcMpiEnd *end);

/** A path's folder and all files in it, which is how deep they go. */
void ivc_mpi_remove_folder(const char *folder);
