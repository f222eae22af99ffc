/*
 * From stored points to text. The store keeps results as integers; derived columns are computed
 * here, each time, by the one table of columns.
 */
#include "sim/cli/sweep_output.h"

#include <string.h>

#include "sim/base/parallel.h"
#include "sim/stats/columns.h"
#include "sim/stats/export.h"
#include "sim/stats/manifest.h"
#include "sim/stats/result_json.h"

void ivc_sweep_output_clear(IvcSweepOutput *output)
{
    json_decref(output->points);
    json_decref(output->manifest);
    g_clear_pointer(&output->failed, g_ptr_array_unref);
    memset(output, 0, sizeof *output);
}

/* A text that the store holds as JSON; the seal covers results, but not these. */
static json_t *parse_object(const char *text, const char *what, GError **error)
{
    json_t *object = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!json_is_object(object)) {
        json_decref(object);
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "the results store is damaged: its %s cannot be read", what);
        return NULL;
    }
    return object;
}

/* So many stored texts are held in memory beside the points that are made of them. */
#define ROWS_AT_ONCE 256

/* A place of the plan on its way from the store into the output. */
typedef struct {
    const IvcStorePlace *place;
    IvcStorePoint stored;
    json_t *point;     /* NULL: the point has not finished, or `error` says why */
    IvcResult *result; /* NULL: the point has none */
    GError *error;
} Row;

static void clear_row(gpointer data)
{
    Row *row = data;
    ivc_store_point_clear(&row->stored);
    json_decref(row->point);
    g_clear_pointer(&row->result, ivc_result_free);
    g_clear_error(&row->error);
}

static json_t *point_of_result(Row *row)
{
    g_autoptr(GError) problem = NULL;
    row->result = ivc_result_from_json(row->stored.result, &problem);
    if (row->result == NULL) {
        g_set_error(&row->error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "the results store is damaged: point '%s': %s", row->place->label,
                    problem->message);
        return NULL;
    }
    return ivc_point_json(row->result);
}

/* A stored point may have been simulated for a scenario that differs in what decides no result. */
static void update_told(json_t *point, json_t *identity)
{
    static const char *const told[] = {"scenario", "parameters", "parameters_assumed",
                                       "parameters_calibrated"};
    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        json_t *value = json_object_get(identity, told[i]);
        if (value != NULL) {
            json_object_set(point, told[i], value);
        }
    }
}

/* Makes one point for the outputs; several threads do, each with rows of its own. */
static void make_point(size_t i, void *user)
{
    GArray *rows = user;
    Row *row = &g_array_index(rows, Row, i);
    if (row->stored.status == IVC_STORE_NONE) {
        return;
    }
    json_t *identity = parse_object(row->place->identity, "plan", &row->error);
    if (identity == NULL) {
        return;
    }
    bool failed = row->stored.status == IVC_STORE_FAILED;
    json_t *point = failed ? json_object() : point_of_result(row);
    if (point != NULL) {
        json_object_update_missing(point, identity);
        update_told(point, identity);
        json_object_set_new(point, "status", json_string(failed ? "failed" : "ok"));
        json_object_set_new(point, "error",
                            failed ? json_string(row->stored.message) : json_null());
    }
    json_decref(identity);
    g_clear_pointer(&row->stored.result, g_free); /* is in the point now */
    row->point = point;
}

/* Puts a row into the output; the manifest says what became of its run. */
static bool add_row(Row *row, IvcSweepOutput *output, GError **error)
{
    if (row->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&row->error));
        return false;
    }
    if (row->stored.status == IVC_STORE_NONE) {
        return true;
    }
    json_array_append_new(output->points, g_steal_pointer(&row->point));
    output->finished++;
    if (row->stored.status == IVC_STORE_FAILED) {
        g_ptr_array_add(output->failed,
                        g_strdup_printf("%s: %s", row->place->label, row->stored.message));
    } else {
        ivc_manifest_add_recurrence(output->manifest, row->place->label, &row->result->recurrence);
        ivc_manifest_add_sampling(output->manifest, row->place->label, row->result);
    }
    return true;
}

/* A store has one user; what was read from it is then turned into points on several threads. */
static bool read_points(IvcStore *store, const GArray *plan, guint from, unsigned jobs,
                        IvcSweepOutput *output, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(Row));
    g_array_set_clear_func(rows, clear_row);
    for (guint i = from; i < plan->len && i - from < ROWS_AT_ONCE; i++) {
        Row row = {.place = &g_array_index(plan, IvcStorePlace, i)};
        if (!ivc_store_get(store, row.place->key, &row.stored, error)) {
            return false;
        }
        g_array_append_val(rows, row);
    }
    ivc_parallel(jobs, rows->len, make_point, rows);
    for (guint i = 0; i < rows->len; i++) {
        if (!add_row(&g_array_index(rows, Row, i), output, error)) {
            return false;
        }
    }
    return true;
}

bool ivc_sweep_output_read(IvcStore *store, unsigned jobs, IvcSweepOutput *ret_output,
                           GError **error)
{
    g_auto(IvcSweepOutput)
        output = {.points = json_array(), .failed = g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(GArray) plan = ivc_store_plan(store, error);
    if (plan == NULL) {
        return false;
    }
    g_autofree char *manifest = NULL;
    if (!ivc_store_text(store, IVC_SWEEP_TEXT_MANIFEST, &manifest, error)) {
        return false;
    }
    output.manifest = parse_object(manifest, "manifest", error);
    if (output.manifest == NULL) {
        return false;
    }
    output.planned = plan->len;
    for (guint from = 0; from < plan->len; from += ROWS_AT_ONCE) {
        if (!read_points(store, plan, from, jobs, &output, error)) {
            return false;
        }
    }
    *ret_output = output;
    memset(&output, 0, sizeof output);
    return true;
}

char *ivc_sweep_output_text(const IvcSweepOutput *output, const char *format)
{
    if (strcmp(format, "csv") == 0) {
        return ivc_export_csv(output->points);
    }
    if (strcmp(format, "jsonl") == 0) {
        return ivc_export_jsonl(output->points);
    }
    if (strcmp(format, "json") == 0) {
        bool whole = output->finished == output->planned && output->failed->len == 0;
        return ivc_export_json(whole ? "ok" : "partial", output->manifest, output->points);
    }
    char *matrix = ivc_sweep_matrix(output->points, output->manifest);
    g_autofree char *table = matrix != NULL ? matrix : ivc_sweep_table(output->points);
    g_autofree char *comparison = ivc_sweep_comparison(output->points, output->manifest);
    return g_strconcat(table, comparison, NULL);
}

int ivc_sweep_fail_store(IvcCli *cli, const GError *error)
{
    const char *hint = ivc_store_hint(error);
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, ivc_cli_error_code(error), "%s%s%s", error->message,
                        hint != NULL ? "\nhint: " : "", hint != NULL ? hint : "");
}
