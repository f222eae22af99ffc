/*
 * Reads the points that figures are made of, from a results store or from JSON. A store gives what
 * has finished so far, so that a sweep that was stopped can be drawn.
 */
#include "sim/cli/plot_read.h"

#include <errno.h>

#include "sim/cli/plot_data.h"
#include "sim/cli/sweep_output.h"

#define JSON_NAME "points.json"

static json_t *read_store(const char *path, GError **error)
{
    g_autoptr(IvcStore) store = ivc_store_open(path, IVC_STORE_READ, error);
    if (store == NULL) {
        return NULL;
    }
    g_auto(IvcSweepOutput) output = {0};
    if (!ivc_sweep_output_read(store, 0, &output, error)) {
        return NULL;
    }
    json_t *document = json_object();
    json_object_set(document, "points", output.points);
    json_object_set(document, "manifest", output.manifest);
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
        bool named = g_str_has_suffix(path, ".json");
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT, "%s:%d:%d: not JSON: %s%s", path,
                    wrong.line, wrong.column, wrong.text,
                    named ? ""
                          : "\nhint: name a sweep's directory, its " IVC_STORE_FILE
                            " or its " JSON_NAME);
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
    g_autofree char *store = g_build_filename(path, IVC_STORE_FILE, NULL);
    g_autofree char *json = g_build_filename(path, JSON_NAME, NULL);
    if (g_file_test(store, G_FILE_TEST_EXISTS)) {
        return read_store(store, error);
    }
    if (g_file_test(json, G_FILE_TEST_EXISTS)) {
        return read_json(json, error);
    }
    g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_INPUT,
                "'%s' has no results of a sweep: neither %s nor %s", path, IVC_STORE_FILE,
                JSON_NAME);
    return NULL;
}
