/*
 * Reads the points that figures are made of, from a results store or from JSON. A store gives what
 * has finished so far, so that a sweep that was stopped can be drawn.
 */
#include "sim/cli/plot_read.h"

#include <errno.h>
#include <string.h>

#include "sim/cli/plot_data.h"
#include "sim/scenario/store.h"
#include "sim/stats/columns.h"
#include "sim/stats/result_json.h"

#define STORE_NAME "results.sqlite"
#define JSON_NAME "points.json"

/* The assignments of a point's label, "channel=shmem workload.message=64KiB", become keys. */
static void add_assignments(json_t *point, const char *label)
{
    g_auto(GStrv) words = g_strsplit(label, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        char *equals = strchr(*word, '=');
        if (equals == NULL) {
            continue;
        }
        *equals = '\0';
        if (strchr(*word, '.') != NULL && json_object_get(point, *word) == NULL) {
            json_object_set_new(point, *word, json_string(equals + 1));
        }
    }
}

static json_t *point_of(const IvcStorePoint *stored, const char *label, GError **error)
{
    if (stored->status != IVC_STORE_OK) {
        const char *message = stored->message != NULL ? stored->message : "";
        return json_pack("{s:s, s:s}", "status", "failed", "error", message);
    }
    g_autoptr(IvcResult) result = ivc_result_from_json(stored->result, error);
    if (result == NULL) {
        return NULL;
    }
    json_t *point = ivc_point_json(result);
    add_assignments(point, label);
    return point;
}

/* Adds all points of the plan that have finished. */
static bool add_points(IvcStore *store, json_t *points, GError **error)
{
    g_autoptr(GArray) plan = ivc_store_plan(store, error);
    if (plan == NULL) {
        return false;
    }
    for (guint i = 0; i < plan->len; i++) {
        const IvcStorePlace *place = &g_array_index(plan, IvcStorePlace, i);
        g_auto(IvcStorePoint) stored = {0};
        if (!ivc_store_get(store, place->key, &stored, error)) {
            return false;
        }
        if (stored.status == IVC_STORE_NONE) {
            continue;
        }
        json_t *point = point_of(&stored, place->label != NULL ? place->label : "", error);
        if (point == NULL) {
            return false;
        }
        json_array_append_new(points, point);
    }
    return true;
}

static json_t *read_store(const char *path, GError **error)
{
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, error);
    if (store == NULL) {
        return NULL;
    }
    json_t *points = json_array();
    g_autofree char *text = NULL;
    if (!add_points(store, points, error) || !ivc_store_text(store, "manifest", &text, error)) {
        json_decref(points);
        return NULL;
    }
    json_t *document = json_object();
    json_object_set_new(document, "points", points);
    json_t *manifest = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (manifest != NULL) {
        json_object_set_new(document, "manifest", manifest);
    }
    return document;
}

static json_t *read_json(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, error)) {
        return NULL;
    }
    json_error_t wrong;
    json_t *document = json_loadb(text, size, 0, &wrong);
    if (document == NULL) {
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT, "%s:%d:%d: not JSON: %s", path,
                    wrong.line, wrong.column, wrong.text);
        return NULL;
    }
    if (json_is_array(document)) {
        json_t *whole = json_object();
        json_object_set_new(whole, "points", document);
        return whole;
    }
    return document;
}

json_t *ivc_plot_read(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "cannot read '%s': %s", path,
                    g_strerror(ENOENT));
        return NULL;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return g_str_has_suffix(path, ".sqlite") ? read_store(path, error) : read_json(path, error);
    }
    g_autofree char *store = g_build_filename(path, STORE_NAME, NULL);
    g_autofree char *json = g_build_filename(path, JSON_NAME, NULL);
    if (g_file_test(store, G_FILE_TEST_EXISTS)) {
        return read_store(store, error);
    }
    if (g_file_test(json, G_FILE_TEST_EXISTS)) {
        return read_json(json, error);
    }
    g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT,
                "'%s' has no results of a sweep: neither %s nor %s", path, STORE_NAME, JSON_NAME);
    return NULL;
}
