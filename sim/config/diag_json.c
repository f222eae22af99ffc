/* Diagnostics as JSON, one object each; the texts are those of the rendering for people. */
#include "sim/config/diag_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *text_or_null(const char *text)
{
    json_t *string = text ? json_string(text) : NULL;
    return string ? string : json_null();
}

static json_t *one(const IvcDiag *diag)
{
    static const char *const levels[] = {
        [IVC_DIAG_ERROR] = "error", [IVC_DIAG_WARNING] = "warning", [IVC_DIAG_NOTE] = "note"};
    json_t *object = json_object();
    bool placed = diag->place.source && diag->place.line > 0;
    /* a file name may hold any bytes; JSON holds text */
    g_autofree char *file =
        diag->place.source
            ? ivc_text_escape(diag->place.source->name, strlen(diag->place.source->name), 4096)
            : NULL;
    json_object_set_new(object, "file", text_or_null(file));
    json_object_set_new(object, "line", placed ? json_integer(diag->place.line) : json_null());
    json_object_set_new(object, "column", placed ? json_integer(diag->place.column) : json_null());
    json_object_set_new(object, "level", json_string(levels[diag->level]));
    json_object_set_new(object, "code", text_or_null(diag->code));
    json_object_set_new(object, "message", text_or_null(diag->text));
    json_object_set_new(object, "hint", text_or_null(diag->hint));
    return object;
}

char *ivc_diags_json(const IvcDiags *diags)
{
    json_t *array = json_array();
    for (size_t i = 0; i < ivc_diags_count(diags); i++)
        json_array_append_new(array, one(ivc_diags_get(diags, i)));
    char *raw = json_dumps(array, JSON_INDENT(2));
    json_decref(array);
    char *text = g_strconcat(raw ? raw : "[]", "\n", NULL);
    free(raw);
    return text;
}
