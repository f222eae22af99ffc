/*
 * Trials of a calibration are sweeps over the rows to calibrate, kept in the store: values that
 * come again are not simulated again.
 */
#include "sim/cli/validate_calibrate.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/cli_manifest.h"
#include "sim/cli/table.h"
#include "sim/cli/validate_output.h"
#include "sim/stats/export.h"

#define IVC_CALIBRATE_SCHEMA "ivcsim-calibrate/1"

/* What trials work on. */
typedef struct {
    IvcCli *cli;
    IvcSuite *const *suites;
    size_t n;
    const IvcSweepFolder *folder;
    char *program;
    unsigned limit; /* no more trials than these */
    unsigned done;
    double least;         /* sum of squared errors so far */
    int64_t start, noted; /* microseconds */
    size_t failed;        /* rows of the last trial without a prediction */
    char *why;            /* of one of them */
    guint rows;           /* that count */
    bool refused;         /* a scenario refuses the values of the last trial */
    unsigned n_refused;   /* trials */
} Trials;

static bool stopped(GError **error)
{
    g_set_error_literal(error, IVC_SIM_ERROR, IVC_SIM_ERROR_STOPPED, "interrupted");
    return false;
}

/* Runs the rows to calibrate with some values. @return false with an error */
static bool run_trial(const Trials *trials, const IvcSuitePlan *plan, GError **error)
{
    IvcSweepOptions options = {
        .jobs = (unsigned)ivc_cli_count(trials->cli, "jobs", 0),
        .full = ivc_cli_flag(trials->cli, "no-skip"),
        .stop = trials->cli->stop,
        .run = ivc_suite_plan_run,
        .run_user = (void *)plan,
    };
    IvcSweepOutcome outcome = {.stopped = false};
    const IvcSweepPoint *points = (const IvcSweepPoint *)(void *)plan->points->data;
    if (!ivc_sweep_run(trials->folder->store, points, plan->points->len, &options, &outcome,
                       error)) {
        return false;
    }
    return !outcome.stopped || stopped(error);
}

/* Keeps a score beyond its plan and predictions. */
static void detach(Trials *trials, IvcScore *score)
{
    score->parameters = NULL;
    for (guint i = 0; i < score->rows->len; i++) {
        IvcScoreRow *row = &g_array_index(score->rows, IvcScoreRow, i);
        if (row->status == IVC_ROW_FAILED && trials->why == NULL) {
            trials->why = g_strdup(row->why);
        }
        row->why = NULL;
    }
    trials->failed += score->failed;
}

/* The scores of the rows to calibrate with some values. @return IvcScore *, transfer full, or NULL
 */
static GPtrArray *score_with(Trials *trials, const char *const *sets, GError **error)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcSuitePlan) plan = ivc_suite_plan_new(
        trials->suites, trials->n, IVC_ROLES_CALIBRATE, true, sets, trials->program, diags);
    trials->refused = plan == NULL;
    if (plan == NULL) {
        g_autofree char *text = ivc_diags_render(diags);
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_MPI, "values that a scenario refuses:\n%s",
                    text);
        return NULL;
    }
    if (!run_trial(trials, plan, error)) {
        return NULL;
    }
    g_autoptr(GArray) predictions = ivc_suite_plan_predictions(plan, trials->folder->store, error);
    if (predictions == NULL) {
        return NULL;
    }
    g_clear_pointer(&trials->why, g_free);
    trials->failed = 0;
    GPtrArray *scores = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_score_free);
    for (guint s = 0; s < trials->n; s++) {
        IvcScore *score = ivc_score_new(plan, s, predictions, IVC_ROLES_CALIBRATE);
        detach(trials, score);
        g_ptr_array_add(scores, score);
    }
    return scores;
}

/* A row without a prediction counts as one a thousand times too large: no search is drawn there. */
#define FAR_OFF 999

static void append_errors(GArray *errors, const IvcScore *score)
{
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcScoreRow *row = &g_array_index(score->rows, IvcScoreRow, i);
        double value = row->status == IVC_ROW_FAILED ? FAR_OFF : row->error;
        if (row->status != IVC_ROW_WITHOUT_ENTRY) {
            g_array_append_val(errors, value);
        }
    }
}

