/*
 * The JSON Schema (draft-07) of suites and of what they share. What needs the data set, the
 * scenario or another file (rows, units, parameters, ranges) is left to `ivcsim validate`.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/suite/suite.h"

#define SHARE "^(0|(0|[1-9][0-9]*)(\\.[0-9]+)? ?%)$"

static json_t *sentence(json_t *schema, const char *text)
{
    json_object_set_new(schema, "description", json_string(text));
    return schema;
}

static json_t *text(const char *what)
{
    return sentence(json_pack("{s:s,s:i}", "type", "string", "minLength", 1), what);
}

static json_t *scalar(void)
{
    return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

/* A map of keys to values, or a list of KEY=VALUE. */
static json_t *settings(const char *what)
{
    return sentence(json_pack("{s:[{s:s},{s:s,s:{s:s,s:s}}]}", "anyOf", "type", "object", "type",
                              "array", "items", "type", "string", "pattern", "="),
                    what);
}

static json_t *named(const char *one, const char *all)
{
    return sentence(json_pack("{s:s,s:o}", "type", "object", "additionalProperties", settings(one)),
                    all);
}

static json_t *free_parameters(void)
{
    json_t *range = json_pack("{s:s,s:i,s:i,s:o}", "type", "array", "minItems", 2, "maxItems", 2,
                              "items", scalar());
    return sentence(json_pack("{s:[{s:s,s:o},{s:s,s:{s:s}}]}", "anyOf", "type", "object",
                              "additionalProperties", range, "type", "array", "items", "type",
                              "string"),
                    "parameters that a calibration may move, with their ranges");
}

static json_t *limits(void)
{
    return sentence(json_pack("{s:s,s:{s:{s:s},s:{s:s}},s:[s,s],s:b}", "type", "object",
                              "properties", "median_error", "$ref", "#/definitions/share",
                              "p90_error", "$ref", "#/definitions/share", "required",
                              "median_error", "p90_error", "additionalProperties", 0),
                    "what the errors must not exceed");
}

/* The names of the quantities; what follows a point is the suite's. */
static json_t *quantity(void)
{
    g_autoptr(GString) pattern = g_string_new("^(");
    for (const IvcQuantityRow *row = ivc_quantities; row->name != NULL; row++) {
        g_autofree char *name = g_regex_escape_string(row->name, -1);
        bool open = g_str_has_suffix(row->name, ".");
        g_string_append_printf(pattern, "%s%s%s", row == ivc_quantities ? "" : "|", name,
                               open ? ".+" : "");
    }
    g_string_append(pattern, ")$");
    return sentence(json_pack("{s:s,s:s}", "type", "string", "pattern", pattern->str),
                    "the quantity of the result: see 'ivcsim list quantities'");
}

static json_t *entries(void)
{
    json_t *properties = json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o}", "path",
        text("as in the data set; without it all that no other entry predicts"), "metric",
        text("as in the data set"), "predict", quantity(), "scenario",
        text("the scenario file; without it the suite's"), "size",
        text("the setting that message_bytes goes to"), "set", settings("settings of this entry"));
    json_t *entry = json_pack("{s:s,s:o,s:[s,s],s:b}", "type", "object", "properties", properties,
                              "required", "metric", "predict", "additionalProperties", 0);
    return sentence(json_pack("{s:s,s:i,s:o}", "type", "array", "minItems", 1, "items", entry),
                    "which rows are predicted, and how");
}

/* The keys that both kinds of files may have. */
static json_t *common(const char *schema)
{
    return json_pack(
        "{s:{s:s},s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "schema", "const", schema, "about",
        sentence(json_pack("{s:s}", "type", "string"), "what is compared, and what is not"),
        "profile", text("the chip: a name, or a .yaml file"), "set", settings("of all entries"),
        "paths", named("settings of this path", "settings of all entries of a path"), "choice",
        text("the stated one of 'choices'"), "choices",
        named("settings of this choice", "plausible ways to settle what the source leaves open"),
        "free", free_parameters());
}

static char *finish(json_t *root)
{
    json_object_set_new(root, "definitions",
                        json_pack("{s:{s:[{s:s,s:s},{s:i}]}}", "share", "anyOf", "type", "string",
                                  "pattern", SHARE, "const", 0));
    char *raw = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    g_assert(raw != NULL);
    char *owned = g_strconcat(raw, "\n", NULL);
    free(raw);
    return owned;
}

char *ivc_suite_json_schema(void)
{
    json_t *properties = common(IVC_SCHEMA_SUITE);
    json_object_set_new(properties, "data", text("the CSV file with the measurements"));
    json_object_set_new(properties, "shared", text("a file with what suites share"));
    json_object_set_new(properties, "scenario", text("of entries that name none"));
    json_object_set_new(properties, "entries", entries());
    json_object_set_new(properties, "limits", limits());
    return finish(json_pack(
        "{s:s,s:s,s:s,s:o,s:[s,s,s],s:[{s:[s]},{s:[s]}],s:b}", "$schema",
        "http://json-schema.org/draft-07/schema#", "title", "ivcsim suite, " IVC_SCHEMA_SUITE,
        "type", "object", "properties", properties, "required", "schema", "data", "entries",
        "anyOf", "required", "profile", "required", "shared", "additionalProperties", 0));
}

char *ivc_suite_shared_json_schema(void)
{
    return finish(json_pack(
        "{s:s,s:s,s:s,s:o,s:[s],s:b}", "$schema", "http://json-schema.org/draft-07/schema#",
        "title", "ivcsim shared part of suites, " IVC_SCHEMA_SHARED, "type", "object", "properties",
        common(IVC_SCHEMA_SHARED), "required", "schema", "additionalProperties", 0));
}
