/*
 * ivcsim schema: the JSON Schema of scenario files, suites, and what suites share.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/suite/suite.h"

int ivc_cmd_schema(IvcCli *cli)
{
    const char *what = ivc_cli_args(cli)[0];
    g_autofree char *text = NULL;
    if (what == NULL || strcmp(what, "scenario") == 0) {
        text = ivc_scenario_schema(cli->registry);
    } else if (strcmp(what, "suite") == 0) {
        text = ivc_suite_json_schema();
    } else if (strcmp(what, "shared") == 0) {
        text = ivc_suite_shared_json_schema();
    } else {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "unknown schema '%s'\nhint: there are scenario, suite and shared",
                            what);
    }
    fputs(text, cli->out);
    if (!g_str_has_suffix(text, "\n"))
        fputc('\n', cli->out);
    return IVC_EXIT_OK;
}
