/** @file
 *  Compiles programs for `ivcsim mpi`: SimGrid's smpicc, with ivc_mpi.h among the headers, and with
 *  the account of simgrid/mpi linked to what is to run.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** A file that is part of this program. The table ends with a NULL name. */
typedef struct {
    const char *name; /**< "account.c" */
    const char *text;
    gsize size;
} IvcMpiSource;

extern const IvcMpiSource ivc_mpi_sources[];

/**
 * Runs the compiler; what it prints goes where this process prints, errors to `errors`.
 *
 * @param args          of the compiler, NULL-terminated
 * @param errors        descriptor
 * @param[out] ret_status  its exit status
 * @param[out] ret_missing  names of MPI calls that the program uses and SimGrid does not have:
 *                      "MPI_Pack_external", each once; transfer full
 * @param error  IVC_SIMGRID_ERROR_MISSING, IVC_MPI_ERROR_COMPILE, G_FILE_ERROR
 * @return whether the compiler ran at all
 */
bool ivc_mpi_compile(const char *const *args, int errors, int *ret_status, GPtrArray **ret_missing,
                     GError **error);
