/*
 * `ivcsim sweep`: plans the points of a scenario, runs what is not stored yet, and writes and
 * prints everything from the store.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cli_manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/sweep_emit.h"
#include "sim/cli/sweep_folder.h"
#include "sim/cli/sweep_list.h"
#include "sim/scenario/sweep_plan.h"
#include "sim/stats/export.h"

/* What the verb works on. */
typedef struct {
    IvcScenarioSource *source;
    IvcScenario *base;
    IvcSweepPlan *plan;
    char *program;
    IvcShard shard;      /* {0, 0}: the whole sweep */
    unsigned *shards;    /* of each point of the plan, its shard; NULL: the whole sweep */
    IvcSweepPoint *mine; /* the points of this shard; what they point to is the plan's */
    size_t n_mine;
} Sweep;

static void sweep_clear(Sweep *sweep)
{
    g_clear_pointer(&sweep->mine, g_free);
    g_clear_pointer(&sweep->shards, g_free);
    g_clear_pointer(&sweep->program, g_free);
    g_clear_pointer(&sweep->plan, ivc_sweep_plan_free);
    g_clear_pointer(&sweep->base, ivc_scenario_free);
    g_clear_pointer(&sweep->source, ivc_scenario_source_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sweep, sweep_clear)

/* @return IVC_EXIT_OK or another status after everything was reported */
static int make_plan(IvcCli *cli, Sweep *sweep)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autofree const char **sets = ivc_cli_sets(cli);
    sweep->source = ivc_scenario_source_load(ivc_cli_args(cli)[0], cli->registry, diags);
    if (sweep->source != NULL) {
        sweep->base = ivc_scenario_bind(sweep->source, sets, diags);
    }
    if (sweep->base != NULL) {
        ivc_cli_catch_signals(cli);
        sweep->program = ivc_cli_program();
        sweep->plan = ivc_sweep_plan_new(sweep->source, sweep->base, sets, sweep->program,
                                         (unsigned)ivc_cli_count(cli, "jobs", 0), cli->stop, diags);
    }
    if (*cli->stop != 0) {
        return ivc_cli_fail_early(cli);
    }
    if (sweep->plan == NULL) {
        return ivc_cli_fail_diags(cli, diags);
    }
    ivc_cli_print_diags(cli, diags);
    return IVC_EXIT_OK;
}

static const IvcSweepPoint *plan_points(const IvcSweepPlan *plan)
{
    return (const IvcSweepPoint *)(void *)plan->points->data;
}

/* Which points are to be run here: all of them, or those of the shard. */
static void choose_points(Sweep *sweep)
{
    const IvcSweepPoint *points = plan_points(sweep->plan);
    guint n = sweep->plan->points->len;
    if (sweep->shard.of != 0) {
        sweep->shards = ivc_shard_divide(points, n, sweep->shard.of);
    }
    sweep->mine = ivc_shard_points(points, n, sweep->shards, sweep->shard.number, &sweep->n_mine);
}

/* Comes before the plan: a folder with a plan and no note would pass for one of a whole sweep. */
static bool store_shard(IvcStore *store, const Sweep *sweep, GError **error)
{
    IvcShardNote note = {sweep->shard, sweep->program, sweep->shards, sweep->plan->points->len};
    g_autofree char *text = sweep->shard.of != 0 ? ivc_shard_note_json(&note) : NULL;
    return ivc_store_set_text(store, IVC_SHARD_TEXT, text, error);
}

/* What `export` needs is in the store before the first point is. */
static bool store_plan(IvcStore *store, const Sweep *sweep, GError **error)
{
    const IvcSweepPoint *points = plan_points(sweep->plan);
    guint n = sweep->plan->points->len;
    g_autofree IvcStorePlace *places = g_new0(IvcStorePlace, MAX(n, 1));
    for (guint i = 0; i < n; i++) {
        places[i] = (IvcStorePlace){points[i].key, points[i].label, points[i].identity};
    }
    json_t *manifest = ivc_cli_manifest(sweep->base);
    json_object_set_new(manifest, "points", json_integer(n));
    g_autofree char *text = ivc_export_line(manifest);
    json_decref(manifest);
    g_autofree char *resolved = ivc_scenario_show(sweep->base, false);
    /* A plan with the manifest of another scenario would tell wrong things of its points. */
    return store_shard(store, sweep, error) && ivc_store_begin(store, error) &&
           ivc_store_set_plan(store, places, n, error) &&
           ivc_store_set_text(store, IVC_SWEEP_TEXT_MANIFEST, text, error) &&
           ivc_store_set_text(store, IVC_SWEEP_TEXT_SCENARIO, resolved, error) &&
           ivc_store_commit(store, error);
}

