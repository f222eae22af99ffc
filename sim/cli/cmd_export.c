/*
 * `ivcsim export`: the results of a sweep, read from its store. The store is not changed, and may
 * belong to a sweep that is running.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/sweep_output.h"

int ivc_cmd_export(IvcCli *cli)
{
    const char *where = ivc_cli_args(cli)[0];
    bool folder = g_file_test(where, G_FILE_TEST_IS_DIR);
    g_autofree char *path =
        folder ? g_build_filename(where, "results.sqlite", NULL) : g_strdup(where);
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
