/* Paths of a scenario: which table row one names, where its value stands, what it may refer to. */
#include <string.h>

#include "sim/scenario/scenario_private.h"

/* Walks down the groups of a table. */
static const IvcParam *row_find(const IvcParam *table, char *const *keys)
{
    for (const IvcParam *row = table; row && row->key; row++) {
        if (!keys[0] || strcmp(row->key, keys[0]) != 0)
            continue;
        if (row->type == IVC_PARAM_GROUP)
            return row_find(row->group, keys + 1);
        return keys[1] ? NULL : row;
    }
    return NULL;
}

static const IvcParam *channel_row(const IvcScenario *s, char *const *keys)
{
    for (size_t i = 0; keys[0] && i < s->n_channels; i++) {
        const IvcChannelSpec *channel = &s->channels[i];
        if (strcmp(channel->name, keys[0]) != 0)
            continue;
        const IvcParam *row = row_find(ivc_channel_params, keys + 1);
        if (!row && channel->mechanism)
            row = row_find(channel->mechanism->head.params, keys + 1);
        return row;
    }
    return NULL;
}

static const IvcParam *guest_row(const IvcScenario *s, char *const *keys)
{
    for (size_t i = 0; keys[0] && i < s->n_groups; i++) {
        if (strcmp(s->groups[i].name, keys[0]) == 0)
            return row_find(ivc_guest_params, keys + 1);
    }
    return NULL;
}

static const IvcParam *workload_row(const IvcScenario *s, char *const *keys)
{
    const IvcParam *row = row_find(ivc_workload_kind_param, keys);
    if (!row)
        row = row_find(ivc_workload_params, keys);
    if (!row && s->workload.workload)
        row = row_find(s->workload.workload->head.params, keys);
    return row;
}

const IvcParam *ivc_scenario_param(const IvcScenario *s, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", IVC_YAML_DEPTH_MAX);
    if (!keys[0])
        return NULL;
    if (strcmp(keys[0], "channel") == 0)
        return keys[1] ? NULL : ivc_scenario_channel_param;
    if (strcmp(keys[0], "machine") == 0) {
        const IvcParam *row = row_find(ivc_machine_profile_param, keys + 1);
        return row ? row : row_find(s->registry->machine->params, keys + 1);
    }
    if (strcmp(keys[0], "hypervisor") == 0)
        return row_find(ivc_hypervisor_params, keys + 1);
    if (strcmp(keys[0], "guests") == 0)
        return guest_row(s, keys + 1);
    if (strcmp(keys[0], "channels") == 0)
        return channel_row(s, keys + 1);
    if (strcmp(keys[0], "workload") == 0)
        return workload_row(s, keys + 1);
    if (strcmp(keys[0], "cluster") == 0)
        return row_find(ivc_cluster_params, keys + 1);
    if (strcmp(keys[0], "limits") == 0)
        return row_find(ivc_limits_params, keys + 1);
    if (strcmp(keys[0], "statistics") == 0)
        return row_find(ivc_statistics_params, keys + 1);
    return NULL;
}

/* Is it open what the path may be, because the mechanism or workload before it is unknown? */
static bool undecided(const IvcScenario *s, const char *path)
{
    if (g_str_has_prefix(path, "workload."))
        return s->workload.workload == NULL;
    for (size_t i = 0; i < s->n_channels; i++) {
        g_autofree char *channel = g_strdup_printf("channels.%s.", s->channels[i].name);
        if (g_str_has_prefix(path, channel))
            return s->channels[i].mechanism == NULL;
    }
    return false;
}

void ivc_unknown_path(const IvcScenario *s, const char *path, IvcPlace place, IvcDiags *diags)
{
    if (undecided(s, path))
        return;
    g_autofree const char **paths = ivc_bound_paths(s);
    const char *near = ivc_suggest(path, paths);
    g_autofree char *hint = near ? g_strdup_printf("did you mean '%s'?", near)
                                 : g_strdup("'ivcsim show' prints every path");
    if (near && strcmp(near, path) == 0) {
        g_free(hint);
        hint = g_strdup_printf("'%s' is no value of a point", path);
    }
    g_autofree char *shown = ivc_text_escape(path, strlen(path), 60);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference", place, hint, "unknown path '%s'",
                  shown);
}

static bool listed(const char *const *names, const char *word)
{
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(names[i], word) == 0)
            return true;
    }
    return false;
}

/* What a name may refer to, for the rows that hold one. */
static const char **referents(const IvcScenario *s, const IvcParam *param, const char *word,
                              const char **ret_what)
{
    if (param == ivc_scenario_channel_param) {
        *ret_what = "channel";
        return ivc_channel_names(s);
    }
    if (param == ivc_workload_kind_param) {
        *ret_what = "workload";
        return ivc_workload_names(s->registry);
    }
    if (param == ivc_channel_params) { /* its first row: mechanism */
        *ret_what = "mechanism";
        return ivc_mechanism_names(s->registry);
    }
    if (param == ivc_machine_profile_param && !g_str_has_suffix(word, ".yaml") &&
        !g_str_has_suffix(word, ".yml")) {
        *ret_what = "profile";
        return ivc_profile_names(s->registry);
    }
    return NULL;
}

bool ivc_scenario_check_value(const IvcScenario *s, const IvcParam *param, const IvcNode *node,
                              IvcDiags *diags)
{
    const char *what = NULL;
    if (!ivc_param_check(param, node, diags))
        return false;
    const IvcNode *inner = ivc_node_get(node, "value");
    node = inner ? inner : node;
    if (node->kind != IVC_NODE_SCALAR)
        return true;
    g_autofree const char **names = referents(s, param, node->text, &what);
    if (!names || listed(names, node->text))
        return true;
    ivc_unknown_name(what, node->text, names, node->place, diags);
    return false;
}

IvcPlace ivc_scenario_place(const IvcScenario *s, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", IVC_YAML_DEPTH_MAX);
    const IvcNode *at = s->tree->root;
    IvcPlace place = {0};
    for (size_t i = 0; keys[i]; i++) {
        const IvcNode *child = ivc_node_get(at, keys[i]);
        if (!child)
            return place;
        place = child->key_place;
        at = child;
        if (!keys[i + 1]) {
            const IvcNode *inner = ivc_node_get(child, "value");
            return inner ? inner->place : child->kind == IVC_NODE_MAP ? place : child->place;
        }
    }
    return place;
}

void ivc_scenario_conflict(const IvcScenario *s, const char *path, const char *key,
                           const char *hint, const char *text, IvcDiags *diags)
{
    g_autofree char *full = g_strdup_printf("%s.%s", path, key);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, full), hint, "%s",
                  text);
}