#define NOTE_EVERY 5000000 /* microseconds */

static void note_progress(Trials *trials, const GArray *errors)
{
    double sum = 0;
    for (guint i = 0; i < errors->len; i++) {
        sum += g_array_index(errors, double, i) * g_array_index(errors, double, i);
    }
    int64_t now = g_get_monotonic_time();
    trials->least = trials->done == 0 ? sum : MIN(sum, trials->least);
    trials->done++;
    if (now - trials->noted < NOTE_EVERY) {
        return;
    }
    trials->noted = now;
    double each = (double)(now - trials->start) / 1e6 / trials->done;
    ivc_cli_note(trials->cli,
                 "trial %u of at most %u, %.2f s each, %.0f s at most: sum of squared errors %.4g, "
                 "least %.4g",
                 trials->done, trials->limit, each, each * (trials->limit - trials->done), sum,
                 trials->least);
}

/* Values that go together in no scenario have no row predicted; but those of the start have. */
static bool attempt(const char *const *sets, GArray **ret_errors, void *user, GError **error)
{
    Trials *trials = user;
    g_autoptr(GError) why = NULL;
    g_autoptr(GPtrArray) scores = score_with(trials, sets, &why);
    bool refused = scores == NULL && trials->refused && trials->rows > 0;
    if (scores == NULL && !refused) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    GArray *errors = g_array_new(FALSE, FALSE, sizeof(double));
    const double far_off = FAR_OFF;
    for (guint i = 0; refused && i < trials->rows; i++) {
        g_array_append_val(errors, far_off);
    }
    for (guint s = 0; !refused && s < scores->len; s++) {
        append_errors(errors, scores->pdata[s]);
    }
    trials->n_refused += refused;
    trials->rows = errors->len;
    note_progress(trials, errors);
    *ret_errors = errors;
    return true;
}

static json_t *parameter_json(const IvcFitted *fitted)
{
    g_autofree char *paths = g_strjoinv(",", fitted->paths);
    g_autofree char *before = ivc_fitted_text(fitted, false);
    g_autofree char *after = ivc_fitted_text(fitted, true);
    g_autofree char *low =
        ivc_quantity_format(fitted->quantity, (IvcAmount){fitted->low, fitted->is_time});
    g_autofree char *high =
        ivc_quantity_format(fitted->quantity, (IvcAmount){fitted->high, fitted->is_time});
    json_t *object = json_object();
    json_object_set_new(object, "path", json_string(paths));
    json_object_set_new(object, "low", json_string(low));
    json_object_set_new(object, "high", json_string(high));
    json_object_set_new(object, "before", json_string(before));
    json_object_set_new(object, "after", json_string(after));
    return object;
}

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void append_rows(json_t *rows, const IvcScore *before, const IvcScore *after)
{
    for (guint i = 0; i < before->rows->len; i++) {
        const IvcScoreRow *from = &g_array_index(before->rows, IvcScoreRow, i);
        const IvcScoreRow *to = &g_array_index(after->rows, IvcScoreRow, i);
        const IvcDataRow *data = from->row;
        json_t *row = json_object();
        json_object_set_new(row, "set", json_string(before->suite->data->name));
        json_object_set_new(row, "path", json_string(data->path));
        json_object_set_new(row, "metric", json_string(data->metric));
        json_object_set_new(row, "unit", json_string(data->unit));
        json_object_set_new(row, "message_bytes",
                            data->sized ? json_integer((json_int_t)data->message_bytes)
                                        : json_null());
        json_object_set_new(row, "measured", real(data->value));
        json_object_set_new(row, "before", real(from->predicted));
        json_object_set_new(row, "after", real(to->predicted));
        json_object_set_new(row, "error_before", real(from->error));
        json_object_set_new(row, "error_after", real(to->error));
        json_array_append_new(rows, row);
    }
}

