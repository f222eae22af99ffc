/*
 * `ivcsim export`: the results of a sweep, read from its store. The store is not changed, and may
 * belong to a sweep that is running. With 'simgrid' before a scenario: export_simgrid.c.
 */
#include <string.h>

#include "sim/cli/export_simgrid.h"
#include "sim/cli/sweep_output.h"

/* Options that belong to `export simgrid` alone. */
static int check_options(IvcCli *cli)
{
    const char *given = ivc_cli_values(cli, "set")[0]   ? "set"
                        : ivc_cli_flag(cli, "check")    ? "check"
                        : ivc_cli_count(cli, "jobs", 0) ? "jobs"
                                                        : NULL;
    if (given == NULL)
        return IVC_EXIT_OK;
    return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "option --%s is for 'export simgrid' only",
                        given);
}

int ivc_cmd_export(IvcCli *cli)
{
    const char *where = ivc_cli_args(cli)[0];
    const char *scenario = ivc_cli_args(cli)[1];
    if (scenario != NULL && strcmp(where, "simgrid") == 0)
        return ivc_export_simgrid(cli, scenario);
    if (scenario != NULL) {
        g_autofree char *shown = ivc_text_escape(where, strlen(where), 40);
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "'%s' is nothing to export to; there is: simgrid", shown);
    }
    int wrong = check_options(cli);
    if (wrong != IVC_EXIT_OK)
        return wrong;
    bool folder = g_file_test(where, G_FILE_TEST_IS_DIR);
    g_autofree char *path =
        folder ? g_build_filename(where, IVC_STORE_FILE, NULL) : g_strdup(where);
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, &error);
    g_auto(IvcSweepOutput) output = {0};
    if (store == NULL || !ivc_sweep_output_read(store, 0, &output, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    g_autofree char *text = ivc_sweep_output_text(&output, ivc_cli_value(cli, "format"));
    const char *file = ivc_cli_value(cli, "output");
    int status = IVC_EXIT_OK;
    if (file != NULL) {
        status = ivc_cli_write_file(cli, file, text, strlen(text));
    } else {
        fputs(text, cli->out);
    }
    if (output.finished < output.planned) {
        ivc_cli_note(cli, "%zu of %zu points have not been simulated yet; they are left out",
                     output.planned - output.finished, output.planned);
    }
    return status;
}
