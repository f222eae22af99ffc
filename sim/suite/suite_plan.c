/*
 * From suites to points and from stored results to predictions. The running itself is the sweep's.
 */
#include "sim/suite/suite_plan.h"

#include <math.h>
#include <string.h>

#include "sim/stats/result_json.h"

static void point_clear(gpointer point)
{
    ivc_sweep_point_clear(point);
}

static void parameter_free(gpointer data)
{
    IvcSuiteParameter *parameter = data;
    g_free(parameter->path);
    g_free(parameter->value);
    g_free(parameter->source);
    g_free(parameter);
}

bool ivc_roles_have(IvcRoles roles, IvcDataRole role)
{
    return roles == IVC_ROLES_ALL || (roles == IVC_ROLES_CALIBRATE) == (role == IVC_ROLE_CALIBRATE);
}

/* "machine.x" as it is, "channels.NAME.x" by the mechanism; NULL: no parameter of the model. */
static char *model_path(const IvcScenario *scenario, const char *path)
{
    if (g_str_has_prefix(path, "machine.") || g_str_has_prefix(path, "hypervisor.") ||
        g_str_has_prefix(path, "workload.")) {
        bool counts = strcmp(path, "machine.profile") != 0 && ivc_scenario_uses(scenario, path);
        return counts ? g_strdup(path) : NULL;
    }
    g_autofree char *channel = g_strdup_printf("channels.%s.", scenario->channel->name);
    if (!g_str_has_prefix(path, channel) || !ivc_scenario_uses(scenario, path)) {
        return NULL;
    }
    const char *key = path + strlen(channel);
    const char *mechanism = scenario->channel->mechanism->head.name;
    return strcmp(key, "mechanism") == 0 || strcmp(key, "between") == 0 || strcmp(key, "mode") == 0
               ? NULL
               : g_strdup_printf("%s.%s", mechanism, key);
}

static void add_parameters(GHashTable *parameters, const IvcScenario *scenario)
{
    for (size_t i = 0; i < ivc_binding_count(scenario->binding); i++) {
        const IvcBound *bound = ivc_binding_get(scenario->binding, i);
        if (bound->kind == IVC_KIND_DESIGN) {
            continue;
        }
        g_autofree char *path = model_path(scenario, bound->path);
        const IvcSuiteParameter *before = path ? g_hash_table_lookup(parameters, path) : NULL;
        if (path == NULL || (before && (bound->kind != IVC_KIND_CALIBRATED ||
                                        before->kind == IVC_KIND_CALIBRATED))) {
            continue; /* a fitted value of one entry counts before defaults of others */
        }
        IvcSuiteParameter *parameter = g_new0(IvcSuiteParameter, 1);
        parameter->path = g_steal_pointer(&path);
        parameter->kind = bound->kind;
        parameter->value = g_strdup(bound->text);
        parameter->source = g_strdup(bound->source);
        g_hash_table_replace(parameters, parameter->path, parameter);
    }
}

static char *label_of(const IvcSuite *suite, const IvcDataRow *row)
{
    if (!row->sized) {
        return g_strdup_printf("%s: %s, %s", suite->data->name, row->path, row->metric);
    }
    return g_strdup_printf("%s: %s, %s, %" G_GUINT64_FORMAT " B", suite->data->name, row->path,
                           row->metric, row->message_bytes);
}

/* @return false after what is wrong was reported */
static bool add_point(IvcSuitePlan *plan, IvcSuitePlace place, const char *const *more,
                      const char *program, IvcDiags *diags)
{
    const IvcSuite *suite = plan->suites[place.suite];
    const IvcDataRow *row = ivc_data_row(suite->data, place.row);
    g_auto(GStrv) sets = NULL;
    g_autoptr(IvcScenario) scenario =
        ivc_suite_bind(suite, place.entry, row, place.choice, more, &sets, diags);
    if (scenario == NULL) {
        return false;
    }
    IvcSweepPoint point = {.key = NULL};
    ivc_sweep_point_make(scenario, sets, program, &point);
    g_free(point.label);
    point.label = label_of(suite, row);
    g_array_append_val(plan->points, point);
    g_array_append_val(plan->places, place);
    add_parameters(plan->parameters->pdata[place.suite], scenario);
    return true;
}

