/*
 * ivcsim run FILE: one point.
 */
#include <string.h>

#include "sim/cli/cli_manifest.h"
#include "sim/cli/run_matrix.h"
#include "sim/cli/table.h"
#include "sim/scenario/store.h"
#include "sim/stats/columns.h"
#include "sim/stats/export.h"
#include "sim/stats/manifest.h"

static void print_results(IvcCli *cli, const json_t *manifest, const json_t *points)
{
    const char *format = ivc_cli_value(cli, "format");
    g_autofree char *text = NULL;
    if (strcmp(format, "csv") == 0)
        text = ivc_export_csv(points);
    else if (strcmp(format, "json") == 0)
        text = ivc_export_json("ok", manifest, points);
    else if (strcmp(format, "jsonl") == 0)
        text = ivc_export_jsonl(points);
    if (text != NULL) {
        fputs(text, cli->out);
        return;
    }
    g_autofree char *block = ivc_table_point(&cli->out_terminal, json_array_get(points, 0),
                                             ivc_cli_flag(cli, "verbose"));
    g_autofree char *footer = ivc_table_manifest(&cli->out_terminal, manifest);
    fprintf(cli->out, "%s\n%s", block, footer);
}

/* A sweep's folder has files of the same names. */
static int check_folder(IvcCli *cli)
{
    const char *folder = ivc_cli_value(cli, "output");
    if (folder == NULL)
        return IVC_EXIT_OK;
    g_autofree char *store = g_build_filename(folder, IVC_STORE_FILE, NULL);
    if (!g_file_test(store, G_FILE_TEST_EXISTS))
        return ivc_cli_check_directory(cli, folder);
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                        "'%s' holds a sweep\n"
                        "hint: choose another folder with -o",
                        folder);
}

static int write_one(IvcCli *cli, const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return ivc_cli_write_file(cli, path, text, strlen(text));
}

int ivc_run_write(IvcCli *cli, const char *folder, const json_t *manifest, const json_t *points)
{
    int status = ivc_cli_make_directory(cli, folder);
    if (status != IVC_EXIT_OK)
        return status;
    g_autofree char *json = ivc_export_json("ok", manifest, points);
    g_autofree char *csv = ivc_export_csv(points);
    g_autofree char *line = ivc_export_line(manifest);
    g_autofree char *manifest_text = g_strconcat(line, "\n", NULL);
    const char *resolved = json_string_value(json_object_get(manifest, "resolved"));
    const char *const files[][2] = {
        {"point.json", json},
        {"point.csv", csv},
        {"manifest.json", manifest_text},
        {"scenario.yaml", resolved != NULL ? resolved : ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files) && status == IVC_EXIT_OK; i++)
        status = write_one(cli, folder, files[i][0], files[i][1]);
    if (status == IVC_EXIT_OK)
        ivc_cli_note(cli, "results: %s (point.json, point.csv, manifest.json, scenario.yaml)",
                     folder);
    return status;
}

int ivc_cmd_run(IvcCli *cli)
{
    g_autoptr(IvcScenarioSource) source = NULL;
    g_autoptr(IvcScenario) scenario = ivc_cli_load(cli, ivc_cli_args(cli)[0], &source);
    if (scenario == NULL)
        return IVC_EXIT_SCENARIO;
    int usable = check_folder(cli);
    if (usable != IVC_EXIT_OK)
        return usable;
    ivc_cli_catch_signals(cli);
    if (scenario->report.rows)
        return ivc_run_matrix(cli, source, scenario);
    IvcRunHooks hooks = {.stop = cli->stop,
                         .full = ivc_cli_flag(cli, "no-skip"),
                         .jobs = (unsigned)ivc_cli_count(cli, "jobs", g_get_num_processors())};
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
    if (result == NULL)
        return ivc_cli_fail_error(cli, error);

    if (scenario->statistics.estimate && strcmp(result->recurrence.outcome, "estimated") != 0)
        ivc_cli_note(cli, "the result is exact, and no estimate: %s",
                     strcmp(result->recurrence.outcome, "found") == 0
                         ? "the run repeats itself"
                         : "the run was over before it could be stopped");
    json_t *manifest = ivc_cli_manifest(scenario);
    g_autofree char *label = g_strconcat("channel=", result->channel, NULL);
    ivc_manifest_add_recurrence(manifest, label, &result->recurrence);
    ivc_manifest_add_sampling(manifest, label, result);
    json_t *points = json_array();
    json_array_append_new(points, ivc_point_json(result));
    const char *folder = ivc_cli_value(cli, "output");
    int status = folder != NULL ? ivc_run_write(cli, folder, manifest, points) : IVC_EXIT_OK;
    /* After a failure standard output has the error, and must not have a result as well. */
    if (status == IVC_EXIT_OK)
        print_results(cli, manifest, points);
    json_decref(points);
    json_decref(manifest);
    return status;
}
