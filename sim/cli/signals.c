/*
 * Ctrl-C: the first asks a run to end in order, the second ends the program. The flag is the one
 * variable of the program that is not reached through a pointer from main(): a signal handler has
 * no other way.
 */
#include <signal.h>

#include "sim/cli/cli.h"

static volatile int stop_asked;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

int ivc_cli_fail_early(IvcCli *cli)
{
    return ivc_cli_fail(cli, IVC_EXIT_INTERRUPTED, "interrupted",
                        "interrupted before anything was simulated");
}

void ivc_cli_catch_signals(IvcCli *cli)
{
    struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    cli->stop = &stop_asked;
}