/* A mistake in an entry is the same for all of its rows: said once. */
static void add_suite(IvcSuitePlan *plan, guint s, IvcRoles roles, bool main,
                      const char *const *more, const char *program, IvcDiags *diags)
{
    const IvcSuite *suite = plan->suites[s];
    g_autoptr(GHashTable) broken = g_hash_table_new(NULL, NULL);
    guint n_choices = MAX(suite->choices->len, 1);
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        const IvcSuiteEntry *entry = ivc_suite_entry_of(suite, row);
        if (entry == NULL || !ivc_roles_have(roles, row->role) ||
            g_hash_table_contains(broken, entry)) {
            continue;
        }
        for (guint c = 0; c < n_choices; c++) {
            bool wanted = !main || c == suite->main_choice;
            IvcSuitePlace place = {s, r, c, entry};
            if (wanted && !add_point(plan, place, more, program, diags)) {
                g_hash_table_add(broken, (gpointer)entry);
                break;
            }
        }
    }
}

IvcSuitePlan *ivc_suite_plan_new(IvcSuite *const *suites, size_t n, IvcRoles roles, bool main,
                                 const char *const *more, const char *program, IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcSuitePlan) plan = g_new0(IvcSuitePlan, 1);
    plan->suites = suites;
    plan->n_suites = n;
    plan->points = g_array_new(FALSE, TRUE, sizeof(IvcSweepPoint));
    g_array_set_clear_func(plan->points, point_clear);
    plan->places = g_array_new(FALSE, TRUE, sizeof(IvcSuitePlace));
    plan->parameters = g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref);
    for (guint s = 0; s < n; s++) {
        g_ptr_array_add(plan->parameters,
                        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, parameter_free));
        add_suite(plan, s, roles, main, more, program, diags);
    }
    return ivc_diags_errors(diags) == before ? g_steal_pointer(&plan) : NULL;
}

void ivc_suite_plan_free(IvcSuitePlan *plan)
{
    if (plan == NULL) {
        return;
    }
    g_array_unref(plan->points);
    g_array_unref(plan->places);
    g_ptr_array_unref(plan->parameters);
    g_free(plan);
}

static const IvcSuitePlace *place_at(const IvcSuitePlan *plan, guint i)
{
    return &g_array_index(plan->places, IvcSuitePlace, i);
}

IvcResult *ivc_suite_plan_run(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                              GError **error)
{
    const IvcSuitePlan *plan = user;
    const IvcSweepPoint *first = (const IvcSweepPoint *)(void *)plan->points->data;
    const IvcSuitePlace *place = place_at(plan, (guint)(point - first));
    return ivc_sweep_plan_run(point, hooks, (void *)&place->entry->scenario->plan, error);
}

static void prediction_clear(gpointer data)
{
    g_free(((IvcPrediction *)data)->why);
}

/* @return false with an error of the store */
static bool read_prediction(const IvcSuitePlan *plan, guint i, IvcStore *store, IvcPrediction *ret,
                            GError **error)
{
    const IvcSweepPoint *point = &g_array_index(plan->points, IvcSweepPoint, i);
    const IvcSuitePlace *place = place_at(plan, i);
    const IvcDataRow *row = ivc_data_row(plan->suites[place->suite]->data, place->row);
    *ret = (IvcPrediction){.value = NAN};
    g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
    if (!ivc_store_get(store, point->key, &stored, error)) {
        return false;
    }
    if (stored.status != IVC_STORE_OK) {
        ret->why = g_strdup(stored.status == IVC_STORE_FAILED ? stored.message : "not simulated");
        return true;
    }
    g_autoptr(IvcResult) result = ivc_result_from_json(stored.result, error);
    if (result == NULL) {
        return false;
    }
    double value = 0;
    const IvcUnit *unit = ivc_unit_find(row->unit);
    if (ivc_quantity_value(&place->entry->quantity, unit, result, &value, &ret->why)) {
        ret->value = value;
    }
    return true;
}

GArray *ivc_suite_plan_predictions(const IvcSuitePlan *plan, IvcStore *store, GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(IvcPrediction));
    g_array_set_clear_func(all, prediction_clear);
    for (guint i = 0; i < plan->points->len; i++) {
        IvcPrediction one;
        if (!read_prediction(plan, i, store, &one, error)) {
            return NULL;
        }
        g_array_append_val(all, one);
    }
    return g_steal_pointer(&all);
}
