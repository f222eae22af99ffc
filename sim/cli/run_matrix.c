/*
 * All points of a sweep in one go, without a folder of results: for sweeps of many short runs that
 * only make sense side by side.
 */
#include "sim/cli/run_matrix.h"

#include <string.h>

#include "sim/base/parallel.h"
#include "sim/cli/cli_manifest.h"
#include "sim/cli/sweep_output.h"
#include "sim/cli/table.h"
#include "sim/scenario/sweep_plan.h"
#include "sim/stats/columns.h"
#include "sim/stats/manifest.h"

/* What the threads work on. */
typedef struct {
    IvcSweepPlan *plan;
    IvcRunHooks hooks;
    IvcResult **results;
    GError **errors;
} Runs;

static const IvcSweepPoint *point_at(const Runs *runs, size_t i)
{
    return &g_array_index(runs->plan->points, IvcSweepPoint, i);
}

static void run_point(size_t i, void *user)
{
    const Runs *runs = user;
    if (runs->hooks.stop == NULL || *runs->hooks.stop == 0)
        runs->results[i] =
            ivc_sweep_plan_run(point_at(runs, i), &runs->hooks, runs->plan, &runs->errors[i]);
}

/* A point as `sweep` writes it. */
static json_t *make_point(const Runs *runs, size_t i)
{
    const IvcResult *result = runs->results[i];
    const GError *failure = runs->errors[i];
    json_t *point = result != NULL ? ivc_point_json(result) : json_object();
    json_t *identity = json_loads(point_at(runs, i)->identity, 0, NULL);
    json_object_update_missing(point, identity);
    json_decref(identity);
    json_object_set_new(point, "status", json_string(result != NULL ? "ok" : "failed"));
    json_object_set_new(point, "error",
                        failure != NULL ? json_string(failure->message) : json_null());
    return point;
}

static void collect(const Runs *runs, const IvcScenario *scenario, IvcSweepOutput *output)
{
    output->manifest = ivc_cli_manifest(scenario);
    output->points = json_array();
    output->failed = g_ptr_array_new_with_free_func(g_free);
    output->planned = output->finished = runs->plan->points->len;
    json_object_set_new(output->manifest, "points", json_integer((json_int_t)output->planned));
    for (size_t i = 0; i < output->planned; i++) {
        const char *label = point_at(runs, i)->label;
        json_array_append_new(output->points, make_point(runs, i));
        if (runs->results[i] == NULL) {
            const GError *error = runs->errors[i];
            g_ptr_array_add(output->failed,
                            g_strdup_printf("%s: %s", label, error ? error->message : "not run"));
            continue;
        }
        ivc_manifest_add_recurrence(output->manifest, label, &runs->results[i]->recurrence);
        ivc_manifest_add_sampling(output->manifest, label, runs->results[i]);
    }
}

static int print(IvcCli *cli, const IvcSweepOutput *output)
{
    const char *format = ivc_cli_value(cli, "format");
    const char *folder = ivc_cli_value(cli, "output");
    int status =
        folder != NULL ? ivc_run_write(cli, folder, output->manifest, output->points) : IVC_EXIT_OK;
    if (status != IVC_EXIT_OK)
        return status;
    g_autofree char *text = ivc_sweep_output_text(output, format);
    fputs(text, cli->out);
    if (strcmp(format, "table") == 0) {
        g_autofree char *footer = ivc_table_manifest(&cli->out_terminal, output->manifest);
        fprintf(cli->out, "\n%s", footer);
    }
    for (guint i = 0; i < output->failed->len; i++)
        ivc_cli_error(cli, "point %s", (const char *)g_ptr_array_index(output->failed, i));
    return output->failed->len > 0 ? IVC_EXIT_FAILED : IVC_EXIT_OK;
}

int ivc_run_matrix(IvcCli *cli, const IvcScenarioSource *source, const IvcScenario *scenario)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autofree const char **sets = ivc_cli_sets(cli);
    g_autofree char *program = ivc_cli_program();
    unsigned jobs = (unsigned)ivc_cli_count(cli, "jobs", g_get_num_processors());
    g_autoptr(IvcSweepPlan) plan =
        ivc_sweep_plan_new(source, scenario, sets, program, jobs, cli->stop, diags);
    if (*cli->stop != 0)
        return ivc_cli_fail_early(cli);
    if (plan == NULL)
        return ivc_cli_fail_diags(cli, diags);
    size_t n = plan->points->len;
    Runs runs = {.plan = plan,
                 .hooks = {.stop = cli->stop, .full = ivc_cli_flag(cli, "no-skip"), .jobs = 1},
                 .results = g_new0(IvcResult *, n + 1),
                 .errors = g_new0(GError *, n + 1)};
    ivc_parallel(jobs, n, run_point, &runs);
    int status;
    if (cli->stop != NULL && *cli->stop != 0) {
        status = ivc_cli_fail(cli, IVC_EXIT_INTERRUPTED, "interrupted", "interrupted");
    } else {
        g_auto(IvcSweepOutput) output = {0};
        collect(&runs, scenario, &output);
        status = print(cli, &output);
    }
    /* What is wrong with this computer is no failure of the simulation. */
    for (size_t i = 0; i < n && status == IVC_EXIT_FAILED; i++) {
        status = runs.errors[i] != NULL ? ivc_cli_error_status(runs.errors[i]) : status;
    }
    for (size_t i = 0; i < n; i++) {
        g_clear_pointer(&runs.results[i], ivc_result_free);
        g_clear_error(&runs.errors[i]);
    }
    g_free(runs.results);
    g_free(runs.errors);
    return status;
}
