/*
 * ivcsim mpicc ARGUMENT...: compiles for `ivcsim mpi`.
 */
#include "sim/cli/cli.h"
#include "sim/cli/mpi_fail.h"
#include "sim/simgrid/mpi_compile.h"

int ivc_cmd_mpicc(IvcCli *cli)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) missing = NULL;
    int status = 0;
    fflush(cli->out);
    if (!ivc_mpi_compile(ivc_cli_args(cli), fileno(cli->err), &status, &missing, &error))
        return ivc_mpi_fail(cli, error);
    for (guint i = 0; i < missing->len; i++)
        ivc_cli_error(cli, "SimGrid's MPI does not have %s [mpi-unsupported]",
                      (const char *)missing->pdata[i]);
    return status;
}
