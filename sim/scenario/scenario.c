/* A scenario bound from its tree: top keys, machine, guests, channels, workload, limits, report.
 *
 * Each section is bound whatever went wrong in another, so that all errors come in one go. What
 * objects demand of each other is in validate.c, guests in guests.c, the sweep in axes.c and
 * where.c.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

typedef struct {
    IvcScenarioSource *source;
    IvcScenario *s;
    IvcDiags *diags;
} Bind;

static const char *const any_keys[] = {"*", NULL};

static IvcNode *section(const Bind *b, const char *key)
{
    return (IvcNode *)ivc_node_get(b->s->tree->root, key);
}

/* The place that stands for the whole file. */
static IvcPlace top_place(const Bind *b)
{
    return b->s->tree->root->place;
}

static bool complain(Bind *b, const char *code, IvcPlace place, const char *hint, const char *text)
{
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
    return false;
}

/* False when nothing else in the file can be judged. */
static bool check_schema(Bind *b)
{
    const IvcNode *root = b->s->tree->root;
    const IvcNode *schema = section(b, "schema");
    const char *hint = "begin with 'schema: " IVC_SCHEMA "'";
    if (!schema)
        return complain(b, "config-schema", top_place(b), hint, "missing key 'schema'") || true;
    bool is_text = schema->kind == IVC_NODE_SCALAR;
    if (is_text && strcmp(schema->text, IVC_SCHEMA) != 0 &&
        g_str_has_prefix(schema->text, "ivcsim/"))
        hint = "the file was written for another version of this program";
    if (!is_text || strcmp(schema->text, IVC_SCHEMA) != 0)
        return complain(b, "config-schema", schema->place, hint,
                        "this version reads the schema '" IVC_SCHEMA "' only");
    if (root->items->pdata[0] != schema)
        complain(b, "config-schema", schema->key_place, NULL, "'schema' must be the first key");
    return true;
}

static void bind_top(Bind *b)
{
    IvcNode *root = b->s->tree->root;
    (void)ivc_keys_check(ivc_scenario_keys, root, "a scenario", b->diags);
    bool ok = ivc_param_bind(ivc_scenario_top_params, any_keys, root, top_place(b), "",
                             "the scenario", false, b->s, b->s->binding, b->diags);
    if (ok)
        (void)ivc_name_check("scenario", b->s->name, section(b, "name")->place, true, b->diags);
}

/* The section as a map; anything else is reported, and absence too when it is required. */
static const IvcNode *section_map(Bind *b, const char *key, bool required)
{
    const IvcNode *node = section(b, key);
    if (node && node->kind == IVC_NODE_MAP)
        return node;
    if (node)
        ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-type", node->place, NULL,
                      "'%s': expected a map", key);
    else if (required)
        ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-missing", top_place(b), NULL,
                      "missing key '%s' in the scenario", key);
    return NULL;
}

/* Lays the scenario's machine on the profile's; false when the profile is of no use. */
static bool lay_on_profile(Bind *b, const IvcNode *machine, const IvcNode *named)
{
    g_autofree char *path = NULL;
    const char *text = NULL;
    const IvcNode *inner = ivc_node_get(named, "value");
    const IvcNode *name = inner ? inner : named;
    if (name->kind != IVC_NODE_SCALAR || name->text[0] == '\0')
        return complain(b, "config-type", name->place, NULL, "'profile': expected a name");
    const IvcTree *profile = ivc_source_profile(b->source, name, &path, b->diags);
    if (!profile)
        return false;
    g_autoptr(IvcBinding) scratch = ivc_binding_new();
    (void)ivc_param_bind(ivc_machine_profile_param, any_keys, machine, machine->place, "machine",
                         "machine", false, &text, scratch, b->diags);
    IvcBound bound = *ivc_binding_find(scratch, "machine.profile");
    bound.text = path ? path : bound.text;
    ivc_binding_add(b->s->binding, &bound);
    g_autoptr(IvcTree) merged = ivc_tree_copy(profile);
    g_free((char *)b->s->profile);
    b->s->profile = g_strdup(ivc_node_get(profile->root, "name")->text);
    ivc_tree_overlay(merged, "machine", b->s->tree, machine);
    IvcPlace place = machine->place;
    IvcPlace key_place = machine->key_place;
    ivc_tree_replace(b->s->tree, "machine", merged, ivc_node_get(merged->root, "machine"));
    IvcNode *laid = section(b, "machine");
    laid->place = place;
    laid->key_place = key_place;
    return true;
}

