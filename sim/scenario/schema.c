/* The JSON Schema (draft-07) of scenario files, made from the same tables as the parser.
 *
 * Every quantity is a pattern, every choice an enum, and each mechanism and workload a variant
 * that allows its own keys only. What needs arithmetic (ranges, references between objects) is
 * said in descriptions and left to `ivcsim check`.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario_private.h"

#define NUMBER "(0|[1-9][0-9]*)(\\.[0-9]+)?"
#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
#define SCENARIO_NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

static const struct {
    IvcParamType type;
    const char *name;
    const char *pattern;
} quantities[] = {
    {IVC_PARAM_TIME, "time", "^" NUMBER " ?(ps|ns|us|ms|s)$"},
    {IVC_PARAM_COST, "cost", "^" NUMBER " ?(cycles|ps|ns|us|ms|s)$"},
    {IVC_PARAM_SIZE, "size", "^" NUMBER " ?(B|KiB|MiB|GiB|TiB)$"},
    {IVC_PARAM_RATE, "rate", "^" NUMBER " ?[kMGT]?(bit|B)/s$"},
    {IVC_PARAM_CLOCK, "clock", "^" NUMBER " ?[kMG]?Hz$"},
    {IVC_PARAM_SHARE, "share", "^(0|" NUMBER " ?%)$"},
};

static json_t *reference(const char *name)
{
    g_autofree char *text = g_strconcat("#/definitions/", name, NULL);
    return json_pack("{s:s}", "$ref", text);
}

static json_t *strings(const char *const *words)
{
    json_t *array = json_array();
    for (size_t i = 0; words && words[i]; i++)
        json_array_append_new(array, json_string(words[i]));
    return array;
}

static json_t *definitions(void)
{
    json_t *all = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(quantities); i++) {
        /* a bare 0 is read by YAML as a number */
        json_t *quantity =
            json_pack("{s:[{s:s,s:s},{s:s,s:[i]}]}", "anyOf", "type", "string", "pattern",
                      quantities[i].pattern, "type", "integer", "enum", 0);
        json_object_set_new(all, quantities[i].name, quantity);
    }
    json_object_set_new(all, "count", json_pack("{s:s,s:i}", "type", "integer", "minimum", 0));
    json_object_set_new(all, "text",
                        json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean"));
    json_object_set_new(
        all, "indexes",
        json_pack("{s:s,s:{s:s,s:i}}", "type", "array", "items", "type", "integer", "minimum", 0));
    json_object_set_new(
        all, "names",
        json_pack("{s:s,s:{s:s,s:i}}", "type", "array", "items", "type", "string", "minLength", 1));
    return all;
}

/* The value of a row by itself. */
static json_t *plain_value(const IvcParam *row)
{
    for (size_t i = 0; i < G_N_ELEMENTS(quantities); i++) {
        if (quantities[i].type == row->type)
            return reference(quantities[i].name);
    }
    switch (row->type) {
    case IVC_PARAM_COUNT:
        return reference("count");
    case IVC_PARAM_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case IVC_PARAM_CHOICE:
        return json_pack("{s:o}", "enum", strings(row->choices));
    case IVC_PARAM_INDEXES:
        return reference("indexes");
    case IVC_PARAM_NAMES:
        if (row->choices)
            return json_pack("{s:s,s:{s:o}}", "type", "array", "items", "enum",
                             strings(row->choices));
        return reference("names");
    default:
        return reference("text");
    }
}

static json_t *describe(const IvcParam *row)
{
    g_autoptr(GString) text = g_string_new(row->sentence ? row->sentence : row->key);
    if (row->fallback && row->fallback[0] != '\0')
        g_string_append_printf(text, "; default %s", row->fallback);
    if (row->min)
        g_string_append_printf(text, "; at least %s", row->min);
    if (row->max)
        g_string_append_printf(text, "; at most %s", row->max);
    return json_string(text->str);
}

