/*
 * ivcsim help [VERB].
 */
#include <string.h>

#include "sim/cli/help.h"

int ivc_cmd_help(IvcCli *cli)
{
    const char *name = ivc_cli_args(cli)[0];
    if (name == NULL) {
        ivc_help_program(cli, cli->out);
        return IVC_EXIT_OK;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcVerb *verb = cli->verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0) {
            ivc_help_verb(cli, verb, cli->out);
            return IVC_EXIT_OK;
        }
        g_ptr_array_add(names, (void *)verb->name);
    }
    g_ptr_array_add(names, NULL);
    const char *near = ivc_suggest(name, (const char *const *)names->pdata);
    return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "unknown verb '%s'%s%s%s", name,
                        near != NULL ? "\nhint: did you mean '" : "", near != NULL ? near : "",
                        near != NULL ? "'?" : "");
}
