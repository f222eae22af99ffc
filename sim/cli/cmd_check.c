/*
 * ivcsim check FILE...: everything that is wrong with scenarios, without simulating them.
 */
#include <jansson.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/config/diag_json.h"
#include "sim/scenario/sweep_plan.h"
#include "sim/stats/export.h"

/* Points of a sweep that are checked one by one; that many take about a second. */
#define POINTS_BOUND 2000

typedef struct {
    size_t parameters;
    size_t assumed;
} Counts;

/* Every point is bound, as `sweep` would do; of a very large sweep only the number is checked. */
static bool check_sweep(const IvcScenarioSource *source, const IvcScenario *scenario,
                        const char *const *sets, IvcDiags *diags)
{
    g_auto(IvcPoints) points = {0};
    if (scenario->n_axes == 0)
        return true;
    if (!ivc_scenario_points(scenario, &points, diags))
        return false;
    if (points.n == 0 || points.n > POINTS_BOUND)
        return true;
    g_autoptr(IvcSweepPlan) plan = ivc_sweep_plan_new(source, scenario, sets, "", 1, NULL, diags);
    return plan != NULL;
}

/* Returns true when the file is a good scenario. */
static bool check_file(IvcCli *cli, const char *path, IvcDiags *diags, Counts *ret_counts)
{
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, cli->registry, diags);
    if (source == NULL)
        return false;
    g_autofree const char **sets = ivc_cli_sets(cli);
    g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
    if (scenario == NULL)
        return false;
    if (!check_sweep(source, scenario, sets, diags))
        return false;
    size_t calibrated = 0;
    ivc_scenario_count_kinds(scenario, &ret_counts->parameters, &ret_counts->assumed, &calibrated);
    return true;
}

static void print_text(IvcCli *cli, const char *path, bool good, const IvcDiags *diags,
                       const Counts *counts)
{
    fflush(cli->out);
    if (ivc_diags_count(diags) > 0) {
        g_autofree char *text = ivc_diags_render(diags);
        fputs(text, cli->err);
    }
    if (good && !ivc_cli_flag(cli, "quiet"))
        fprintf(cli->out, "%s: ok, %" G_GSIZE_FORMAT " parameters, %" G_GSIZE_FORMAT " assumed\n",
                path, counts->parameters, counts->assumed);
}

static json_t *make_record(const char *path, bool good, const IvcDiags *diags, const Counts *counts)
{
    g_autofree char *name = g_utf8_make_valid(path, -1);
    g_autofree char *list = ivc_diags_json(diags);
    json_t *record = json_object();
    json_object_set_new(record, "file", json_string(name));
    json_object_set_new(record, "ok", json_boolean(good));
    json_object_set_new(record, "errors", json_integer((json_int_t)ivc_diags_errors(diags)));
    if (good) {
        json_object_set_new(record, "parameters", json_integer((json_int_t)counts->parameters));
        json_object_set_new(record, "parameters_assumed",
                            json_integer((json_int_t)counts->assumed));
    }
    json_t *diagnostics = json_loads(list, 0, NULL);
    json_object_set_new(record, "diagnostics", diagnostics != NULL ? diagnostics : json_array());
    return record;
}

/* Not the result format: there is no point here, only a verdict a file. */
static void print_json(IvcCli *cli, bool all_good, json_t *files)
{
    json_t *root = json_object();
    json_object_set_new(root, "schema", json_string("ivcsim-check/1"));
    json_object_set_new(root, "status", json_string(all_good ? "ok" : "error"));
    json_object_set(root, "files", files);
    g_autofree char *line = ivc_export_line(root);
    fprintf(cli->out, "%s\n", line);
    json_decref(root);
}

int ivc_cmd_check(IvcCli *cli)
{
    bool json = strcmp(ivc_cli_value(cli, "format"), "json") == 0;
    bool all_good = true;
    json_t *files = json_array();
    for (const char *const *path = ivc_cli_args(cli); *path != NULL; path++) {
        g_autoptr(IvcDiags) diags = ivc_diags_new();
        Counts counts = {0};
        bool good = check_file(cli, *path, diags, &counts);
        all_good = all_good && good;
        if (json)
            json_array_append_new(files, make_record(*path, good, diags, &counts));
        else
            print_text(cli, *path, good, diags, &counts);
    }
    if (json)
        print_json(cli, all_good, files);
    json_decref(files);
    return all_good ? IVC_EXIT_OK : IVC_EXIT_SCENARIO;
}
