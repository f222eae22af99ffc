/* A map bound to a spec by its table: keys, defaults, required values, groups, provenance.
 *
 * Every row is bound even after an error, so that all errors come in one go and every field of the
 * spec is set. One value by itself is in param_value.c.
 */
#include <string.h>

#include "sim/config/param_private.h"

typedef struct {
    bool provenance_required;
    void *spec;
    IvcBinding *binding;
    IvcDiags *diags;
    bool failed;
} Bind;

/* One map and what it is called. */
typedef struct {
    const IvcNode *map; /* NULL: all defaults */
    IvcPlace place;     /* where missing keys are reported */
    const char *path;
    const char *what;
} Level;

static void bind_table(Bind *b, const IvcParam *table, const char *const *extra,
                       const Level *level);

static void complain(Bind *b, const char *code, IvcPlace place, const char *hint,
                     const char *format, ...) G_GNUC_PRINTF(5, 6);

static void complain(Bind *b, const char *code, IvcPlace place, const char *hint,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
    b->failed = true;
}

static bool known(const char *const *names, const char *name)
{
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

bool ivc_keys_check(const char *const *names, const IvcNode *map, const char *what, IvcDiags *diags)
{
    bool ok = true;
    for (guint i = 0; i < map->items->len; i++) {
        const IvcNode *child = map->items->pdata[i];
        if (known(names, child->key))
            continue;
        g_autofree char *hint = ivc_hint_names(child->key, names);
        g_autofree char *shown = ivc_text_escape(child->key, strlen(child->key), 40);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-unknown-key", child->key_place, hint,
                      "unknown key '%s' in %s", shown, what);
        ok = false;
    }
    return ok;
}

static void check_keys(Bind *b, const IvcParam *table, const char *const *extra, const Level *level)
{
    if (extra && extra[0] && strcmp(extra[0], "*") == 0)
        return;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; extra && extra[i]; i++)
        g_ptr_array_add(names, (gpointer)extra[i]);
    for (const IvcParam *row = table; row && row->key; row++)
        g_ptr_array_add(names, (gpointer)row->key);
    g_ptr_array_add(names, NULL);
    if (!ivc_keys_check((const char *const *)names->pdata, level->map, level->what, b->diags))
        b->failed = true;
}

/* Zero, or the default: what a field holds when the user's value is refused. */
static bool store_default(Bind *b, const IvcParam *row, IvcValue *ret_value)
{
    *ret_value = (IvcValue){0};
    ivc_value_store(row, ret_value, b->spec);
    if (!row->fallback || row->fallback[0] == '\0')
        return false;
    IvcNode scalar = {.kind = IVC_NODE_SCALAR, .text = (char *)row->fallback};
    g_autoptr(IvcTree) tree = NULL;
    const IvcNode *node = &scalar;
    if (row->type == IVC_PARAM_INDEXES || row->type == IVC_PARAM_NAMES) {
        tree = ivc_tree_parse("default", row->fallback, strlen(row->fallback), b->diags);
        node = tree ? tree->root : node;
    }
    if (!ivc_value_parse(row, node, b->binding, ret_value, b->diags)) {
        complain(b, "internal", (IvcPlace){0}, NULL, "the default of '%s' is not valid", row->key);
        return false;
    }
    ivc_value_store(row, ret_value, b->spec);
    return true;
}

static bool read_kind(Bind *b, const IvcNode *node, IvcKind *ret)
{
    for (int i = 0; node->kind == IVC_NODE_SCALAR && ivc_kind_names[i]; i++) {
        if (strcmp(ivc_kind_names[i], node->text) == 0) {
            *ret = (IvcKind)i;
            return true;
        }
    }
    const char *word = node->text ? node->text : "";
    g_autofree char *hint = ivc_hint_names(word, ivc_kind_names);
    g_autofree char *shown = ivc_text_escape(word, strlen(word), 40);
    complain(b, "config-choice", node->place, hint, "'kind' cannot be '%s'", shown);
    return false;
}

/* Cycles compare with cycles and times with times; 0 is either. */
static bool comparable(IvcAmount a, IvcAmount b)
{
    return a.n == 0 || b.n == 0 || a.is_time == b.is_time;
}

/* `range: [low, high]`, around the value. */
static void read_range(Bind *b, const IvcParam *row, const IvcNode *node, IvcAmount value,
                       IvcBound *bound)
{
    IvcQuantity what;
    IvcValue ends[2] = {0};
    if (!ivc_param_quantity(row, &what)) {
        complain(b, "config-type", node->key_place, "leave it out",
                 "'range': '%s' is no number, and has none", row->key);
        return;
    }
    if (node->kind != IVC_NODE_LIST || node->items->len != 2) {
        complain(b, "config-type", node->place, "write for example '[80cycles, 200cycles]'",
                 "'range': expected a list of the lowest and the highest value");
        return;
    }
    for (guint i = 0; i < 2; i++) {
        if (!ivc_value_parse(row, node->items->pdata[i], b->binding, &ends[i], b->diags)) {
            b->failed = true;
            return;
        }
    }
    bool mixed = !comparable(ends[0].amount, value) || !comparable(ends[1].amount, value);
    if (!mixed && ends[0].amount.n > ends[1].amount.n) {
        complain(b, "config-range", node->place, NULL,
                 "'range': the lowest value comes first, then the highest");
        return;
    }
    if (mixed || ends[0].amount.n > value.n || ends[1].amount.n < value.n) {
        complain(b, "config-range", node->place, NULL, "'range': the value of '%s' is not in it",
                 row->key);
        return;
    }
    bound->low = ends[0].canonical;
    bound->high = ends[1].canonical;
}