static void bind_machine(Bind *b)
{
    static const char *const extra[] = {"profile", NULL};
    const IvcComponent *chip = b->source->registry->machine;
    void *spec = g_malloc0(MAX(chip->spec_size, 1));
    b->s->machine = spec;
    const IvcNode *machine = section_map(b, "machine", true);
    const IvcNode *named = machine ? ivc_node_get(machine, "profile") : NULL;
    if (!machine || (named && !lay_on_profile(b, machine, named)))
        return;
    machine = section(b, "machine");
    (void)ivc_param_bind(chip->params, extra, machine, machine->key_place, "machine", "machine",
                         false, spec, b->s->binding, b->diags);
}

static void bind_hypervisor(Bind *b)
{
    IvcHypervisorHead head = {0};
    const IvcNode *map = section_map(b, "hypervisor", false);
    (void)ivc_param_bind(ivc_hypervisor_params, NULL, map, top_place(b), "hypervisor", "hypervisor",
                         false, &head, b->s->binding, b->diags);
    b->s->mode = (IvcMode)head.mode;
    b->s->hypervisor = head.spec;
}

/* A map of named things: not empty, and bounded. */
static const IvcNode *named_map(Bind *b, const char *key, guint most)
{
    const IvcNode *map = section_map(b, key, true);
    if (!map)
        return NULL;
    if (map->items->len == 0)
        ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-missing", map->place, NULL, "'%s' is empty",
                      key);
    if (map->items->len <= most)
        return map;
    ivc_diags_add(b->diags, IVC_DIAG_ERROR, "config-limit", map->key_place, NULL,
                  "'%s': more than %u", key, most);
    return NULL;
}

static void bind_channel(Bind *b, const IvcNode *node, IvcChannelSpec *spec)
{
    static const char *const head_keys[] = {"mechanism", "between", "mode", NULL};
    g_autofree char *path = g_strconcat("channels.", node->key, NULL);
    g_autofree char *what = g_strdup_printf("channel '%s'", node->key);
    IvcChannelHead head = {0};
    spec->name = node->key;
    spec->mode = b->s->mode;
    (void)ivc_name_check("channel", node->key, node->key_place, false, b->diags);
    (void)ivc_param_bind(ivc_channel_params, any_keys, node, node->key_place, path, what, false,
                         &head, b->s->binding, b->diags);
    if (node->kind != IVC_NODE_MAP)
        return;
    if (ivc_node_get(node, "mode"))
        spec->mode = (IvcMode)head.mode;
    ivc_guests_join(b->s, node, &head.between, spec, b->diags);
    const IvcRegistry *registry = b->source->registry;
    spec->mechanism = ivc_mechanism_find(registry, head.mechanism);
    if (!spec->mechanism && head.mechanism) {
        g_autofree const char **names = ivc_mechanism_names(registry);
        ivc_unknown_name("mechanism", head.mechanism, names, ivc_node_get(node, "mechanism")->place,
                         b->diags);
    }
    if (!spec->mechanism)
        return;
    g_autofree char *whole = g_strdup_printf("channel '%s' (%s)", node->key, head.mechanism);
    spec->spec = g_malloc0(MAX(spec->mechanism->head.spec_size, 1));
    (void)ivc_param_bind(spec->mechanism->head.params, head_keys, node, node->key_place, path,
                         whole, false, spec->spec, b->s->binding, b->diags);
}

