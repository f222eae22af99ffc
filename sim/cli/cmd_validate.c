/*
 * `ivcsim validate`: predicts the rows of data sets as suites say, and holds the predictions
 * against the measurements. Points are run and kept by the sweep's code.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "sim/base/temporary.h"
#include "sim/cli/cli.h"
#include "sim/cli/cli_manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/table.h"
#include "sim/cli/validate_calibrate.h"
#include "sim/cli/validate_output.h"

/* What the verb works on. */
typedef struct {
    GPtrArray *suites; /* IvcSuite * */
    IvcSuitePlan *plan;
    IvcSweepFolder folder;
    char *temporary; /* the folder, when nothing is to be kept */
    GArray *predictions;
    GPtrArray *scores; /* IvcScore * */
} Validation;

/* The store's files, and the folder if nothing else is in it. */
static void remove_temporary(const char *folder)
{
    static const char *const names[] = {IVC_STORE_FILE, IVC_STORE_FILE "-wal",
                                        IVC_STORE_FILE "-shm"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        (void)g_unlink(path);
    }
    (void)g_rmdir(folder);
}

static void validation_clear(Validation *v)
{
    g_clear_pointer(&v->scores, g_ptr_array_unref);
    g_clear_pointer(&v->predictions, g_array_unref);
    g_clear_pointer(&v->plan, ivc_suite_plan_free);
    g_clear_pointer(&v->suites, g_ptr_array_unref);
    ivc_sweep_folder_clear(&v->folder);
    if (v->temporary != NULL) {
        remove_temporary(v->temporary);
    }
    g_clear_pointer(&v->temporary, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Validation, validation_clear)

static IvcRoles roles_of(const IvcCli *cli)
{
    const char *role = ivc_cli_value(cli, "role");
    if (strcmp(role, "all") == 0) {
        return IVC_ROLES_ALL;
    }
    return strcmp(role, "predict") == 0 ? IVC_ROLES_PREDICT : IVC_ROLES_CALIBRATE;
}

/* Two sets of one name would be told apart by nobody. */
static int check_names(IvcCli *cli, const GPtrArray *suites)
{
    for (guint i = 0; i < suites->len; i++) {
        const IvcSuite *one = suites->pdata[i];
        for (guint k = 0; k < i; k++) {
            const IvcSuite *other = suites->pdata[k];
            if (strcmp(one->data->name, other->data->name) == 0) {
                return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                                    "'%s' and '%s' both have a data set of the name '%s'",
                                    other->file, one->file, one->data->name);
            }
        }
    }
    return IVC_EXIT_OK;
}

static int load_suites(IvcCli *cli, Validation *v, IvcDiags *diags)
{
    g_autofree const char **shipped = ivc_shipped_suites();
    const char *const *names = ivc_cli_args(cli);
    names = names[0] != NULL ? names : shipped;
    v->suites = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_suite_free);
    for (; *names != NULL && *cli->stop == 0; names++) {
        g_auto(IvcSuitePath) path = ivc_suite_path_named(*names);
        IvcSuite *suite = ivc_suite_load(&path, cli->registry, diags);
        if (suite != NULL) {
            g_ptr_array_add(v->suites, suite);
        }
    }
    return ivc_diags_errors(diags) == 0 ? check_names(cli, v->suites)
                                        : ivc_cli_fail_diags(cli, diags);
}

/* What is free is checked in any case: a slip is not to be found when somebody calibrates. What is
 * free for the sake of other suites that share it is not this one's. */
static void check_free(const IvcCli *cli, const Validation *v, IvcDiags *diags)
{
    for (guint i = 0; i < v->suites->len && *cli->stop == 0; i++) {
        IvcSuite *const *suite = (IvcSuite *const *)v->suites->pdata + i;
        if ((*suite)->shared == NULL || ivc_calibration_has_row(*suite)) {
            ivc_calibration_free(ivc_calibration_new(suite, 1, diags));
        }
    }
}

static int make_plan(IvcCli *cli, Validation *v)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    int status = load_suites(cli, v, diags);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    check_free(cli, v, diags);
    if (ivc_diags_errors(diags) > 0) {
        return ivc_cli_fail_diags(cli, diags);
    }
    if (*cli->stop != 0) {
        return ivc_cli_fail_early(cli);
    }
    if (ivc_cli_flag(cli, "calibrate")) {
        return IVC_EXIT_OK; /* rows to predict have no part in it */
    }
    g_autofree char *program = ivc_cli_program();
    v->plan = ivc_suite_plan_new((IvcSuite *const *)v->suites->pdata, v->suites->len, roles_of(cli),
                                 false, NULL, program, diags);
    if (*cli->stop != 0) {
        return ivc_cli_fail_early(cli);
    }
    if (v->plan == NULL) {
        return ivc_cli_fail_diags(cli, diags);
    }
    ivc_cli_print_diags(cli, diags);
    return IVC_EXIT_OK;
}

