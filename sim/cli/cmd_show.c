/*
 * ivcsim show FILE: the resolved scenario.
 */
#include "sim/cli/cli.h"

int ivc_cmd_show(IvcCli *cli)
{
    g_autoptr(IvcScenario) scenario = ivc_cli_load(cli, ivc_cli_args(cli)[0], NULL);
    if (scenario == NULL)
        return IVC_EXIT_SCENARIO;
    g_autofree char *text = ivc_scenario_show(scenario, ivc_cli_flag(cli, "origin"));
    fputs(text, cli->out);
    return IVC_EXIT_OK;
}