/* The channel that a run takes: the one that is named, or the first. */
static void choose_channel(Bind *b)
{
    IvcScenario *s = b->s;
    const IvcNode *chosen = section(b, "channel");
    const char *name = NULL;
    s->channel = s->n_channels > 0 ? &s->channels[0] : NULL;
    (void)ivc_param_bind(ivc_scenario_channel_param, any_keys, s->tree->root, top_place(b), "",
                         "the scenario", false, &name, s->binding, b->diags);
    if (name)
        (void)ivc_scenario_check_value(s, ivc_scenario_channel_param, chosen, b->diags);
    for (size_t i = 0; name && i < s->n_channels; i++) {
        if (strcmp(s->channels[i].name, name) == 0)
            s->channel = &s->channels[i];
    }
    if (!chosen && s->channel)
        ivc_binding_add(s->binding, &(IvcBound){.path = "channel",
                                                .param = ivc_scenario_channel_param,
                                                .text = (char *)s->channel->name});
}

static void bind_channels(Bind *b)
{
    IvcScenario *s = b->s;
    const IvcNode *map = named_map(b, "channels", IVC_CHANNELS_MAX);
    if (map) {
        s->n_channels = map->items->len;
        s->channels = g_new0(IvcChannelSpec, s->n_channels + 1);
    }
    for (guint i = 0; map && i < map->items->len; i++)
        bind_channel(b, map->items->pdata[i], &s->channels[i]);
    choose_channel(b);
}

static void bind_workload(Bind *b)
{
    IvcScenario *s = b->s;
    const IvcRegistry *registry = b->source->registry;
    const IvcNode *map = section_map(b, "workload", true);
    if (!map)
        return;
    IvcWorkloadHead head = {0};
    (void)ivc_param_bind(ivc_workload_kind_param, any_keys, map, map->key_place, "workload",
                         "workload", false, &head, s->binding, b->diags);
    const IvcWorkload *workload = ivc_workload_find(registry, head.kind);
    s->workload.params = ivc_workload_table(workload);
    (void)ivc_param_bind(s->workload.params, any_keys, map, map->key_place, "workload", "workload",
                         false, &s->workload, s->binding, b->diags);
    if (!workload && head.kind) {
        g_autofree const char **names = ivc_workload_names(registry);
        ivc_unknown_name("workload", head.kind, names, ivc_node_get(map, "kind")->place, b->diags);
    }
    if (!workload)
        return;
    g_autoptr(GPtrArray) common = g_ptr_array_new();
    g_ptr_array_add(common, (gpointer)ivc_workload_kind_param->key);
    for (const IvcParam *row = ivc_workload_params; row->key; row++)
        g_ptr_array_add(common, (gpointer)row->key);
    g_ptr_array_add(common, NULL);
    g_autofree char *what = g_strdup_printf("workload (%s)", head.kind);
    s->workload.workload = workload;
    s->workload.spec = g_malloc0(MAX(workload->head.spec_size, 1));
    (void)ivc_param_bind(workload->head.params, (const char *const *)common->pdata, map,
                         map->key_place, "workload", what, false, s->workload.spec, s->binding,
                         b->diags);
    ivc_random_bind(s, b->diags);
}

static void bind_rest(Bind *b)
{
    IvcScenario *s = b->s;
    (void)ivc_cluster_bind(s, section_map(b, "cluster", false), top_place(b), b->diags);
    (void)ivc_param_bind(ivc_limits_params, NULL, section_map(b, "limits", false), top_place(b),
                         "limits", "limits", false, &s->limits, s->binding, b->diags);
    (void)ivc_param_bind(ivc_statistics_params, NULL, section_map(b, "statistics", false),
                         top_place(b), "statistics", "statistics", false, &s->statistics,
                         s->binding, b->diags);
    (void)ivc_param_bind(ivc_report_params, NULL, section_map(b, "report", false), top_place(b),
                         "report", "report", false, &s->report, s->binding, b->diags);
    ivc_sweep_bind(s, b->diags);
}