static json_t *rows_json(const GPtrArray *before, const GPtrArray *after)
{
    json_t *rows = json_array();
    for (guint s = 0; s < before->len; s++) {
        append_rows(rows, before->pdata[s], after->pdata[s]);
    }
    return rows;
}

/* "xenloop-tables, xenloop-osu-latency". @return transfer full */
static char *names_of(const IvcCalibration *calibration)
{
    GString *out = g_string_new(NULL);
    for (size_t s = 0; s < calibration->n_suites; s++) {
        g_string_append_printf(out, "%s%s", s > 0 ? ", " : "", calibration->suites[s]->data->name);
    }
    return g_string_free(out, FALSE);
}

static json_t *make_json(const IvcCalibration *calibration, const GPtrArray *before,
                         const GPtrArray *after)
{
    g_autofree char *names = names_of(calibration);
    json_t *parameters = json_array();
    for (guint i = 0; i < calibration->parameters->len; i++) {
        json_array_append_new(
            parameters, parameter_json(&g_array_index(calibration->parameters, IvcFitted, i)));
    }
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_string(IVC_CALIBRATE_SCHEMA));
    json_object_set_new(document, "status", json_string("ok"));
    json_object_set_new(document, "set", json_string(names));
    json_object_set_new(document, "trials", json_integer(calibration->trials));
    json_object_set_new(document, "sum_before", real(calibration->sum_before));
    json_object_set_new(document, "sum_after", real(calibration->sum_after));
    json_object_set_new(document, "parameters", parameters);
    json_object_set_new(document, "rows", rows_json(before, after));
    return document;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static char *error_of(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    return json_is_real(value) ? ivc_validate_percent(json_real_value(value), true)
                               : g_strdup("not predicted");
}

static void print_table(IvcCli *cli, const IvcCalibration *calibration, const json_t *document)
{
    static const char *const headers[] = {"parameter", "range", ">before", ">after"};
    static const char *const row_headers[] = {"set",   "path",    "metric",
                                              ">size", ">before", ">after"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const json_t *parameters = json_object_get(document, "parameters");
    for (size_t i = 0; i < json_array_size(parameters); i++) {
        const json_t *one = json_array_get(parameters, i);
        g_ptr_array_add(cells, g_strdup(text_of(one, "path")));
        g_ptr_array_add(cells,
                        g_strdup_printf("%s to %s", text_of(one, "low"), text_of(one, "high")));
        g_ptr_array_add(cells, g_strdup(text_of(one, "before")));
        g_ptr_array_add(cells, g_strdup(text_of(one, "after")));
    }
    g_autofree char *table =
        ivc_table_texts(headers, 4, (const char *const *)cells->pdata, json_array_size(parameters));
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
    const json_t *rows = json_object_get(document, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *size = json_object_get(row, "message_bytes");
        g_ptr_array_add(errors, g_strdup(text_of(row, "set")));
        g_ptr_array_add(errors, g_strdup(text_of(row, "path")));
        g_ptr_array_add(errors, g_strdup(text_of(row, "metric")));
        g_ptr_array_add(errors, json_is_integer(size)
                                    ? ivc_human_bytes((uint64_t)json_integer_value(size))
                                    : g_strdup(""));
        g_ptr_array_add(errors, error_of(row, "error_before"));
        g_ptr_array_add(errors, error_of(row, "error_after"));
    }
    g_autofree char *more =
        ivc_table_texts(row_headers, 6, (const char *const *)errors->pdata, json_array_size(rows));
    g_autofree char *sum = ivc_validate_number(calibration->sum_before);
    g_autofree char *sum_after = ivc_validate_number(calibration->sum_after);
    g_autofree char *settings = ivc_calibration_settings(calibration);
    g_autofree char *names = names_of(calibration);
    fprintf(cli->out, "set %s: calibration, %u trials\n%s%ssum of squared errors: %s, then %s\n",
            names, calibration->trials, table, more, sum, sum_after);
    for (guint i = 0; i < calibration->parameters->len; i++) {
        const IvcFitted *fitted = &g_array_index(calibration->parameters, IvcFitted, i);
        if (fitted->after == fitted->low || fitted->after == fitted->high) {
            g_autofree char *paths = g_strjoinv(",", fitted->paths);
            fprintf(cli->out, "at the end of its range: %s\n", paths);
        }
    }
    if (settings[0] != '\0') {
        fprintf(cli->out, "for 'set:' of the suite:\n%s", settings);
    }
}

/* Whether the profile can be written, before what takes long. */
static int check_write(IvcCli *cli, const IvcCalibration *calibration)
{
    const char *file = ivc_cli_value(cli, "write");
    if (file == NULL) {
        return IVC_EXIT_OK;
    }
    if (!ivc_calibration_has_machine(calibration)) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "no parameter of the machine is free: there is no profile to write\n"
                            "hint: what is fitted belongs under 'set' of the suite");
    }
    if (g_file_test(file, G_FILE_TEST_EXISTS) && !g_file_test(file, G_FILE_TEST_IS_DIR)) {
        return IVC_EXIT_OK;
    }
    g_autofree char *folder = g_path_get_dirname(file);
    int reason = g_file_test(file, G_FILE_TEST_IS_DIR)      ? EISDIR
                 : access(folder, W_OK | X_OK) != 0         ? errno
                 : !g_file_test(folder, G_FILE_TEST_IS_DIR) ? ENOTDIR
                                                            : 0;
    return reason == 0 ? IVC_EXIT_OK
                       : ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io", "cannot write '%s': %s", file,
                                      g_strerror(reason));
}