/* Without -o, results are kept as long as the program runs. */
static int open_folder(IvcCli *cli, Validation *v)
{
    if (ivc_cli_value(cli, "output") != NULL) {
        ivc_sweep_folder_name(cli, "", (IvcShard){0, 0}, &v->folder);
        return ivc_sweep_folder_open(cli, &v->folder, (IvcShard){0, 0});
    }
    g_autoptr(GError) error = NULL;
    v->temporary = ivc_temporary_folder(NULL, "ivcsim-validate-XXXXXX", &error);
    if (v->temporary == NULL) {
        return ivc_cli_fail_error(cli, error);
    }
    v->folder.path = g_strdup(v->temporary);
    v->folder.store_path = g_build_filename(v->temporary, IVC_STORE_FILE, NULL);
    return ivc_sweep_folder_open(cli, &v->folder, (IvcShard){0, 0});
}

static int run_points(IvcCli *cli, Validation *v)
{
    IvcProgress progress = ivc_progress_new(cli);
    IvcSweepOptions options = {
        .jobs = (unsigned)ivc_cli_count(cli, "jobs", 0),
        .full = ivc_cli_flag(cli, "no-skip"),
        .stop = cli->stop,
        .run = ivc_suite_plan_run,
        .run_user = v->plan,
        .tick = ivc_progress_tick,
        .tick_user = &progress,
    };
    IvcSweepOutcome outcome = {.stopped = false};
    g_autoptr(GError) error = NULL;
    const IvcSweepPoint *points = (const IvcSweepPoint *)(void *)v->plan->points->data;
    bool ok =
        ivc_sweep_run(v->folder.store, points, v->plan->points->len, &options, &outcome, &error);
    ivc_progress_end(&progress);
    if (!ok) {
        return ivc_sweep_fail_store(cli, error);
    }
    if (outcome.stopped) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERRUPTED, "interrupted",
                            "interrupted: nothing was compared\n"
                            "hint: with -o DIR finished points are kept");
    }
    ivc_cli_note(cli, "%zu points: %zu simulated in %.1f s, %zu stored before",
                 outcome.status.points, outcome.status.done,
                 (double)outcome.status.elapsed_us / 1e6, outcome.status.stored);
    v->predictions = ivc_suite_plan_predictions(v->plan, v->folder.store, &error);
    return v->predictions != NULL ? IVC_EXIT_OK : ivc_sweep_fail_store(cli, error);
}

static void make_scores(const IvcCli *cli, Validation *v)
{
    v->scores = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_score_free);
    for (guint s = 0; s < v->suites->len; s++) {
        g_ptr_array_add(v->scores, ivc_score_new(v->plan, s, v->predictions, roles_of(cli)));
    }
}

static int write_text(IvcCli *cli, const Validation *v, const char *name, const char *ending,
                      const char *text)
{
    g_autofree char *file = g_strconcat(name, ending, NULL);
    g_autofree char *path = g_build_filename(v->folder.path, file, NULL);
    return ivc_cli_write_file(cli, path, text, strlen(text));
}

static int write_figure(IvcCli *cli, const Validation *v, const IvcScore *score)
{
    const char *name = score->suite->data->name;
    g_auto(IvcFigure) figure = {0};
    ivc_validate_figure(score, name, &figure);
    int status = write_text(cli, v, name, ".dat", figure.data);
    return status != IVC_EXIT_OK ? status : write_text(cli, v, name, ".gp", figure.script);
}

/* Without gnuplot the scripts and the data are there, and the numbers are what was asked for. */
static int draw(IvcCli *cli, const Validation *v)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *gnuplot = ivc_figure_gnuplot(&error);
    if (gnuplot == NULL) {
        ivc_cli_warning(cli, "%s: no figure was drawn; the scripts are in %s", error->message,
                        v->folder.path);
        return IVC_EXIT_OK;
    }
    for (guint i = 0; i < v->scores->len; i++) {
        const IvcScore *score = v->scores->pdata[i];
        if (!ivc_figure_draw(gnuplot, v->folder.path, score->suite->data->name, "svg", NULL, NULL,
                             &error)) {
            return ivc_cli_fail_error(cli, error);
        }
    }
    return IVC_EXIT_OK;
}

static int write_files(IvcCli *cli, const Validation *v)
{
    static const char *const formats[] = {"json", "csv", "table"};
    static const char *const endings[] = {".json", ".csv", ".txt"};
    int status = write_text(cli, v, "common", ".gp", ivc_figure_style());
    for (size_t i = 0; i < G_N_ELEMENTS(formats) && status == IVC_EXIT_OK; i++) {
        g_autofree char *text = ivc_validate_text(v->scores, formats[i]);
        status = write_text(cli, v, "validation", endings[i], text);
    }
    for (guint i = 0; i < v->scores->len && status == IVC_EXIT_OK; i++) {
        status = write_figure(cli, v, v->scores->pdata[i]);
    }
    if (status == IVC_EXIT_OK) {
        status = draw(cli, v);
    }
    if (status == IVC_EXIT_OK) {
        ivc_cli_note(cli,
                     "results: %s/ (validation.json, validation.csv, validation.txt, and NAME.svg, "
                     "NAME.gp, NAME.dat of each set)",
                     v->folder.path);
    }
    return status;
}