/* An assignment inside a guest or channel that is not there is a misspelt name; one that gives a
 * whole guest or channel is a new one. */
static bool check_set(const Bind *b, const char *assignment, unsigned index)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *path = g_strndup(assignment, equals ? (size_t)(equals - assignment) : 0);
    g_auto(GStrv) keys = g_strsplit(path, ".", 3);
    if (g_strv_length(keys) < 3 || keys[1][0] == '\0')
        return true;
    bool guest = strcmp(keys[0], "guests") == 0;
    const IvcNode *map = section(b, keys[0]);
    if ((!guest && strcmp(keys[0], "channels") != 0) || !map || map->kind != IVC_NODE_MAP ||
        ivc_node_get(map, keys[1]))
        return true;
    g_autofree char *name = g_strdup_printf("--set argument %u", index);
    g_autoptr(IvcSource) source = ivc_source_new(name, assignment, strlen(assignment));
    IvcPlace place = ivc_source_place(source, strlen(keys[0]) + 1);
    place.width = (unsigned)g_utf8_strlen(keys[1], -1);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < map->items->len; i++)
        g_ptr_array_add(names, ((const IvcNode *)map->items->pdata[i])->key);
    g_ptr_array_add(names, NULL);
    ivc_unknown_name(guest ? "guest" : "channel", keys[1], (const char *const *)names->pdata, place,
                     b->diags);
    return false;
}

IvcScenario *ivc_scenario_bind(const IvcScenarioSource *source, const char *const *sets,
                               IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcScenario) s = g_new0(IvcScenario, 1);
    /* the source is constant but for its cache of profiles, which has a lock */
    Bind b = {.source = (IvcScenarioSource *)source, .s = s, .diags = diags};
    s->file = g_strdup(source->file);
    s->profile = g_strdup("custom");
    s->registry = source->registry;
    s->tree = ivc_tree_copy(source->tree);
    s->binding = ivc_binding_new();
    s->names = g_string_chunk_new(1024);
    s->where = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_where_free);
    for (unsigned i = 0; sets && sets[i]; i++) {
        if (!check_set(&b, sets[i], i + 1) || !ivc_tree_set(s->tree, sets[i], i + 1, diags))
            continue; /* the others are checked all the same */
    }
    if (!check_schema(&b))
        return NULL;
    bind_top(&b);
    bind_machine(&b);
    bind_hypervisor(&b);
    ivc_guests_bind(s, named_map(&b, "guests", IVC_GUESTS_MAX), diags);
    bind_channels(&b);
    bind_workload(&b);
    bind_rest(&b);
    ivc_scenario_validate(s, before, diags);
    return ivc_diags_errors(diags) > before ? NULL : g_steal_pointer(&s);
}

static void axis_clear(IvcAxis *axis)
{
    for (size_t i = 0; i < axis->n_values; i++)
        g_strfreev((char **)axis->values[i]);
    g_free(axis->values);
    g_strfreev((char **)axis->paths);
}

void ivc_scenario_free(IvcScenario *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_channels; i++) {
        g_free(s->channels[i].spec);
        g_free(s->channels[i].between);
    }
    for (size_t i = 0; i < s->n_axes; i++)
        axis_clear(&s->axes[i]);
    g_free(s->axes);
    g_free(s->channels);
    g_free(s->guests);
    g_free(s->groups);
    g_free(s->cores);
    g_string_chunk_free(s->names);
    g_free(s->workload.spec);
    g_free(s->workload.params);
    g_free(s->workload.list);
    g_free((void *)s->machine);
    g_free((char *)s->file);
    g_free((char *)s->profile);
    g_ptr_array_unref(s->where);
    ivc_binding_free(s->binding);
    ivc_tree_free(s->tree);
    g_free(s);
}