/* The value of a row, by itself or with its provenance. */
static json_t *value_schema(const IvcParam *row)
{
    json_t *sourced = json_pack(
        "{s:s,s:{s:o,s:{s:o},s:{s:s},s:{s:s},s:{s:s,s:i,s:i,s:o}},s:[s],s:b}", "type", "object",
        "properties", "value", plain_value(row), "kind", "enum", strings(ivc_kind_names), "source",
        "type", "string", "note", "type", "string", "range", "type", "array", "minItems", 2,
        "maxItems", 2, "items", plain_value(row), "required", "value", "additionalProperties", 0);
    return json_pack("{s:o,s:[o,o]}", "description", describe(row), "anyOf", plain_value(row),
                     sourced);
}

static json_t *object_schema(void)
{
    return json_pack("{s:s,s:{},s:[],s:b}", "type", "object", "properties", "required",
                     "additionalProperties", 0);
}

static void add_row(json_t *object, const char *key, json_t *schema, bool required)
{
    json_object_set_new(json_object_get(object, "properties"), key, schema);
    if (required)
        json_array_append_new(json_object_get(object, "required"), json_string(key));
}

/* Adds a table to an object schema; `all_optional` where a profile gives what is not written. */
static void add_table(json_t *object, const IvcParam *table, bool all_optional)
{
    for (const IvcParam *row = table; row && row->key; row++) {
        if (row->type == IVC_PARAM_GROUP) {
            json_t *group = object_schema();
            add_table(group, row->group, all_optional);
            bool needed = json_array_size(json_object_get(group, "required")) > 0;
            if (row->sentence)
                json_object_set_new(group, "description", json_string(row->sentence));
            add_row(object, row->key, group, needed);
        } else {
            add_row(object, row->key, value_schema(row), !all_optional && !row->fallback);
        }
    }
}

static json_t *named_map(json_t *entry)
{
    return json_pack("{s:s,s:i,s:{s:s},s:o}", "type", "object", "minProperties", 1, "propertyNames",
                     "pattern", NAME_PATTERN, "additionalProperties", entry);
}

/* One branch: when `key` is `name`, the object has exactly these keys. */
static json_t *variant(const char *key, const char *name, const char *summary, json_t *object)
{
    json_object_set_new(
        json_object_get(object, "properties"), key,
        json_pack("{s:s,s:s}", "const", name, "description", summary ? summary : name));
    return json_pack("{s:{s:{s:{s:s}}},s:o}", "if", "properties", key, "const", name, "then",
                     object);
}

static json_t *channel_schema(const IvcRegistry *registry)
{
    g_autofree const char **names = ivc_mechanism_names(registry);
    json_t *variants = json_array();
    for (size_t i = 0; registry->mechanisms[i]; i++) {
        const IvcComponent *head = &registry->mechanisms[i]->head;
        json_t *object = object_schema();
        add_table(object, ivc_channel_params, false);
        add_table(object, head->params, false);
        json_array_append_new(variants, variant("mechanism", head->name, head->summary, object));
    }
    return json_pack("{s:s,s:[s],s:{s:{s:o}},s:o}", "type", "object", "required", "mechanism",
                     "properties", "mechanism", "enum", strings(names), "allOf", variants);
}

static json_t *workload_schema(const IvcRegistry *registry)
{
    g_autofree const char **names = ivc_workload_names(registry);
    json_t *variants = json_array();
    for (size_t i = 0; registry->workloads[i]; i++) {
        const IvcComponent *head = &registry->workloads[i]->head;
        json_t *object = object_schema();
        add_table(object, ivc_workload_kind_param, false);
        g_autofree IvcParam *common = ivc_workload_table(registry->workloads[i]);
        add_table(object, common, false);
        add_table(object, head->params, false);
        json_array_append_new(variants, variant("kind", head->name, head->summary, object));
    }
    return json_pack("{s:s,s:[s],s:{s:{s:o}},s:o}", "type", "object", "required", "kind",
                     "properties", "kind", "enum", strings(names), "allOf", variants);
}

