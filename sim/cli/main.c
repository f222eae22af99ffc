/*
 * The process: ties the program to the table of models and to its three streams. Everything else
 * is in app.c, which tests can call.
 */
#include <locale.h>
#include <signal.h>

#include "sim/cli/cli.h"
#include "sim/simgrid/program.h"

int main(int argc, char **argv)
{
    (void)argc;
    /* A closed pipe is then an error of the write, which is reported, instead of a silent death. */
    signal(SIGPIPE, SIG_IGN);
    /* So is a file that grows beyond a limit (ulimit -f). */
    signal(SIGXFSZ, SIG_IGN);
    /* For file names in messages; numbers keep their decimal point. */
    setlocale(LC_CTYPE, "");
    /* What runs programs is tied in here, too: models know nothing of it. */
    g_autoptr(IvcPrograms) programs = ivc_programs_new();
    IvcRegistry registry = ivc_registry;
    registry.run_program = ivc_program_run;
    registry.programs = programs;
    return ivc_cli_main(&registry, (const char *const *)argv, stdout, stderr);
}
