/*
 * A suite file bound to structs. Every section is looked at whatever went wrong in another, so that
 * all errors come in one go. Settings are checked when the points are bound (suite_bind.c).
 */
#include "sim/suite/suite.h"

#include <string.h>

#define ENTRIES_MAX 4096

typedef struct {
    const IvcSuitePath *path;
    IvcSuite *suite;
    IvcDiags *diags;
} Load;

/* The keys whose values are single words. */
typedef struct {
    const char *schema;
    const char *about;
    const char *data;
    const char *profile;
    const char *scenario;
    const char *choice;
} Head;

static const IvcParam head_params[] = {
    {IVC_PARAM(Head, schema, "schema"), .sentence = "ivcsim-suite/1"},
    {IVC_PARAM(Head, about, "about"), .fallback = IVC_PARAM_UNSET,
     .sentence = "what is compared, and what is not"},
    {IVC_PARAM(Head, data, "data"), .sentence = "the CSV file with the measurements"},
    {IVC_PARAM(Head, profile, "profile"), .sentence = "the chip: a name, or a .yaml file"},
    {IVC_PARAM(Head, scenario, "scenario"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the scenario of entries that name none"},
    {IVC_PARAM(Head, choice, "choice"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the stated one of 'choices'"},
    {.key = NULL},
};

static const char *const head_rest[] = {"set", "entries", "choices", "limits", "free", NULL};

typedef struct {
    const char *path;
    const char *metric;
    const char *scenario;
    const char *predict;
    const char *size;
} Entry;

static const IvcParam entry_params[] = {
    {IVC_PARAM(Entry, path, "path"), .sentence = "as in the data set"},
    {IVC_PARAM(Entry, metric, "metric"), .sentence = "as in the data set"},
    {IVC_PARAM(Entry, scenario, "scenario"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the scenario file; without it the suite's"},
    {IVC_PARAM(Entry, predict, "predict"), .sentence = "the quantity of the result"},
    {IVC_PARAM(Entry, size, "size"), .fallback = "workload.message",
     .sentence = "the setting that message_bytes goes to"},
    {.key = NULL},
};

static const char *const entry_rest[] = {"set", NULL};

static const IvcParam limit_params[] = {
    {IVC_PARAM(IvcSuiteLimits, median_error, "median_error"), .max = "1000000%",
     .sentence = "of |predicted / measured - 1| over the rows to predict"},
    {IVC_PARAM(IvcSuiteLimits, p90_error, "p90_error"), .max = "1000000%",
     .sentence = "the 90th percentile of the same"},
    {.key = NULL},
};

static void complain(const Load *load, const char *code, IvcPlace place, const char *hint,
                     const char *format, ...) G_GNUC_PRINTF(5, 6);

static void complain(const Load *load, const char *code, IvcPlace place, const char *hint,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ivc_diags_add(load->diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
}

static const IvcNode *section(const Load *load, const char *key, IvcNodeKind kind)
{
    const IvcNode *node = ivc_node_get(load->suite->tree->root, key);
    if (node != NULL && node->kind != kind) {
        complain(load, "config-type", node->place, NULL, "'%s': expected a %s", key,
                 kind == IVC_NODE_MAP ? "map" : "list");
        return NULL;
    }
    return node;
}

/* ---- settings ---- */

static void setting_clear(gpointer data)
{
    g_free(((IvcSetting *)data)->text);
}

static GArray *settings_new(void)
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

/* `set:` as a map of paths to values, or as a list of KEY=VALUE. */
static void read_settings(const Load *load, const IvcNode *node, GArray *settings)
{
    if (node == NULL) {
        return;
    }
    if (node->kind == IVC_NODE_SCALAR) {
        complain(load, "config-type", node->place, "write 'set: {workload.message: 4KiB}'",
                 "'%s': expected a map of settings, or a list of KEY=VALUE",
                 node->key != NULL ? node->key : "set");
        return;
    }
    for (guint i = 0; i < node->items->len; i++) {
        const IvcNode *item = node->items->pdata[i];
        if (node->kind == IVC_NODE_MAP) {
            g_autofree char *flow = ivc_node_flow(item);
            settings_add(settings, g_strconcat(item->key, "=", flow, NULL), item->key_place);
        } else if (item->kind == IVC_NODE_SCALAR && strchr(item->text, '=') != NULL) {
            settings_add(settings, g_strdup(item->text), item->place);
        } else {
            complain(load, "config-syntax", item->place, "write 'workload.message=4KiB'",
                     "expected KEY=VALUE");
        }
    }
}

/* ---- scenarios and entries ---- */

static void scenario_free(gpointer data)
{
    IvcSuiteScenario *scenario = data;
    g_free(scenario->path);
    ivc_scenario_source_free(scenario->source);
    g_free(scenario);
}

static const IvcSuiteScenario *find_scenario(const Load *load, const char *name, IvcPlace place)
{
    IvcSuite *suite = load->suite;
    g_auto(IvcSuitePath) path = ivc_suite_path_beside(load->path, name);
    for (guint i = 0; i < suite->scenarios->len; i++) {
        const IvcSuiteScenario *known = suite->scenarios->pdata[i];
        if (strcmp(known->path, path.path) == 0) {
            return known->source != NULL ? known : NULL;
        }
    }
    IvcSuiteScenario *scenario = g_new0(IvcSuiteScenario, 1);
    scenario->path = g_strdup(path.path);
    g_ptr_array_add(suite->scenarios, scenario);
    g_autoptr(IvcSource) text = ivc_suite_read(&path, place, load->diags);
    if (text == NULL) {
        return NULL;
    }
    scenario->source =
        ivc_scenario_source_parse(text->name, text->text, text->size, suite->registry, load->diags);
    scenario->plan.source = scenario->source;
    return scenario->source != NULL ? scenario : NULL;
}

static void entry_clear(gpointer data)
{
    IvcSuiteEntry *entry = data;
    g_free(entry->path);
    g_free(entry->metric);
    g_free(entry->size);
    g_free(entry->predict);
    g_array_unref(entry->settings);
}

static bool matches(const IvcSuiteEntry *entry, const IvcDataRow *row)
{
    return strcmp(entry->path, row->path) == 0 && strcmp(entry->metric, row->metric) == 0;
}

static IvcPlace place_of(const IvcNode *map, const char *key)
{
    const IvcNode *node = ivc_node_get(map, key);
    return node != NULL ? node->place : map->place;
}

/* "did you mean", over what the data set has. */
static char *hint_of_data(const IvcDataSet *data, const char *word, bool metric)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        const char *name = metric ? row->metric : row->path;
        if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
            g_ptr_array_add(names, (gpointer)name);
        }
    }
    g_ptr_array_add(names, NULL);
    return ivc_hint_names(word, (const char *const *)names->pdata);
}

static bool has_name(const IvcDataSet *data, const char *word, bool metric)
{
    for (guint i = 0; i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        if (strcmp(metric ? row->metric : row->path, word) == 0) {
            return true;
        }
    }
    return false;
}

/* An entry without a row predicts nothing: a slip in its names. */
static void check_rows(const Load *load, const IvcNode *node, const IvcSuiteEntry *entry)
{
    const IvcDataSet *data = load->suite->data;
    if (data == NULL) {
        return;
    }
    for (guint i = 0; i < data->rows->len; i++) {
        if (matches(entry, ivc_data_row(data, i))) {
            return;
        }
    }
    for (int metric = 0; metric < 2; metric++) {
        const char *word = metric ? entry->metric : entry->path;
        if (has_name(data, word, metric)) {
            continue;
        }
        g_autofree char *hint = hint_of_data(data, word, metric);
        complain(load, "config-reference", place_of(node, metric ? "metric" : "path"), hint,
                 "the data set has no %s '%s'", metric ? "metric" : "path", word);
        return;
    }
    complain(load, "config-reference", place_of(node, "path"), NULL,
             "the data set has no row with this path and this metric");
}

/* Units of the rows, against what the quantity is. */
static void check_units(const Load *load, const IvcNode *node, const IvcSuiteEntry *entry)
{
    const IvcDataSet *data = load->suite->data;
    for (guint i = 0; data != NULL && i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        if (!matches(entry, row)) {
            continue;
        }
        const IvcUnit *unit = ivc_unit_find(row->unit);
        if (unit != NULL && (entry->quantity.row->dimensions & 1u << unit->dimension) != 0) {
            continue;
        }
        if (unit == NULL) {
            g_autoptr(GPtrArray) names = g_ptr_array_new();
            for (const IvcUnit *one = ivc_units; one->name != NULL; one++) {
                g_ptr_array_add(names, (gpointer)one->name);
            }
            g_ptr_array_add(names, NULL);
            g_autofree char *hint = ivc_hint_names(row->unit, (const char *const *)names->pdata);
            complain(load, "config-unit", row->unit_place, hint, "unknown unit '%s'", row->unit);
        } else {
            complain(load, "config-unit", row->unit_place, NULL, "'%s' is %s, which '%s' is not",
                     row->unit, ivc_dimension_name(unit->dimension), entry->predict);
            ivc_diags_add(load->diags, IVC_DIAG_NOTE, NULL, place_of(node, "predict"), NULL,
                          "the quantity is named here");
        }
        return; /* the other rows are most likely the same */
    }
}

static void check_twice(const Load *load, const IvcSuiteEntry *entry)
{
    for (guint i = 0; i < load->suite->entries->len; i++) {
        const IvcSuiteEntry *other = &g_array_index(load->suite->entries, IvcSuiteEntry, i);
        if (strcmp(other->path, entry->path) == 0 && strcmp(other->metric, entry->metric) == 0) {
            complain(load, "config-duplicate", entry->place, NULL,
                     "this path and metric has an entry already");
            ivc_diags_add(load->diags, IVC_DIAG_NOTE, NULL, other->place, NULL,
                          "the first one is here");
        }
    }
}

static void read_entry(const Load *load, const IvcNode *node, const Head *head)
{
    IvcSuite *suite = load->suite;
    Entry bound = {.path = NULL};
    if (node->kind != IVC_NODE_MAP) {
        complain(load, "config-type", node->place, NULL, "an entry: expected a map");
        return;
    }
    if (!ivc_param_bind(entry_params, entry_rest, node, node->place, "entries", "an entry", false,
                        &bound, suite->binding, load->diags)) {
        return;
    }
    bool own = bound.scenario != NULL && bound.scenario[0] != '\0';
    const char *scenario = own ? bound.scenario : head->scenario;
    IvcSuiteEntry entry = {.path = g_strdup(bound.path),
                           .metric = g_strdup(bound.metric),
                           .size = g_strdup(bound.size),
                           .predict = g_strdup(bound.predict),
                           .settings = settings_new(),
                           .place = place_of(node, "path")};
    read_settings(load, ivc_node_get(node, "set"), entry.settings);
    if (scenario == NULL || scenario[0] == '\0') {
        complain(load, "config-missing", node->place, NULL,
                 "missing key 'scenario' in an entry, and the suite has none for all");
    } else {
        const IvcNode *root = suite->tree->root;
        entry.scenario = find_scenario(load, scenario, place_of(own ? node : root, "scenario"));
    }
    if (!ivc_quantity_find(entry.predict, &entry.quantity)) {
        g_autofree char *hint = ivc_hint_names(entry.predict, ivc_quantity_names());
        complain(load, "config-reference", place_of(node, "predict"), hint, "unknown quantity '%s'",
                 entry.predict);
    } else {
        check_units(load, node, &entry);
    }
    check_rows(load, node, &entry);
    check_twice(load, &entry);
    g_array_append_val(suite->entries, entry);
}

static void read_entries(const Load *load, const Head *head)
{
    IvcNode *root = load->suite->tree->root;
    const IvcNode *list = section(load, "entries", IVC_NODE_LIST);
    if (ivc_node_get(root, "entries") == NULL) {
        complain(load, "config-missing", root->place, NULL, "missing key 'entries' in a suite");
    }
    if (list != NULL && (list->items->len == 0 || list->items->len > ENTRIES_MAX)) {
        complain(load, list->items->len == 0 ? "config-missing" : "config-limit", list->place, NULL,
                 list->items->len == 0 ? "'entries' is empty" : "too many entries");
        return;
    }
    for (guint i = 0; list != NULL && i < list->items->len; i++) {
        read_entry(load, list->items->pdata[i], head);
    }
}

/* ---- the rest ---- */

static void choice_clear(gpointer data)
{
    IvcSuiteChoice *choice = data;
    g_free(choice->name);
    g_array_unref(choice->settings);
}

static void read_choices(const Load *load, const Head *head)
{
    IvcSuite *suite = load->suite;
    const IvcNode *map = section(load, "choices", IVC_NODE_MAP);
    const IvcNode *named = ivc_node_get(suite->tree->root, "choice");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; map != NULL && i < map->items->len; i++) {
        const IvcNode *node = map->items->pdata[i];
        IvcSuiteChoice choice = {g_strdup(node->key), settings_new()};
        read_settings(load, node, choice.settings);
        if (head->choice != NULL && strcmp(node->key, head->choice) == 0) {
            suite->main_choice = i;
        }
        g_ptr_array_add(names, node->key);
        g_array_append_val(suite->choices, choice);
    }
    g_ptr_array_add(names, NULL);
    bool has = head->choice != NULL && head->choice[0] != '\0';
    if (names->len > 1 && !has) {
        complain(load, "config-missing", map->key_place, NULL,
                 "'choices' need a 'choice': the stated one of them");
    } else if (has && !g_strv_contains((const char *const *)names->pdata, head->choice)) {
        g_autofree char *hint = ivc_hint_names(head->choice, (const char *const *)names->pdata);
        complain(load, "config-reference", named->place, hint, "unknown choice '%s'", head->choice);
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
static void read_free(const Load *load)
{
    IvcSuite *suite = load->suite;
    const IvcNode *node = ivc_node_get(suite->tree->root, "free");
    if (node == NULL) {
        return;
    }
    if (node->kind == IVC_NODE_SCALAR) {
        complain(load, "config-type", node->place, NULL,
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
            complain(load, "config-type", item->place, "write '[100cycles, 900cycles]'",
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

static void read_limits(const Load *load)
{
    IvcSuite *suite = load->suite;
    const IvcNode *map = section(load, "limits", IVC_NODE_MAP);
    if (map != NULL) {
        suite->limited = ivc_param_bind(limit_params, NULL, map, map->key_place, "limits", "limits",
                                        false, &suite->limits, suite->binding, load->diags);
    }
}

/* The profile is a setting like others; a file is found from the suite's folder. */
static void read_profile(const Load *load, const Head *head)
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
                 place_of(suite->tree->root, "profile"));
}

static bool check_schema(const Load *load)
{
    const IvcNode *root = load->suite->tree->root;
    const char *hint = "begin with 'schema: " IVC_SCHEMA_SUITE "'";
    if (root->kind != IVC_NODE_MAP) {
        complain(load, "config-type", root->place, hint, "a suite is a map of keys");
        return false;
    }
    const IvcNode *schema = ivc_node_get(root, "schema");
    if (schema == NULL) {
        complain(load, "config-schema", root->place, hint, "missing key 'schema'");
        return false;
    }
    if (schema->kind != IVC_NODE_SCALAR || strcmp(schema->text, IVC_SCHEMA_SUITE) != 0) {
        complain(load, "config-schema", schema->place, hint,
                 "this is not a suite that this version reads");
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
    suite->settings = settings_new();
    suite->scenarios = g_ptr_array_new_with_free_func(scenario_free);
    suite->entries = g_array_new(FALSE, TRUE, sizeof(IvcSuiteEntry));
    g_array_set_clear_func(suite->entries, entry_clear);
    suite->choices = g_array_new(FALSE, TRUE, sizeof(IvcSuiteChoice));
    g_array_set_clear_func(suite->choices, choice_clear);
    suite->free = g_array_new(FALSE, TRUE, sizeof(IvcSuiteFree));
    g_array_set_clear_func(suite->free, free_clear);
    return suite;
}

IvcSuite *ivc_suite_load(const IvcSuitePath *path, const IvcRegistry *registry, IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcSuite) suite = suite_new(path, registry);
    Load load = {path, suite, diags};
    g_autoptr(IvcSource) text = ivc_suite_read(path, (IvcPlace){.line = 0}, diags);
    suite->tree = text != NULL ? ivc_tree_parse(text->name, text->text, text->size, diags) : NULL;
    if (suite->tree == NULL || !check_schema(&load)) {
        return NULL;
    }
    Head head = {.schema = NULL};
    const IvcNode *root = suite->tree->root;
    if (ivc_param_bind(head_params, head_rest, root, root->place, "", "a suite", false, &head,
                       suite->binding, diags)) {
        suite->about = head.about;
        g_auto(IvcSuitePath) data = ivc_suite_path_beside(path, head.data);
        suite->data = ivc_data_set_load(&data, place_of(root, "data"), diags);
        read_profile(&load, &head);
    }
    read_settings(&load, ivc_node_get(root, "set"), suite->settings);
    read_choices(&load, &head);
    read_limits(&load);
    read_free(&load);
    read_entries(&load, &head);
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
    g_array_unref(suite->choices);
    g_array_unref(suite->free);
    g_ptr_array_unref(suite->scenarios);
    ivc_data_set_free(suite->data);
    ivc_binding_free(suite->binding);
    ivc_tree_free(suite->tree);
    g_free(suite);
}

const IvcSuiteEntry *ivc_suite_entry_of(const IvcSuite *suite, const IvcDataRow *row)
{
    for (guint i = 0; i < suite->entries->len; i++) {
        const IvcSuiteEntry *entry = &g_array_index(suite->entries, IvcSuiteEntry, i);
        if (matches(entry, row)) {
            return entry;
        }
    }
    return NULL;
}