static bool run_points(IvcCli *cli, IvcStore *store, Sweep *sweep, IvcSweepOutcome *ret_outcome,
                       GError **error)
{
    IvcProgress progress = ivc_progress_new(cli);
    IvcSweepOptions options = {
        .jobs = (unsigned)ivc_cli_count(cli, "jobs", 0),
        .failed_again = ivc_cli_flag(cli, "failed"),
        .failures_max = ivc_cli_count(cli, "max-failures", 0),
        .full = ivc_cli_flag(cli, "no-skip"),
        .stop = cli->stop,
        .run = ivc_sweep_plan_run,
        .run_user = sweep->plan,
        .tick = ivc_progress_tick,
        .tick_user = &progress,
    };
    bool ok = ivc_sweep_run(store, sweep->mine, sweep->n_mine, &options, ret_outcome, error);
    ivc_progress_end(&progress);
    return ok;
}

/* Files, results and messages, in that order. @return exit status */
static int finish(IvcCli *cli, const IvcSweepFolder *folder, const IvcSweepOutcome *outcome)
{
    g_auto(IvcSweepOutput) output = {0};
    g_autoptr(GError) error = NULL;
    unsigned jobs = (unsigned)ivc_cli_count(cli, "jobs", 0);
    if (!ivc_sweep_output_read(folder->store, jobs, &output, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    int status = ivc_sweep_folder_write(cli, folder, jobs, &output);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    if (!ivc_store_is_there(folder->store, &error)) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                            "%s\n"
                            "hint: the other files in '%s' have all that was simulated; the same "
                            "command would simulate it again",
                            error->message, folder->path);
    }
    const IvcSweepStatus *run = &outcome->status;
    ivc_cli_note(cli, "%zu points: %zu simulated in %.1f s, %zu stored before, %u failed",
                 run->points, run->done, (double)run->elapsed_us / 1e6, run->stored,
                 output.failed->len);
    ivc_sweep_folder_note(cli, folder);
    if (cli->stop != NULL && *cli->stop != 0 && outcome->stopped) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERRUPTED, "interrupted",
                            "interrupted: %zu of %zu points are stored\n"
                            "hint: type the same command again to continue with the others",
                            run->stored + run->done, run->points);
    }
    status = ivc_sweep_folder_print(cli, &output);
    return outcome->stopped ? IVC_EXIT_FAILED : status;
}

/* @return IVC_EXIT_OK, or IVC_EXIT_USAGE after what is wrong with --shard was reported */
static int read_shard(IvcCli *cli, Sweep *sweep)
{
    const char *text = ivc_cli_value(cli, "shard");
    if (ivc_cli_flag(cli, "tasks") && ivc_cli_value(cli, "emit") == NULL) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "option '--tasks' needs '--emit'");
    }
    if (text == NULL) {
        return IVC_EXIT_OK;
    }
    if (!ivc_shard_parse(text, &sweep->shard)) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "option '--shard' expects I/N with 1 <= I <= N <= %d, got '%s'",
                            IVC_SHARDS_MAX, text);
    }
    if (ivc_cli_value(cli, "emit") != NULL) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "options '--shard' and '--emit' exclude each other");
    }
    return IVC_EXIT_OK;
}

int ivc_cmd_sweep(IvcCli *cli)
{
    g_auto(Sweep) sweep = {.n_mine = 0};
    int status = read_shard(cli, &sweep);
    if (status == IVC_EXIT_OK) {
        status = make_plan(cli, &sweep);
    }
    if (status != IVC_EXIT_OK) {
        return status;
    }
    choose_points(&sweep);
    g_auto(IvcSweepFolder) folder = {.lock = -1, .salvage = ivc_cli_flag(cli, "salvage")};
    ivc_sweep_folder_name(cli, sweep.base->name, sweep.shard, &folder);
    if (ivc_cli_value(cli, "emit") != NULL) {
        return ivc_sweep_emit(cli, sweep.plan, sweep.base->name, folder.path);
    }
    if (ivc_cli_flag(cli, "dry-run")) {
        bool force = ivc_cli_flag(cli, "force");
        status = force ? IVC_EXIT_OK : ivc_sweep_folder_look(cli, &folder);
        return status != IVC_EXIT_OK ? status
                                     : ivc_sweep_list(cli, sweep.plan, sweep.shards,
                                                      sweep.shard.number, folder.store);
    }
    status = ivc_sweep_folder_open(cli, &folder, sweep.shard);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    g_autoptr(GError) error = NULL;
    IvcSweepOutcome outcome = {0};
    if (!store_plan(folder.store, &sweep, &error) ||
        !run_points(cli, folder.store, &sweep, &outcome, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    return finish(cli, &folder, &outcome);
}
