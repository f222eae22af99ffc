/*
 * A suite file bound to structs. Every section is looked at whatever went wrong in another, so that
 * all errors come in one go. Settings are checked when the points are bound (suite_bind.c).
 */
#include "sim/suite/suite_private.h"

#include <string.h>

/* The keys whose values are single words. */
typedef struct {
    const char *schema;
    const char *about;
    const char *data;
    const char *profile;
    const char *shared;
    const char *scenario;
    const char *choice;
} Head;

static const IvcParam head_params[] = {
    {IVC_PARAM(Head, schema, "schema"), .sentence = "ivcsim-suite/1"},
    {IVC_PARAM(Head, about, "about"), .fallback = IVC_PARAM_UNSET,
     .sentence = "what is compared, and what is not"},
    {IVC_PARAM(Head, data, "data"), .sentence = "the CSV file with the measurements"},
    {IVC_PARAM(Head, profile, "profile"), .sentence = "the chip: a name, or a .yaml file"},
    {IVC_PARAM(Head, shared, "shared"), .fallback = IVC_PARAM_UNSET,
     .sentence = "a file with what suites of one machine have in common"},
    {IVC_PARAM(Head, scenario, "scenario"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the scenario of entries that name none"},
    {IVC_PARAM(Head, choice, "choice"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the stated one of 'choices'"},
    {.key = NULL},
};

static const char *const head_rest[] = {"set",    "paths", "entries", "choices",
                                        "limits", "free",  NULL};

static const IvcParam limit_params[] = {
    {IVC_PARAM(IvcSuiteLimits, median_error, "median_error"), .max = "1000000%",
     .sentence = "of |predicted / measured - 1| over the rows to predict"},
    {IVC_PARAM(IvcSuiteLimits, p90_error, "p90_error"), .max = "1000000%",
     .sentence = "the 90th percentile of the same"},
    {.key = NULL},
};

const IvcNode *ivc_suite_section(const IvcSuiteLoad *load, const char *key, IvcNodeKind kind)
{
    const IvcNode *node = ivc_node_get(load->suite->tree->root, key);
    if (node != NULL && node->kind != kind) {
        ivc_diags_error(load->diags, "config-type", node->place, NULL, "'%s': expected a %s", key,
                        kind == IVC_NODE_MAP ? "map" : "list");
        return NULL;
    }
    return node;
}

IvcPlace ivc_suite_place(const IvcNode *map, const char *key)
{
    const IvcNode *node = ivc_node_get(map, key);
    return node != NULL ? node->place : map->place;
}

/* ---- settings ---- */

static void setting_clear(gpointer data)
{
    g_free(((IvcSetting *)data)->text);
}

GArray *ivc_settings_new(void)
{
    GArray *settings = g_array_new(FALSE, TRUE, sizeof(IvcSetting));
    g_array_set_clear_func(settings, setting_clear);
    return settings;
}

static void settings_add(GArray *settings, char *text, IvcPlace place)
{
    IvcSetting setting = {text, place};
    g_array_append_val(settings, setting);
}

void ivc_settings_append(GArray *settings, const GArray *others)
{
    for (guint i = 0; i < others->len; i++) {
        const IvcSetting *other = &g_array_index(others, IvcSetting, i);
        settings_add(settings, g_strdup(other->text), other->place);
    }
}

/* One value goes to each of the keys that commas stand between. */
static void read_item(const IvcNode *item, GArray *settings)
{
    g_autofree char *value = ivc_node_flow(item);
    g_auto(GStrv) keys = g_strsplit(item->key, ",", -1);
    for (guint k = 0; keys[k] != NULL; k++) {
        settings_add(settings, g_strconcat(g_strstrip(keys[k]), "=", value, NULL), item->key_place);
    }
}

/* `set:` as a map of keys to values, or as a list of KEY=VALUE. */
void ivc_settings_read(const IvcSuiteLoad *load, const IvcNode *node, GArray *settings)
{
    if (node == NULL) {
        return;
    }
    if (node->kind == IVC_NODE_SCALAR) {
        ivc_diags_error(load->diags, "config-type", node->place,
                        "write 'set: {workload.message: 4KiB}'",
                        "'%s': expected a map of settings, or a list of KEY=VALUE",
                        node->key != NULL ? node->key : "set");
        return;
    }
    for (guint i = 0; i < node->items->len; i++) {
        const IvcNode *item = node->items->pdata[i];
        if (node->kind == IVC_NODE_MAP) {
            read_item(item, settings);
        } else if (item->kind == IVC_NODE_SCALAR && strchr(item->text, '=') != NULL) {
            settings_add(settings, g_strdup(item->text), item->place);
        } else {
            ivc_diags_error(load->diags, "config-syntax", item->place,
                            "write 'workload.message=4KiB'", "expected KEY=VALUE");
        }
    }
}

static void named_clear(gpointer data)
{
    IvcNamedSettings *named = data;
    g_free(named->name);
    g_array_unref(named->settings);
}

static GArray *named_new(void)
{
    GArray *all = g_array_new(FALSE, TRUE, sizeof(IvcNamedSettings));
    g_array_set_clear_func(all, named_clear);
    return all;
}

/* `paths:` and `choices:`, maps of names to settings. */
static void read_named(const IvcSuiteLoad *load, const char *key, GArray *all)
{
    const IvcNode *map = ivc_suite_section(load, key, IVC_NODE_MAP);
    for (guint i = 0; map != NULL && i < map->items->len; i++) {
        const IvcNode *node = map->items->pdata[i];
        IvcNamedSettings named = {g_strdup(node->key), ivc_settings_new(), node->key_place};
        ivc_settings_read(load, node, named.settings);
        g_array_append_val(all, named);
    }
}

/* ---- choices, free parameters, limits, profile ---- */

static void read_choices(const IvcSuiteLoad *load, const Head *head)
{
    IvcSuite *suite = load->suite;
    const IvcNode *map = ivc_node_get(suite->tree->root, "choices");
    const IvcNode *named = ivc_node_get(suite->tree->root, "choice");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    read_named(load, "choices", suite->choices);
    for (guint i = 0; i < suite->choices->len; i++) {
        char *name = g_array_index(suite->choices, IvcNamedSettings, i).name;
        if (g_strcmp0(name, head->choice) == 0) {
            suite->main_choice = i;
        }
        g_ptr_array_add(names, name);
    }
    g_ptr_array_add(names, NULL);
    bool has = head->choice != NULL && head->choice[0] != '\0';
    if (names->len > 1 && !has) {
        ivc_diags_error(load->diags, "config-missing", map->key_place, NULL,
                        "'choices' need a 'choice': the stated one of them");
    } else if (has && !g_strv_contains((const char *const *)names->pdata, head->choice)) {
        g_autofree char *hint = ivc_hint_names(head->choice, (const char *const *)names->pdata);
        ivc_diags_error(load->diags, "config-reference", named->place, hint, "unknown choice '%s'",
                        head->choice);
    }
}

static void free_clear(gpointer data)
{
    IvcSuiteFree *parameter = data;
    g_free(parameter->path);
    g_free(parameter->low);
    g_free(parameter->high);
}

/* `free:` as a map of paths to ranges, or as a list of paths whose values state a range. */
static void read_free(const IvcSuiteLoad *load)
{
    IvcSuite *suite = load->suite;
    const IvcNode *node = ivc_node_get(suite->tree->root, "free");
    if (node == NULL) {
        return;
    }
    if (node->kind == IVC_NODE_SCALAR) {
        ivc_diags_error(load->diags, "config-type", node->place, NULL,
                        "'free': expected a map of parameters to ranges, or a list of parameters");
        return;
    }
    for (guint i = 0; i < node->items->len; i++) {
        const IvcNode *item = node->items->pdata[i];
        bool in_map = node->kind == IVC_NODE_MAP;
        bool pair = item->kind == IVC_NODE_LIST && item->items->len == 2;
        const IvcNode *low = pair ? item->items->pdata[0] : NULL;
        const IvcNode *high = pair ? item->items->pdata[1] : NULL;
        if (in_map ? !pair || low->kind != IVC_NODE_SCALAR || high->kind != IVC_NODE_SCALAR
                   : item->kind != IVC_NODE_SCALAR) {
            ivc_diags_error(load->diags, "config-type", item->place,
                            "write '[100cycles, 900cycles]'",
                            in_map ? "expected a range: a list of the lowest and the highest value"
                                   : "expected the path of a parameter");
            continue;
        }
        IvcSuiteFree parameter = {
            .path = g_strdup(in_map ? item->key : item->text),
            .low = in_map ? g_strdup(low->text) : NULL,
            .high = in_map ? g_strdup(high->text) : NULL,
            .place = in_map ? item->key_place : item->place,
            .low_place = in_map ? low->place : item->place,
            .high_place = in_map ? high->place : item->place,
        };
        g_array_append_val(suite->free, parameter);
    }
}

static void read_limits(const IvcSuiteLoad *load)
{
    IvcSuite *suite = load->suite;
    const IvcNode *map = ivc_suite_section(load, "limits", IVC_NODE_MAP);
    if (map != NULL) {
        suite->limited = ivc_param_bind(limit_params, NULL, map, map->key_place, "limits", "limits",
                                        false, &suite->limits, suite->binding, load->diags);
    }
}

/* The profile is a setting like others; a file is found from the suite's folder. */
static void read_profile(const IvcSuiteLoad *load, const Head *head)
{
    IvcSuite *suite = load->suite;
    bool file = g_str_has_suffix(head->profile, ".yaml") || g_str_has_suffix(head->profile, ".yml");
    if (file && !load->path->shipped) {
        g_auto(IvcSuitePath) path = ivc_suite_path_beside(load->path, head->profile);
        suite->profile = g_canonicalize_filename(path.path, NULL);
    } else {
        suite->profile = g_strdup(head->profile);
    }
    GString *text = g_string_new("machine.profile=");
    ivc_yaml_append_text(text, suite->profile);
    settings_add(suite->settings, g_string_free(text, FALSE),
                 ivc_suite_place(suite->tree->root, "profile"));
}

bool ivc_suite_schema(const IvcNode *root, const char *schema, const char *what, IvcDiags *diags)
{
    g_autofree char *hint = g_strdup_printf("begin with 'schema: %s'", schema);
    if (root->kind != IVC_NODE_MAP) {
        ivc_diags_error(diags, "config-type", root->place, hint, "%s is a map of keys", what);
        return false;
    }
    const IvcNode *node = ivc_node_get(root, "schema");
    if (node == NULL) {
        ivc_diags_error(diags, "config-schema", root->place, hint, "missing key 'schema'");
        return false;
    }
    if (node->kind != IVC_NODE_SCALAR || strcmp(node->text, schema) != 0) {
        ivc_diags_error(diags, "config-schema", node->place, hint,
                        "this is not %s that this version reads", what);
        return false;
    }
    return true;
}

static IvcSuite *suite_new(const IvcSuitePath *path, const IvcRegistry *registry)
{
    IvcSuite *suite = g_new0(IvcSuite, 1);
    suite->file = g_strdup(path->path);
    suite->registry = registry;
    suite->binding = ivc_binding_new();
    suite->settings = ivc_settings_new();
    suite->scenarios = g_ptr_array_new_with_free_func(ivc_suite_scenario_free);
    suite->entries = g_array_new(FALSE, TRUE, sizeof(IvcSuiteEntry));
    g_array_set_clear_func(suite->entries, ivc_suite_entry_clear);
    suite->paths = named_new();
    suite->choices = named_new();
    suite->free = g_array_new(FALSE, TRUE, sizeof(IvcSuiteFree));
    g_array_set_clear_func(suite->free, free_clear);
    return suite;
}

IvcSuite *ivc_suite_load(const IvcSuitePath *path, const IvcRegistry *registry, IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcSuite) suite = suite_new(path, registry);
    IvcSuiteLoad load = {path, suite, diags};
    g_autoptr(IvcSource) text = ivc_suite_read(path, (IvcPlace){.line = 0}, diags);
    suite->tree = text != NULL ? ivc_tree_parse(text->name, text->text, text->size, diags) : NULL;
    if (suite->tree == NULL ||
        !ivc_suite_schema(suite->tree->root, IVC_SCHEMA_SUITE, "a suite", diags)) {
        return NULL;
    }
    ivc_suite_shared_read(&load);
    Head head = {.schema = NULL};
    const IvcNode *root = suite->tree->root;
    if (ivc_param_bind(head_params, head_rest, root, root->place, "", "a suite", false, &head,
                       suite->binding, diags)) {
        suite->about = head.about;
        g_auto(IvcSuitePath) data = ivc_suite_path_beside(path, head.data);
        suite->data = ivc_data_set_load(&data, ivc_suite_place(root, "data"), diags);
        read_profile(&load, &head);
    }
    if (suite->shared != NULL && suite->shared->root->kind == IVC_NODE_MAP) {
        ivc_settings_read(&load, ivc_node_get(suite->shared->root, "set"), suite->settings);
    }
    ivc_settings_read(&load, ivc_node_get(root, "set"), suite->settings);
    read_named(&load, "paths", suite->paths);
    read_choices(&load, &head);
    read_limits(&load);
    read_free(&load);
    ivc_suite_entries_read(&load, head.scenario);
    return ivc_diags_errors(diags) == before ? g_steal_pointer(&suite) : NULL;
}

void ivc_suite_free(IvcSuite *suite)
{
    if (suite == NULL) {
        return;
    }
    g_free(suite->file);
    g_free(suite->profile);
    g_array_unref(suite->settings);
    g_array_unref(suite->entries);
    g_array_unref(suite->paths);
    g_array_unref(suite->choices);
    g_array_unref(suite->free);
    g_ptr_array_unref(suite->scenarios);
    ivc_data_set_free(suite->data);
    ivc_binding_free(suite->binding);
    ivc_tree_free(suite->tree);
    ivc_tree_free(suite->shared);
    g_free(suite);
}
