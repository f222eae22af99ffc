/*
 * The entries of a suite: which rows they predict, by which scenario and quantity, and whether
 * units and names fit the data set.
 */
#include "sim/suite/suite_private.h"

#include <string.h>

#define ENTRIES_MAX 4096

typedef struct {
    const char *path;
    const char *metric;
    const char *scenario;
    const char *predict;
    const char *size;
    const IvcNode *node;
    const IvcSuiteScenario *scenario_read;
    GArray *settings; /* its own, IvcSetting */
} Entry;

static const IvcParam entry_params[] = {
    {IVC_PARAM(Entry, path, "path"), .fallback = IVC_PARAM_UNSET,
     .sentence = "as in the data set; without it all that no other entry predicts"},
    {IVC_PARAM(Entry, metric, "metric"), .sentence = "as in the data set"},
    {IVC_PARAM(Entry, scenario, "scenario"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the scenario file; without it the suite's"},
    {IVC_PARAM(Entry, predict, "predict"), .sentence = "the quantity of the result"},
    {IVC_PARAM(Entry, size, "size"), .fallback = "workload.message",
     .sentence = "the setting that message_bytes goes to"},
    {.key = NULL},
};

static const char *const entry_rest[] = {"set", NULL};

static void entry_clear(gpointer data)
{
    g_clear_pointer(&((Entry *)data)->settings, g_array_unref);
}

void ivc_suite_scenario_free(gpointer data)
{
    IvcSuiteScenario *scenario = data;
    g_free(scenario->path);
    ivc_scenario_source_free(scenario->source);
    g_free(scenario);
}

static const IvcSuiteScenario *find_scenario(const IvcSuiteLoad *load, const char *name,
                                             IvcPlace place)
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

void ivc_suite_entry_clear(gpointer data)
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

/* What 'size' and the entry's own setting of the same key do. `n` rows, of which some have a size.
 */
static void check_size(const IvcSuiteLoad *load, const Entry *entry, guint n, guint sized)
{
    const IvcNode *size = ivc_node_get(entry->node, "size");
    if (size != NULL && sized == 0) {
        ivc_diags_add(load->diags, IVC_DIAG_WARNING, "config-unused", size->place, NULL,
                      "'size' has no effect: no row of this entry has message_bytes");
    }
    g_autofree char *start = g_strconcat(entry->size, "=", NULL);
    for (guint i = 0; sized == n && i < entry->settings->len; i++) {
        const IvcSetting *setting = &g_array_index(entry->settings, IvcSetting, i);
        if (g_str_has_prefix(setting->text, start)) {
            ivc_diags_add(load->diags, IVC_DIAG_WARNING, "config-unused", setting->place, NULL,
                          "'%s' has no effect: message_bytes of the rows goes there", entry->size);
        }
    }
}

/* An entry without a row predicts nothing: a slip in its names. */
static void check_rows(const IvcSuiteLoad *load, const Entry *entry)
{
    const IvcDataSet *data = load->suite->data;
    guint n = 0;
    guint sized = 0;
    for (guint i = 0; data != NULL && i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        bool is = (entry->path == NULL || strcmp(entry->path, row->path) == 0) &&
                  strcmp(entry->metric, row->metric) == 0;
        n += is;
        sized += is && row->sized;
    }
    if (n > 0) {
        check_size(load, entry, n, sized);
    }
    if (n > 0 || data == NULL) {
        return;
    }
    for (int metric = 0; metric < 2; metric++) {
        const char *word = metric ? entry->metric : entry->path;
        if (word == NULL || has_name(data, word, metric)) {
            continue;
        }
        g_autofree char *hint = hint_of_data(data, word, metric);
        ivc_diags_error(load->diags, "config-reference",
                        ivc_suite_place(entry->node, metric ? "metric" : "path"), hint,
                        "the data set has no %s '%s'", metric ? "metric" : "path", word);
        return;
    }
    ivc_diags_error(load->diags, "config-reference", ivc_suite_place(entry->node, "path"), NULL,
                    "the data set has no row with this path and this metric");
}

/* Units of the rows, against what the quantity is. */
static void check_units(const IvcSuiteLoad *load, const IvcNode *node, const IvcSuiteEntry *entry)
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
            ivc_diags_error(load->diags, "config-unit", row->unit_place, hint, "unknown unit '%s'",
                            row->unit);
        } else {
            ivc_diags_error(load->diags, "config-unit", row->unit_place, NULL,
                            "'%s' is %s, which '%s' is not", row->unit,
                            ivc_dimension_name(unit->dimension), entry->predict);
            ivc_diags_add(load->diags, IVC_DIAG_NOTE, NULL, ivc_suite_place(node, "predict"), NULL,
                          "the quantity is named here");
        }
        return; /* the other rows are most likely the same */
    }
}