/* Reads kind, source and range of a number that is written as a map. */
static void read_provenance(Bind *b, const IvcParam *row, const IvcNode *wrapper,
                            const IvcValue *value, IvcBound *bound)
{
    static const char *const names[] = {"value", "kind", "source", "range", "note", NULL};
    if (!ivc_keys_check(names, wrapper, "a number with its source", b->diags))
        b->failed = true;
    const IvcNode *kind = ivc_node_get(wrapper, "kind");
    const IvcNode *source = ivc_node_get(wrapper, "source");
    const IvcNode *range = ivc_node_get(wrapper, "range");
    IvcQuantity what;
    if (kind && !read_kind(b, kind, &bound->kind))
        return;
    if (source && (source->kind != IVC_NODE_SCALAR || source->text[0] == '\0'))
        complain(b, "config-type", source->place, NULL, "'source': expected text");
    else if (source)
        bound->source = source->text;
    if (range)
        read_range(b, row, range, value->amount, bound);
    if (!b->provenance_required)
        return;
    if (!kind)
        complain(b, "config-provenance", wrapper->key_place, NULL, "'%s' lacks its 'kind'",
                 row->key);
    else if (!source && bound->kind != IVC_KIND_DESIGN)
        complain(b, "config-provenance", wrapper->key_place, NULL, "'%s' lacks its 'source'",
                 row->key);
    else if (!range && bound->kind == IVC_KIND_ASSUMED && ivc_param_quantity(row, &what))
        complain(b, "config-provenance", wrapper->key_place,
                 "an assumed number states how far it may be off: 'range: [low, high]'",
                 "'%s' is assumed and lacks its 'range'", row->key);
}

static void bind_value(Bind *b, const IvcParam *row, const IvcNode *node, IvcBound *bound)
{
    const IvcNode *inner = ivc_node_get(node, "value");
    IvcQuantity what;
    IvcValue value;
    bound->place = inner ? inner->place : node->place;
    if (!inner && b->provenance_required && ivc_param_quantity(row, &what)) {
        complain(b, "config-provenance", node->key_place,
                 "write for example '{value: 120cycles, kind: documented, source: ...}'",
                 "'%s' lacks its source", row->key);
    }
    if (!ivc_value_parse(row, inner ? inner : node, b->binding, &value, b->diags)) {
        b->failed = true;
        store_default(b, row, &value);
        return;
    }
    ivc_value_store(row, &value, b->spec);
    bound->text = value.canonical;
    if (inner)
        read_provenance(b, row, node, &value, bound);
    ivc_binding_add(b->binding, bound);
}

static void bind_default(Bind *b, const IvcParam *row, const Level *level, IvcBound *bound)
{
    IvcValue value;
    bool has = store_default(b, row, &value);
    if (!row->fallback) {
        g_autofree char *hint =
            row->sentence ? g_strdup_printf("%s: %s", row->key, row->sentence) : NULL;
        complain(b, "config-missing", level->place, hint, "missing key '%s' in %s", row->key,
                 level->what);
        return;
    }
    if (!has)
        return;
    bound->text = value.canonical;
    bound->kind = row->kind;
    bound->source = (char *)row->source;
    ivc_binding_add(b->binding, bound);
}

static void bind_group(Bind *b, const IvcParam *row, const IvcNode *node, const char *path,
                       const Level *outer)
{
    g_autofree char *what = g_strdup_printf("'%s'", path);
    Level level = {
        .map = node, .place = node ? node->key_place : outer->place, .path = path, .what = what};
    bind_table(b, row->group, NULL, &level);
}

static void bind_table(Bind *b, const IvcParam *table, const char *const *extra, const Level *given)
{
    Level level = *given;
    if (level.map && level.map->kind != IVC_NODE_MAP) {
        complain(b, "config-type", level.map->place, NULL, "%s: expected a map", level.what);
        level.map = NULL;
        /* the keys that are missing now are not worth a message each */
        for (const IvcParam *row = table; row && row->key; row++) {
            IvcValue value;
            if (row->type != IVC_PARAM_GROUP)
                store_default(b, row, &value);
        }
        return;
    }
    if (level.map)
        check_keys(b, table, extra, &level);
    for (const IvcParam *row = table; row && row->key; row++) {
        const IvcNode *node = level.map ? ivc_node_get(level.map, row->key) : NULL;
        g_autofree char *path =
            level.path[0] ? g_strconcat(level.path, ".", row->key, NULL) : g_strdup(row->key);
        IvcBound bound = {.path = path, .param = row, .kind = IVC_KIND_DESIGN};
        if (row->type == IVC_PARAM_GROUP)
            bind_group(b, row, node, path, &level);
        else if (node)
            bind_value(b, row, node, &bound);
        else
            bind_default(b, row, &level, &bound);
    }
}

bool ivc_param_bind(const IvcParam *table, const char *const *extra, const IvcNode *map,
                    IvcPlace place, const char *path, const char *what, bool provenance_required,
                    void *spec, IvcBinding *binding, IvcDiags *diags)
{
    Bind b = {.provenance_required = provenance_required,
              .spec = spec,
              .binding = binding,
              .diags = diags};
    Level level = {.map = map, .place = place, .path = path, .what = what};
    bind_table(&b, table, extra, &level);
    return !b.failed;
}

bool ivc_param_check(const IvcParam *param, const IvcNode *node, IvcDiags *diags)
{
    g_autoptr(IvcBinding) scratch = ivc_binding_new();
    const IvcNode *inner = ivc_node_get(node, "value");
    IvcValue value;
    return ivc_value_parse(param, inner ? inner : node, scratch, &value, diags);
}
