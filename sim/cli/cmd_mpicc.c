/*
 * ivcsim mpicc ARGUMENT...: compiles for `ivcsim mpi`.
 */
#include "sim/cli/cli.h"
#include "sim/cli/mpi_fail.h"
#include "sim/simgrid/mpi_compile.h"
#include "sim/simgrid/mpi_run.h"

/* The verb has no --format: the code is in the text. */
static int fail(IvcCli *cli, const GError *error)
{
    if (error->domain != IVC_MPI_ERROR)
        return ivc_mpi_fail(cli, error);
    ivc_cli_error(cli, "%s [%s]", error->message, ivc_mpi_error_code(error->code));
    return IVC_EXIT_INTERNAL;
}

int ivc_cmd_mpicc(IvcCli *cli)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) missing = NULL;
    int status = 0;
    fflush(cli->out);
    /* A signal ends the compiler; what was made for it is still to be removed. */
    ivc_cli_catch_signals(cli);
    bool ran = ivc_mpi_compile(ivc_cli_args(cli), fileno(cli->err), &status, &missing, &error);
    if (*cli->stop)
        return IVC_EXIT_INTERRUPTED;
    if (!ran)
        return fail(cli, error);
    for (guint i = 0; i < missing->len; i++)
        ivc_cli_error(cli, "SimGrid's MPI does not have %s [mpi-unsupported]",
                      (const char *)missing->pdata[i]);
    return status;
}
