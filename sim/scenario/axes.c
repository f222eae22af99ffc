/* Sweeps: axes from lists, ranges and lock-step tuples, and their expansion into points.
 *
 * Every value is checked for its path when the scenario is bound, so that a sweep of hours does
 * not fail at its last point over a unit. What values do together is checked point by point.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

/* One axis while it is read. */
typedef struct {
    const IvcScenario *s;
    IvcDiags *diags;
    const IvcNode *node;
    GPtrArray *params; /* const IvcParam *, one a path; NULL entries for unknown paths */
    IvcAxis *axis;
    GPtrArray *values; /* char **, one a value */
} AxisRead;

static void complain(AxisRead *r, const char *code, IvcPlace place, const char *hint,
                     const char *text)
{
    ivc_diags_add(r->diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
}

/* Splits the key "a.b, c.d" into paths. */
static void read_paths(AxisRead *r)
{
    g_auto(GStrv) paths = g_strsplit(r->node->key, ",", -1);
    for (size_t i = 0; paths[i]; i++) {
        g_strstrip(paths[i]);
        const IvcParam *param = ivc_scenario_param(r->s, paths[i]);
        if (!param)
            ivc_unknown_path(r->s, paths[i], r->node->key_place, r->diags);
        g_ptr_array_add(r->params, (gpointer)param);
    }
    r->axis->paths = (const char **)g_steal_pointer(&paths);
}

/* Adds one value, an item for each path. */
static void add_value(AxisRead *r, const IvcNode *item)
{
    guint n = r->params->len;
    bool tuple = n > 1;
    if (tuple && (item->kind != IVC_NODE_LIST || item->items->len != n)) {
        g_autofree char *text =
            g_strdup_printf("expected a list of %u values, one for each path", n);
        complain(r, "config-type", item->place, NULL, text);
        return;
    }
    char **texts = g_new0(char *, n + 1);
    for (guint k = 0; k < n; k++) {
        const IvcNode *one = tuple ? item->items->pdata[k] : item;
        const IvcParam *param = r->params->pdata[k];
        if (param)
            (void)ivc_scenario_check_value(r->s, param, one, r->diags);
        texts[k] = ivc_node_flow(one);
    }
    g_ptr_array_add(r->values, texts);
}

static bool too_many(AxisRead *r, size_t n)
{
    if (n <= IVC_AXIS_VALUES_MAX)
        return false;
    complain(r, "config-limit", r->node->key_place, NULL,
             "an axis of more than " G_STRINGIFY(IVC_AXIS_VALUES_MAX) " values");
    return true;
}

static void read_list(AxisRead *r)
{
    if (r->node->items->len == 0)
        complain(r, "config-missing", r->node->place, NULL, "an axis without values");
    if (too_many(r, r->node->items->len))
        return;
    for (guint i = 0; i < r->node->items->len; i++)
        add_value(r, r->node->items->pdata[i]);
}

/* A quantity of a range; false with an error. */
static bool range_part(AxisRead *r, const IvcParam *param, const char *key, IvcAmount *ret)
{
    const IvcNode *node = ivc_node_get(r->node, key);
    IvcQuantity what = IVC_QUANTITY_COUNT;
    IvcQuantityError error = {0};
    if (!node) {
        bool step = strcmp(key, "step") == 0;
        g_autofree char *text = g_strdup_printf("missing key '%s' in a range", key);
        complain(r, "config-missing", r->node->key_place,
                 step ? "a range has 'step' to add or 'times' to multiply by" : NULL, text);
        return false;
    }
    bool from_or_to = strcmp(key, "from") == 0 || strcmp(key, "to") == 0;
    if (from_or_to && !ivc_scenario_check_value(r->s, param, node, r->diags))
        return false;
    if (strcmp(key, "times") != 0)
        (void)ivc_param_quantity(param, &what);
    if (node->kind != IVC_NODE_SCALAR) {
        complain(r, "config-type", node->place, NULL, "expected a number");
        return false;
    }
    if (ivc_quantity_parse(what, node->text, ret, &error))
        return true;
    ivc_diags_add(r->diags, IVC_DIAG_ERROR, error.code, node->place, error.hint, "'%s': %s", key,
                  error.what);
    ivc_quantity_error_clear(&error);
    return false;
}

static const char *range_problem(IvcAmount from, IvcAmount to, IvcAmount step, bool log)
{
    if (from.n > to.n)
        return "'from' is larger than 'to'";
    if (from.n != 0 && from.is_time != to.is_time)
        return "'from' and 'to' are in different units";
    if (log && (step.n < 2 || from.n == 0))
        return "a range with 'times' starts above 0 and multiplies by 2 or more";
    if (!log && step.n == 0)
        return "'step' is 0";
    if (!log && step.is_time != to.is_time)
        return "'step' and 'to' are in different units";
    return NULL;
}

static void expand_range(AxisRead *r, IvcQuantity what, IvcAmount from, IvcAmount to,
                         IvcAmount step, bool log)
{
    IvcAmount at = {.n = from.n, .is_time = to.is_time};
    for (bool more = true; more && at.n <= to.n;) {
        if (too_many(r, r->values->len + 1))
            return;
        char **texts = g_new0(char *, 2);
        texts[0] = ivc_quantity_format(what, at);
        g_ptr_array_add(r->values, texts);
        more = log ? !__builtin_mul_overflow(at.n, step.n, &at.n)
                   : !__builtin_add_overflow(at.n, step.n, &at.n);
    }
}

static void read_range(AxisRead *r)
{
    static const char *const names[] = {"from", "to", "times", "step", NULL};
    const IvcParam *param = r->params->pdata[0];
    bool log = ivc_node_get(r->node, "times") != NULL;
    IvcQuantity what;
    IvcAmount from;
    IvcAmount to;
    IvcAmount step;
    if (!ivc_keys_check(names, r->node, "a range", r->diags) || !param)
        return;
    if (r->params->len > 1 || !ivc_param_quantity(param, &what)) {
        complain(r, "config-type", r->node->place, "list the values",
                 r->params->len > 1 ? "a range is for one path" : "a range is for numbers");
        return;
    }
    if (log && ivc_node_get(r->node, "step")) {
        complain(r, "config-conflict", ivc_node_get(r->node, "step")->key_place, NULL,
                 "a range has either 'times' or 'step'");
        return;
    }
    bool ok = range_part(r, param, "from", &from);
    ok = range_part(r, param, "to", &to) && ok;
    ok = range_part(r, param, log ? "times" : "step", &step) && ok;
    if (!ok)
        return;
    const char *problem = range_problem(from, to, step, log);
    if (problem)
        complain(r, "config-range", r->node->place, NULL, problem);
    else
        expand_range(r, what, from, to, step, log);
}

/* A path has one value in a point: it stands on one axis, once. */
static void check_paths(const IvcScenario *s, const IvcAxis *axis, const IvcNode *node,
                        IvcDiags *diags)
{
    for (size_t k = 0; axis->paths[k]; k++) {
        for (size_t i = 0; i < s->n_axes; i++)
            if (g_strv_contains((const char *const *)s->axes[i].paths, axis->paths[k]))
                ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", node->key_place, NULL,
                              "path '%s' is on two axes", axis->paths[k]);
        for (size_t i = 0; i < k; i++)
            if (strcmp(axis->paths[i], axis->paths[k]) == 0)
                ivc_diags_add(diags, IVC_DIAG_ERROR, "config-duplicate", node->key_place, NULL,
                              "path '%s' is on the axis twice", axis->paths[k]);
    }
}

