/*
 * From stored points to text. The store keeps results as integers; derived columns are computed
 * here, each time, by the one table of columns.
 */
#include "sim/cli/sweep_output.h"

#include <string.h>

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

/* One point for the outputs, or NULL with an error; the manifest says what became of it. */
static json_t *make_point(const IvcStorePlace *place, const IvcStorePoint *stored, json_t *manifest,
                          GError **error)
{
    json_t *identity = parse_object(place->identity, "plan", error);
    if (identity == NULL) {
        return NULL;
    }
    json_t *point = NULL;
    if (stored->status == IVC_STORE_FAILED) {
        point = json_object();
    } else {
        g_autoptr(GError) problem = NULL;
        g_autoptr(IvcResult) result = ivc_result_from_json(stored->result, &problem);
        if (result == NULL) {
            json_decref(identity);
            g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                        "the results store is damaged: point '%s': %s", place->label,
                        problem->message);
            return NULL;
        }
        point = ivc_point_json(result);
        ivc_manifest_add_recurrence(manifest, place->label, &result->recurrence);
    }
    json_object_update_missing(point, identity);
    json_decref(identity);
    bool failed = stored->status == IVC_STORE_FAILED;
    json_object_set_new(point, "status", json_string(failed ? "failed" : "ok"));
    json_object_set_new(point, "error", failed ? json_string(stored->message) : json_null());
    return point;
}

static bool add_place(IvcStore *store, const IvcStorePlace *place, IvcSweepOutput *output,
                      GError **error)
{
    g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
    if (!ivc_store_get(store, place->key, &stored, error)) {
        return false;
    }
    if (stored.status == IVC_STORE_NONE) {
        return true;
    }
    json_t *point = make_point(place, &stored, output->manifest, error);
    if (point == NULL) {
        return false;
    }
    json_array_append_new(output->points, point);
    output->finished++;
    if (stored.status == IVC_STORE_FAILED) {
        g_ptr_array_add(output->failed, g_strdup_printf("%s: %s", place->label, stored.message));
    }
    return true;
}

bool ivc_sweep_output_read(IvcStore *store, IvcSweepOutput *ret_output, GError **error)
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
    for (guint i = 0; i < plan->len; i++) {
        if (!add_place(store, &g_array_index(plan, IvcStorePlace, i), &output, error)) {
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
    return ivc_sweep_table(output->points);
}

int ivc_sweep_fail_store(IvcCli *cli, const GError *error)
{
    const char *hint = ivc_store_hint(error);
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io", "%s%s%s", error->message,
                        hint != NULL ? "\nhint: " : "", hint != NULL ? hint : "");
}
