/*
 * Results as JSON: the result document, JSON lines and errors. A point stands on one line, so that
 * line tools and diff work on the document too.
 */
#include "sim/stats/export.h"

#include <stdlib.h>

/* 15 significant digits: every fixed-point figure of columns.c comes out as it was rounded. */
#define DUMP_FLAGS (JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

char *ivc_export_line(const json_t *value)
{
    char *text = json_dumps(value, DUMP_FLAGS);
    char *copy = g_strdup(text != NULL ? text : "null");
    free(text); /* jansson allocates with malloc() */
    return copy;
}

static void append_member(GString *out, const char *key, const json_t *value, bool last)
{
    g_autofree char *text = ivc_export_line(value);
    g_string_append_printf(out, "  \"%s\": ", key);
    g_string_append(out, text);
    g_string_append(out, last ? "\n" : ",\n");
}

char *ivc_export_json(const char *status, const json_t *manifest, const json_t *points)
{
    GString *out = g_string_new("{\n");
    g_string_append_printf(out, "  \"schema\": \"%s\",\n  \"status\": \"%s\",\n", IVC_RESULT_SCHEMA,
                           status);
    append_member(out, "manifest", manifest, false);
    g_string_append(out, "  \"points\": [");
    for (size_t i = 0; i < json_array_size(points); i++) {
        g_autofree char *text = ivc_export_line(json_array_get(points, i));
        g_string_append(out, i == 0 ? "\n    " : ",\n    ");
        g_string_append(out, text);
    }
    g_string_append(out, json_array_size(points) > 0 ? "\n  ]\n}\n" : "]\n}\n");
    return g_string_free(out, false);
}

char *ivc_export_jsonl(const json_t *points)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(points); i++) {
        g_autofree char *text = ivc_export_line(json_array_get(points, i));
        g_string_append(out, text);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, false);
}

char *ivc_export_error(const char *code, const char *message, int exit_status,
                       const json_t *details)
{
    /* A message may quote bytes of a file or of the command line that are not UTF-8. */
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    json_t *root = json_object();
    json_t *error = json_object();
    json_object_set_new(error, "code", json_string(code));
    json_object_set_new(error, "message", json_string(valid));
    if (details != NULL) {
        json_t *copy = json_deep_copy(details);
        json_object_set_new(error, "diagnostics", copy);
    }
    json_object_set_new(root, "schema", json_string(IVC_RESULT_SCHEMA));
    json_object_set_new(root, "status", json_string("error"));
    json_object_set_new(root, "error", error);
    json_object_set_new(root, "exit_status", json_integer(exit_status));
    g_autofree char *line = ivc_export_line(root);
    json_decref(root);
    return g_strconcat(line, "\n", NULL);
}