static void read_axis(IvcScenario *s, const IvcNode *node, IvcDiags *diags)
{
    g_autoptr(GPtrArray) params = g_ptr_array_new();
    IvcAxis *axis = &s->axes[s->n_axes];
    AxisRead r = {.s = s, .diags = diags, .node = node, .params = params, .axis = axis};
    r.values = g_ptr_array_new();
    read_paths(&r);
    if (node->kind == IVC_NODE_LIST)
        read_list(&r);
    else if (node->kind == IVC_NODE_MAP)
        read_range(&r);
    else
        complain(&r, "config-type", node->place, "write for example '[64B, 4KiB]'",
                 "an axis is a list of values or a range {from, to, times}");
    check_paths(s, axis, node, diags);
    axis->n_values = r.values->len;
    axis->values = (const char ***)g_ptr_array_free(r.values, FALSE);
    s->n_axes++;
}

static void read_where(IvcScenario *s, const IvcNode *where, IvcDiags *diags)
{
    bool list = where->kind == IVC_NODE_LIST;
    guint n = list ? where->items->len : 1;
    for (guint i = 0; i < n; i++) {
        const IvcNode *text = list ? where->items->pdata[i] : where;
        IvcWhere *one = ivc_where_compile(s, text, diags);
        if (one)
            g_ptr_array_add(s->where, one);
    }
}

bool ivc_scenario_is_axis(const IvcScenario *s, const char *path)
{
    for (size_t i = 0; i < s->n_axes; i++)
        if (g_strv_contains(s->axes[i].paths, path))
            return true;
    return false;
}

void ivc_sweep_bind(IvcScenario *s, IvcDiags *diags)
{
    static const char *const names[] = {"axes", "where", NULL};
    const IvcNode *sweep = ivc_node_get(s->tree->root, "sweep");
    if (!sweep)
        return;
    if (sweep->kind != IVC_NODE_MAP) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", sweep->place, NULL,
                      "'sweep': expected a map");
        return;
    }
    (void)ivc_keys_check(names, sweep, "sweep", diags);
    const IvcNode *axes = ivc_node_get(sweep, "axes");
    const IvcNode *where = ivc_node_get(sweep, "where");
    if (axes && axes->kind != IVC_NODE_MAP) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", axes->place, NULL,
                      "'axes': expected a map of paths");
    } else if (axes && axes->items->len > IVC_AXES_MAX) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", axes->key_place, NULL,
                      "more than %d axes", IVC_AXES_MAX);
    } else if (axes) {
        s->axes = g_new0(IvcAxis, axes->items->len + 1);
        for (guint i = 0; i < axes->items->len; i++)
            read_axis(s, axes->items->pdata[i], diags);
    }
    if (where)
        read_where(s, where, diags);
}
