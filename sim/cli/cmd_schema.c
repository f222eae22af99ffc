/*
 * ivcsim schema: the JSON Schema of scenario files.
 */
#include <string.h>

#include "sim/cli/cli.h"

int ivc_cmd_schema(IvcCli *cli)
{
    g_autofree char *text = ivc_scenario_schema(cli->registry);
    fputs(text, cli->out);
    if (!g_str_has_suffix(text, "\n"))
        fputc('\n', cli->out);
    return IVC_EXIT_OK;
}