static int write_profile(IvcCli *cli, const IvcCalibration *calibration)
{
    const char *file = ivc_cli_value(cli, "write");
    if (file == NULL) {
        return IVC_EXIT_OK;
    }
    g_autofree char *name = g_path_get_basename(file);
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name) {
        *dot = '\0';
    }
    g_autofree char *profile = ivc_calibration_profile(calibration, name);
    g_assert(profile !=
             NULL); /* a parameter of the machine is free, and its row was bound before */
    return ivc_cli_write_file(cli, file, profile, strlen(profile));
}

/* Both ends of the fit, printed. @return exit status */
static int report(IvcCli *cli, Trials *trials, const IvcCalibration *calibration)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) first = ivc_calibration_sets(calibration, false);
    g_auto(GStrv) last = ivc_calibration_sets(calibration, true);
    g_autoptr(GPtrArray) before = score_with(trials, (const char *const *)first, &error);
    g_autoptr(GPtrArray) after =
        before != NULL ? score_with(trials, (const char *const *)last, &error) : NULL;
    if (after == NULL) {
        return ivc_cli_fail_error(cli, error);
    }
    if (trials->failed > 0) {
        return ivc_cli_fail(cli, IVC_EXIT_FAILED, "scenario", "rows could not be predicted: %s",
                            trials->why);
    }
    int status = write_profile(cli, calibration);
    json_t *document = make_json(calibration, before, after);
    if (strcmp(ivc_cli_value(cli, "format"), "json") != 0) {
        print_table(cli, calibration, document); /* whether or not the profile could be written */
    } else if (status == IVC_EXIT_OK) {
        g_autofree char *text = ivc_export_line(document);
        fprintf(cli->out, "%s\n", text);
    }
    json_decref(document);
    return status;
}

/* @return exit status: usage, when the suites are not of one machine */
static int check_same(IvcCli *cli, IvcSuite *const *suites, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!ivc_calibration_same(suites[0], suites[i])) {
            return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                                "'%s' and '%s' have not the same profile and free parameters\n"
                                "hint: suites that are calibrated together have them in one file "
                                "that both name as 'shared'",
                                suites[0]->file, suites[i]->file);
        }
    }
    return IVC_EXIT_OK;
}

/* Rows of other paths have no part in it, as if they were to be predicted.
 * @return how many are left */
static size_t keep_rows(IvcSuite *const *suites, size_t n, const char *path)
{
    size_t left = 0;
    for (size_t s = 0; s < n; s++) {
        for (guint r = 0; r < suites[s]->data->rows->len; r++) {
            IvcDataRow *row = &g_array_index(suites[s]->data->rows, IvcDataRow, r);
            if (strcmp(row->path, path) != 0) {
                row->role = IVC_ROLE_PREDICT;
            }
            left += row->role == IVC_ROLE_CALIBRATE;
        }
    }
    return left;
}