static void check_twice(const IvcSuiteLoad *load, const IvcSuiteEntry *entry)
{
    for (guint i = 0; i < load->suite->entries->len; i++) {
        const IvcSuiteEntry *other = &g_array_index(load->suite->entries, IvcSuiteEntry, i);
        if (strcmp(other->path, entry->path) == 0 && strcmp(other->metric, entry->metric) == 0) {
            ivc_diags_error(load->diags, "config-duplicate", entry->place, NULL,
                            "this path and metric has an entry already");
            ivc_diags_add(load->diags, IVC_DIAG_NOTE, NULL, other->place, NULL,
                          "the first one is here");
        }
    }
}

/* What all entries of its path have, then its own. */
static GArray *settings_of(const IvcSuiteLoad *load, const Entry *of, const char *path)
{
    const GArray *paths = load->suite->paths;
    GArray *settings = ivc_settings_new();
    for (guint i = 0; i < paths->len; i++) {
        const IvcNamedSettings *named = &g_array_index(paths, IvcNamedSettings, i);
        if (strcmp(named->name, path) == 0) {
            ivc_settings_append(settings, named->settings);
        }
    }
    ivc_settings_append(settings, of->settings);
    return settings;
}

/* An entry, for one path. */
static void add_entry(const IvcSuiteLoad *load, const Entry *of, const char *path)
{
    const IvcNode *size = ivc_node_get(of->node, "size");
    IvcSuiteEntry entry = {.path = g_strdup(path),
                           .metric = g_strdup(of->metric),
                           .scenario = of->scenario_read,
                           .size = g_strdup(of->size),
                           .size_place = size != NULL ? size->place : (IvcPlace){.line = 0},
                           .predict = g_strdup(of->predict),
                           .settings = settings_of(load, of, path),
                           .place = ivc_suite_place(of->node, of->path ? "path" : "metric")};
    if (ivc_quantity_find(entry.predict, &entry.quantity)) {
        check_units(load, of->node, &entry);
    }
    check_twice(load, &entry);
    g_array_append_val(load->suite->entries, entry);
}

/* What is wrong with an entry whatever its path. */
static bool read_entry(const IvcSuiteLoad *load, const IvcNode *node, const char *common,
                       Entry *ret_entry)
{
    IvcSuite *suite = load->suite;
    Entry entry = {.node = node};
    if (node->kind != IVC_NODE_MAP) {
        ivc_diags_error(load->diags, "config-type", node->place, NULL, "an entry: expected a map");
        return false;
    }
    if (!ivc_param_bind(entry_params, entry_rest, node, node->place, "entries", "an entry", false,
                        &entry, suite->binding, load->diags)) {
        return false;
    }
    bool own = entry.scenario != NULL && entry.scenario[0] != '\0';
    const char *scenario = own ? entry.scenario : common;
    if (scenario == NULL || scenario[0] == '\0') {
        ivc_diags_error(load->diags, "config-missing", node->place, NULL,
                        "missing key 'scenario' in an entry, and the suite has none for all");
    } else {
        const IvcNode *root = suite->tree->root;
        entry.scenario_read =
            find_scenario(load, scenario, ivc_suite_place(own ? node : root, "scenario"));
    }
    IvcQuantityRef quantity;
    if (!ivc_quantity_find(entry.predict, &quantity)) {
        g_autofree char *hint = ivc_hint_names(entry.predict, ivc_quantity_names());
        ivc_diags_error(load->diags, "config-reference", ivc_suite_place(node, "predict"), hint,
                        "unknown quantity '%s'", entry.predict);
    }
    entry.settings = ivc_settings_new();
    ivc_settings_read(load, ivc_node_get(node, "set"), entry.settings);
    check_rows(load, &entry);
    *ret_entry = entry;
    return true;
}