static json_t *machine_schema(const IvcRegistry *registry)
{
    g_autofree const char **names = ivc_profile_names(registry);
    json_t *machine = object_schema();
    json_t *profile =
        json_pack("{s:o,s:[{s:o},{s:s,s:s}]}", "description", describe(ivc_machine_profile_param),
                  "anyOf", "enum", strings(names), "type", "string", "pattern", "\\.ya?ml$");
    add_row(machine, "profile", profile, false);
    add_table(machine, registry->machine->params, true);
    /* without a profile the scenario itself gives every number that has no default */
    json_t *alone = object_schema();
    add_table(alone, registry->machine->params, false);
    json_t *required = json_incref(json_object_get(alone, "required"));
    json_decref(alone);
    json_object_set_new(machine, "if", json_pack("{s:{s:[s]}}", "not", "required", "profile"));
    json_object_set_new(machine, "then", json_pack("{s:o}", "required", required));
    return machine;
}

static json_t *sweep_schema(void)
{
    json_t *range = json_pack(
        "{s:s,s:{s:{},s:{},s:{s:s,s:i},s:{}},s:[s,s],s:[{s:[s]},{s:[s]}],s:b}", "type", "object",
        "properties", "from", "to", "times", "type", "integer", "minimum", 2, "step", "required",
        "from", "to", "oneOf", "required", "times", "required", "step", "additionalProperties", 0);
    json_t *axes = json_pack(
        "{s:s,s:i,s:s,s:{s:[{s:s,s:i},o]}}", "type", "object", "maxProperties", IVC_AXES_MAX,
        "description", "path, or several paths joined by commas, to its values",
        "additionalProperties", "anyOf", "type", "array", "minItems", 1, range);
    json_t *where =
        json_pack("{s:s,s:[{s:s},{s:s,s:{s:s}}]}", "description",
                  "constraints that every point satisfies: 'workload.message <= 256B'", "anyOf",
                  "type", "string", "type", "array", "items", "type", "string");
    json_t *sweep = object_schema();
    add_row(sweep, "axes", axes, false);
    add_row(sweep, "where", where, false);
    return sweep;
}

static json_t *table_schema(const IvcParam *table)
{
    json_t *object = object_schema();
    add_table(object, table, false);
    return object;
}

char *ivc_scenario_schema(const IvcRegistry *registry)
{
    json_t *root = json_pack(
        "{s:s,s:s,s:s,s:o}", "$schema", "http://json-schema.org/draft-07/schema#", "title",
        "ivcsim scenario, " IVC_SCHEMA, "type", "object", "definitions", definitions());
    json_object_set_new(root, "properties", json_object());
    json_object_set_new(root, "required", json_array());
    json_object_set_new(root, "additionalProperties", json_false());
    json_t *schema = json_pack("{s:s,s:s}", "const", IVC_SCHEMA, "description",
                               "the format of the file; must be the first key");
    add_row(root, "schema", schema, true);
    json_t *name = json_pack("{s:s,s:s,s:o}", "type", "string", "pattern", SCENARIO_NAME_PATTERN,
                             "description", describe(&ivc_scenario_top_params[0]));
    add_row(root, "name", name, true);
    add_row(root, "about", value_schema(&ivc_scenario_top_params[1]), false);
    add_row(root, "machine", machine_schema(registry), true);
    add_row(root, "hypervisor", table_schema(ivc_hypervisor_params), false);
    add_row(root, "guests", named_map(table_schema(ivc_guest_params)), true);
    add_row(root, "channels", named_map(channel_schema(registry)), true);
    add_row(root, "channel",
            json_pack("{s:s,s:o}", "type", "string", "description",
                      describe(ivc_scenario_channel_param)),
            false);
    add_row(root, "workload", workload_schema(registry), true);
    add_row(root, "cluster", table_schema(ivc_cluster_params), false);
    add_row(root, "limits", table_schema(ivc_limits_params), false);
    add_row(root, "statistics", table_schema(ivc_statistics_params), false);
    add_row(root, "sweep", sweep_schema(), false);
    add_row(root, "report", table_schema(ivc_report_params), false);
    char *raw = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    char *text = g_strconcat(raw ? raw : "", "\n", NULL);
    free(raw);
    return text;
}
