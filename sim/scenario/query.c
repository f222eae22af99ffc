/* What components may ask of a scenario in their `check` hooks. */
#include "sim/scenario/scenario_private.h"

const struct IvcMachineSpec *ivc_scenario_machine(const IvcScenario *scenario)
{
    return scenario->machine;
}

bool ivc_scenario_is_given(const IvcScenario *scenario, const char *path)
{
    const IvcBound *bound = ivc_binding_find(scenario->binding, path);
    return bound && bound->place.source;
}

char *ivc_scenario_channel_path(const IvcScenario *scenario)
{
    return scenario->channel ? g_strconcat("channels.", scenario->channel->name, NULL) : NULL;
}

bool ivc_scenario_is_scheduled(const IvcScenario *scenario)
{
    return scenario->hypervisor.scheduler != IVC_SCHEDULER_PINNED;
}

const IvcTscSpec *ivc_scenario_tsc(const IvcScenario *scenario)
{
    return &scenario->hypervisor.tsc;
}

IvcMode ivc_scenario_mode(const IvcScenario *scenario)
{
    return scenario->channel->mode;
}

char *ivc_scenario_channel_mode(const IvcScenario *scenario, size_t i, IvcMode *ret_mode)
{
    if (i >= scenario->n_channels)
        return NULL;
    *ret_mode = scenario->channels[i].mode;
    char *own = g_strdup_printf("channels.%s.mode", scenario->channels[i].name);
    if (ivc_binding_find(scenario->binding, own))
        return own;
    g_free(own);
    return g_strdup("hypervisor.mode");
}

bool ivc_scenario_channel_is(const IvcScenario *scenario, size_t i, const char *path)
{
    g_autofree char *own = g_strconcat("channels.", scenario->channels[i].name, NULL);
    return g_str_equal(own, path);
}

static const IvcGuestSpec *guest_named(const IvcScenario *scenario, const char *name)
{
    for (size_t g = 0; g < scenario->n_guests; g++)
        if (g_str_equal(scenario->guests[g].name, name))
            return &scenario->guests[g];
    return NULL;
}

static const IvcChannelSpec *channel_at(const IvcScenario *scenario, const char *path)
{
    for (size_t c = 0; c < scenario->n_channels; c++) {
        g_autofree char *name = g_strconcat("channels.", scenario->channels[c].name, NULL);
        if (g_str_equal(name, path))
            return &scenario->channels[c];
    }
    return NULL;
}

IvcMode ivc_scenario_mode_at(const IvcScenario *scenario, const char *path)
{
    const IvcChannelSpec *channel = channel_at(scenario, path);
    return channel ? channel->mode : IVC_MODE_PARTITIONED;
}

const char *ivc_scenario_channel_guest(const IvcScenario *scenario, const char *path, size_t i)
{
    const IvcChannelSpec *channel = channel_at(scenario, path);
    if (!channel || i >= channel->n_between)
        return NULL;
    return scenario->guests[channel->between[i]].name;
}

bool ivc_scenario_names_guest(const IvcScenario *scenario, const char *word, const char *guest)
{
    if (g_str_equal(word, guest))
        return true;
    for (size_t e = 0; e < scenario->n_groups; e++) {
        const IvcGuestGroup *group = &scenario->groups[e];
        for (size_t g = 0; g_str_equal(group->name, word) && g < group->n; g++)
            if (g_str_equal(scenario->guests[group->first + g].name, guest))
                return true;
    }
    return false;
}

uint64_t ivc_scenario_channel_ranks(const IvcScenario *scenario, const char *path)
{
    const IvcChannelSpec *channel = channel_at(scenario, path);
    uint64_t cores = 0;
    for (size_t i = 0; channel && i < channel->n_between; i++)
        cores += ivc_guest_vcpus(&scenario->guests[channel->between[i]]);
    uint64_t ranks = scenario->workload.ranks;
    return ranks > 0 && ranks < cores ? ranks : cores;
}

bool ivc_scenario_check_guests(const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", IVC_YAML_DEPTH_MAX);
    g_autofree const char **names = ivc_guest_names(scenario);
    const IvcNode *list = scenario->tree->root;
    for (size_t i = 0; keys[i]; i++)
        list = ivc_node_get(list, keys[i]);
    const IvcNode *inner = ivc_node_get(list, "value");
    list = inner ? inner : list;
    size_t before = ivc_diags_errors(diags);
    for (guint i = 0; list && list->kind == IVC_NODE_LIST && i < list->items->len; i++) {
        const IvcNode *item = list->items->pdata[i];
        if (!g_strv_contains(names, item->text) && !guest_named(scenario, item->text))
            ivc_unknown_name("guest", item->text, names, item->place, diags);
    }
    return ivc_diags_errors(diags) == before;
}

bool ivc_scenario_check_guest(const IvcScenario *scenario, const char *name, const char *path,
                              IvcDiags *diags)
{
    if (guest_named(scenario, name))
        return true;
    g_autofree const char **names = ivc_guest_names(scenario);
    ivc_unknown_name("guest", name, names, ivc_scenario_place(scenario, path), diags);
    return false;
}

uint64_t ivc_scenario_guest_cores(const IvcScenario *scenario, const char *name)
{
    const IvcGuestSpec *guest = guest_named(scenario, name);
    return guest ? ivc_guest_vcpus(guest) : 0;
}

bool ivc_scenario_share_core(const IvcScenario *scenario, const char *a, const char *b)
{
    const IvcIndexList *one = &guest_named(scenario, a)->cores;
    const IvcIndexList *other = &guest_named(scenario, b)->cores;
    return one->n == 1 && other->n == 1 && one->items[0] == other->items[0];
}

char *ivc_scenario_file(const IvcScenario *scenario, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(scenario->file);
    bool as_is = g_path_is_absolute(name) || strcmp(folder, ".") == 0;
    return as_is ? g_strdup(name) : g_build_filename(folder, name, NULL);
}