/* An entry without a path predicts the rows of its metric that no other one does. */
static void add_rest(const IvcSuiteLoad *load, const Entry *of)
{
    const IvcDataSet *data = load->suite->data;
    guint before = load->suite->entries->len;
    bool any = false;
    for (guint i = 0; data != NULL && i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        bool matches = strcmp(row->metric, of->metric) == 0;
        any = any || matches;
        if (matches && ivc_suite_entry_of(load->suite, row) == NULL) {
            add_entry(load, of, row->path);
        }
    }
    if (any && load->suite->entries->len == before) {
        ivc_diags_error(load->diags, "config-duplicate", of->node->place, NULL,
                        "all rows of this metric have an entry already");
    }
}

/* Settings of a path without an entry do nothing: a slip in its name. A shared file may have paths
 * that only other suites predict. */
static void check_paths(const IvcSuiteLoad *load)
{
    const IvcSuite *suite = load->suite;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < suite->entries->len; i++) {
        char *path = g_array_index(suite->entries, IvcSuiteEntry, i).path;
        if (!g_ptr_array_find_with_equal_func(names, path, g_str_equal, NULL)) {
            g_ptr_array_add(names, path);
        }
    }
    g_ptr_array_add(names, NULL);
    for (guint i = 0; i < suite->paths->len; i++) {
        const IvcNamedSettings *named = &g_array_index(suite->paths, IvcNamedSettings, i);
        bool own = named->place.source == suite->tree->root->place.source;
        if (own && !g_strv_contains((const char *const *)names->pdata, named->name)) {
            g_autofree char *hint = ivc_hint_names(named->name, (const char *const *)names->pdata);
            ivc_diags_error(load->diags, "config-reference", named->place, hint,
                            "no entry has the path '%s'", named->name);
        }
    }
}

void ivc_suite_entries_read(const IvcSuiteLoad *load, const char *scenario)
{
    IvcNode *root = load->suite->tree->root;
    const IvcNode *list = ivc_suite_section(load, "entries", IVC_NODE_LIST);
    if (ivc_node_get(root, "entries") == NULL) {
        ivc_diags_error(load->diags, "config-missing", root->place, NULL,
                        "missing key 'entries' in a suite");
    }
    if (list != NULL && (list->items->len == 0 || list->items->len > ENTRIES_MAX)) {
        ivc_diags_error(load->diags, list->items->len == 0 ? "config-missing" : "config-limit",
                        list->place, NULL,
                        list->items->len == 0 ? "'entries' is empty" : "too many entries");
        return;
    }
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(rest, entry_clear);
    for (guint i = 0; list != NULL && i < list->items->len; i++) {
        Entry entry;
        if (!read_entry(load, list->items->pdata[i], scenario, &entry)) {
            continue;
        }
        if (entry.path != NULL) {
            add_entry(load, &entry, entry.path);
            entry_clear(&entry);
        } else {
            g_array_append_val(rest, entry);
        }
    }
    for (guint i = 0; i < rest->len; i++) {
        add_rest(load, &g_array_index(rest, Entry, i));
    }
    check_paths(load);
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
