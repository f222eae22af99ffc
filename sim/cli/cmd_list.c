/*
 * ivcsim list TOPIC [NAME].
 */
#include <string.h>

#include "sim/cli/listing.h"

int ivc_cmd_list(IvcCli *cli)
{
    static const struct {
        const char *name;
        int (*run)(IvcCli *cli, const char *name);
    } topics[] = {
        {"mechanisms", ivc_list_mechanisms}, {"profiles", ivc_list_profiles},
        {"workloads", ivc_list_workloads},   {"stages", ivc_list_stages},
        {"parameters", ivc_list_parameters}, {"errors", ivc_list_errors},
        {"columns", ivc_list_columns},       {"suites", ivc_list_suites},
        {"quantities", ivc_list_quantities}, {"modes", ivc_list_modes},
    };
    const char *const *args = ivc_cli_args(cli);
    for (size_t i = 0; i < G_N_ELEMENTS(topics); i++) {
        if (strcmp(args[0], topics[i].name) == 0)
            return topics[i].run(cli, args[1]);
    }
    g_autofree char *known = g_strjoinv(", ", (char **)cli->verb->words);
    const char *near = ivc_suggest(args[0], cli->verb->words);
    g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                                         : g_strdup_printf("one of %s", known);
    return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "unknown topic '%s'\nhint: %s", args[0],
                        hint);
}