static bool begins_with(char *const *paths, const char *name)
{
    for (; *paths != NULL; paths++) {
        if (name[0] != '\0' && g_str_has_prefix(*paths, name)) {
            return true;
        }
    }
    return false;
}

/* Marks those whose name begins so. @return whether there are any */
static bool mark(const IvcCalibration *calibration, const char *name, bool *kept)
{
    bool any = false;
    for (guint i = 0; i < calibration->parameters->len; i++) {
        bool is = begins_with(g_array_index(calibration->parameters, IvcFitted, i).paths, name);
        kept[i] = kept[i] || is;
        any = any || is;
    }
    return any;
}

static void keep_parameters(IvcCli *cli, IvcCalibration *calibration, const char *names)
{
    g_auto(GStrv) all = g_strsplit(names, ",", -1);
    g_autofree bool *kept = g_new0(bool, calibration->parameters->len + 1);
    g_autoptr(GPtrArray) unknown = g_ptr_array_new();
    for (char **name = all; *name != NULL; name++) {
        if (!mark(calibration, g_strstrip(*name), kept) && **name != '\0') {
            g_ptr_array_add(unknown, *name);
        }
    }
    for (guint i = calibration->parameters->len; i-- > 0;) {
        if (!kept[i]) {
            g_array_remove_index(calibration->parameters, i);
        }
    }
    for (guint i = 0; calibration->parameters->len > 0 && i < unknown->len; i++) {
        ivc_cli_warning(cli, "no free parameter's name begins with '%s'",
                        (const char *)unknown->pdata[i]);
    }
    calibration->trials_max = IVC_CALIBRATE_TRIALS_EACH * calibration->parameters->len;
}

/* What --path and --free leave. @return exit status */
static int narrow(IvcCli *cli, IvcCalibration *calibration)
{
    const char *path = ivc_cli_value(cli, "path");
    const char *names = ivc_cli_value(cli, "free");
    if (names != NULL) {
        keep_parameters(cli, calibration, names);
    }
    if (calibration->parameters->len == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "no free parameter's name begins with '%s'", names);
    }
    if (path != NULL && keep_rows(calibration->suites, calibration->n_suites, path) == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "no row to calibrate has the path '%s'",
                            path);
    }
    return IVC_EXIT_OK;
}

int ivc_validate_calibrate(IvcCli *cli, IvcSuite *const *suites, size_t n,
                           const IvcSweepFolder *folder)
{
    int status = check_same(cli, suites, n);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcCalibration) calibration = ivc_calibration_new(suites, n, diags);
    if (calibration == NULL) {
        return ivc_cli_fail_diags(cli, diags);
    }
    ivc_cli_print_diags(cli, diags);
    if (calibration->parameters->len == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_SCENARIO, "scenario",
                            "suite '%s' declares no parameter free", suites[0]->file);
    }
    status = narrow(cli, calibration);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    status = check_write(cli, calibration);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    Trials trials = {.cli = cli, .suites = suites, .n = n, .folder = folder};
    trials.program = ivc_cli_program();
    int64_t start = g_get_monotonic_time();
    trials.start = trials.noted = start;
    trials.limit = 1 + 2 * calibration->trials_max;
    g_autoptr(GError) error = NULL;
    if (!ivc_calibration_run(calibration, attempt, &trials, &error)) {
        status = ivc_cli_fail_error(cli, error);
    } else {
        ivc_cli_note(cli, "%u trials in %.1f s", calibration->trials,
                     (double)(g_get_monotonic_time() - start) / 1e6);
        if (trials.n_refused > 0) {
            ivc_cli_note(cli, "%u of them with values that a scenario refuses", trials.n_refused);
        }
        status = report(cli, &trials, calibration);
    }
    g_free(trials.program);
    g_free(trials.why);
    return status;
}