#define FAILED_SHOWN 10

static void print_failed(IvcCli *cli, const IvcScore *score, const IvcScoreRow *row)
{
    const IvcDataRow *data = row->row;
    g_autofree char *size = data->sized ? ivc_human_bytes(data->message_bytes) : NULL;
    ivc_cli_error(cli, "%s: %s, %s%s%s%s: %s", score->suite->data->name, data->path, data->metric,
                  size != NULL ? ", " : "", size != NULL ? size : "",
                  row->status == IVC_ROW_FAILED ? "" : ", another choice", row->why);
}

/* @return how many rows */
static size_t print_all_failed(IvcCli *cli, const GPtrArray *scores)
{
    size_t failed = 0;
    for (guint i = 0; i < scores->len; i++) {
        const IvcScore *score = scores->pdata[i];
        for (guint r = 0; r < score->rows->len; r++) {
            const IvcScoreRow *row = &g_array_index(score->rows, IvcScoreRow, r);
            if (row->choices_failed > 0 && failed++ < FAILED_SHOWN) {
                print_failed(cli, score, row);
            }
        }
    }
    if (failed > FAILED_SHOWN) {
        ivc_cli_error(cli, "and %zu rows more", failed - FAILED_SHOWN);
    }
    return failed;
}

/* Names what failed and what is worse than its limit. @return exit status */
static int judge(IvcCli *cli, const Validation *v)
{
    size_t failed = print_all_failed(cli, v->scores);
    size_t worse = 0;
    for (guint i = 0; i < v->scores->len; i++) {
        const IvcScore *score = v->scores->pdata[i];
        if (!ivc_score_within(score)) {
            g_autofree char *median = ivc_validate_percent(score->median_error, false);
            g_autofree char *p90 = ivc_validate_percent(score->p90_error, false);
            const char *name = score->suite->data->name;
            if (score->predicted == 0) {
                ivc_cli_error(cli, "set '%s' has limits, but no row to predict is predicted", name);
            } else {
                ivc_cli_error(cli,
                              "set '%s' is worse than its limits: median error %s, 90th "
                              "percentile %s",
                              name, median, p90);
            }
            worse++;
        }
    }
    return failed > 0 ? IVC_EXIT_FAILED : worse > 0 ? IVC_EXIT_ACCURACY : IVC_EXIT_OK;
}

/* @return IVC_EXIT_OK, or IVC_EXIT_USAGE after options that do not go together were reported */
static int check_options(IvcCli *cli)
{
    size_t n = g_strv_length((char **)ivc_cli_args(cli));
    if (ivc_cli_value(cli, "write") != NULL && !ivc_cli_flag(cli, "calibrate")) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "option '--write' needs '--calibrate'");
    }
    if ((ivc_cli_value(cli, "path") != NULL || ivc_cli_value(cli, "free") != NULL) &&
        !ivc_cli_flag(cli, "calibrate")) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "options '--path' and '--free' need '--calibrate'");
    }
    if (ivc_cli_flag(cli, "calibrate") && n == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "option '--calibrate' takes a suite, or several of one machine");
    }
    if (ivc_cli_flag(cli, "calibrate") && strcmp(ivc_cli_value(cli, "role"), "all") != 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "option '--role' does not go with '--calibrate': it takes the rows to "
                            "calibrate");
    }
    if (ivc_cli_flag(cli, "calibrate") && strcmp(ivc_cli_value(cli, "format"), "csv") == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "'--calibrate' prints a table or json, not csv");
    }
    return IVC_EXIT_OK;
}

int ivc_cmd_validate(IvcCli *cli)
{
    g_auto(Validation) v = {.folder = {.lock = -1}};
    int status = check_options(cli);
    ivc_cli_catch_signals(cli);
    if (status == IVC_EXIT_OK) {
        status = make_plan(cli, &v);
    }
    if (status == IVC_EXIT_OK) {
        status = open_folder(cli, &v);
    }
    if (status != IVC_EXIT_OK) {
        return status;
    }
    if (ivc_cli_flag(cli, "calibrate")) {
        return ivc_validate_calibrate(cli, (IvcSuite *const *)v.suites->pdata, v.suites->len,
                                      &v.folder);
    }
    status = run_points(cli, &v);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    make_scores(cli, &v);
    if (v.temporary == NULL) {
        status = write_files(cli, &v);
    }
    if (status == IVC_EXIT_OK) {
        g_autofree char *text = ivc_validate_text(v.scores, ivc_cli_value(cli, "format"));
        fputs(text, cli->out);
        fflush(cli->out);
        status = judge(cli, &v);
    }
    return status;
}
