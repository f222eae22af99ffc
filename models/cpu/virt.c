/* What a run's mode costs, as times: the table of the mode (virt_modes.c) with the costs of the
 * chip (virt_params.c). */
#include <string.h>

#include "models/cpu/profile.h"
#include "sim/model/platform.h"

IvcTime ivc_virt_cost_ps(const IvcPlatform *platform, IvcVirtCost cost)
{
    const IvcVirtSpec *spec = &platform->spec->virtualisation;
    if (cost == IVC_VIRT_COST_NONE)
        return 0;
    if (cost == IVC_VIRT_COST_NESTED_WALK)
        return (ivc_virt_references(spec, true) - ivc_virt_references(spec, false)) *
               ivc_platform_ps(platform, spec->reference);
    return ivc_platform_ps(platform, platform->spec->virtualisation.cost[cost]);
}

IvcTime ivc_virt_native_ps(const IvcPlatform *platform, IvcVirtEvent event)
{
    const IvcVirtSpec *spec = &platform->spec->virtualisation;
    if (event == IVC_VIRT_TLB_MISS)
        return ivc_virt_references(spec, false) * ivc_platform_ps(platform, spec->reference);
    return ivc_platform_ps(platform, spec->native[event]);
}

/* The processor's virtual interface takes the end of an interrupt in guest mode. */
static bool completes(const IvcVirtSpec *spec, IvcMode mode, IvcVirtEvent event)
{
    return event == IVC_VIRT_END_OF_INTERRUPT && ivc_mode_needs(mode) != IVC_EXTENSION_NONE &&
           spec->interface >= IVC_INTERFACE_VIRTUAL;
}

IvcVirt *ivc_virt_new(IvcPlatform *platform, IvcMode mode, const IvcTscSpec *tsc)
{
    if (!ivc_mode_costs(mode))
        return NULL;
    IvcVirt *virt = g_new0(IvcVirt, 1);
    bool traps = false;
    virt->mode = mode;
    virt->stage = platform->stage_hypervisor + IVC_STAGE_EXIT;
    virt->stage_walk = platform->stage_hypervisor + IVC_STAGE_WALK;
    virt->page = platform->spec->virtualisation.page.n;
    virt->reach = virt->page * platform->spec->virtualisation.tlb_entries;
    virt->exits = g_new0(uint64_t, platform->n_guests + 1);
    for (int e = 0; e < IVC_VIRT_EVENTS; e++) {
        const IvcVirtRow *row = e == IVC_VIRT_TIME_STAMP
                                    ? ivc_virt_time_stamp_row(mode, (IvcTscPolicy)tsc->policy)
                                    : ivc_virt_row(mode, (IvcVirtEvent)e);
        if (completes(&platform->spec->virtualisation, mode, (IvcVirtEvent)e))
            continue;
        virt->leave[e] = ivc_virt_cost_ps(platform, row->exit) +
                         ivc_virt_cost_ps(platform, row->handling) +
                         ivc_virt_cost_ps(platform, row->also);
        virt->enter[e] = ivc_virt_cost_ps(platform, row->entry);
        virt->traps[e] = row->how == IVC_VIRT_TRAPS;
        traps = traps || virt->traps[e];
    }
    for (unsigned g = 0; traps && g < platform->n_guests; g++)
        ivc_platform_count_guest(platform, g, "exits", "count",
                                 "times that the hypervisor had to take part", &virt->exits[g]);
    return virt;
}

IvcGuestClock ivc_virt_guest_clock(const IvcPlatform *platform, IvcMode mode, const IvcTscSpec *tsc)
{
    uint64_t hz = platform->clock.hz;
    bool in_hardware = tsc->policy == IVC_TSC_SCALED && ivc_mode_needs(mode) != IVC_EXTENSION_NONE;
    bool scales = tsc->policy == IVC_TSC_SCALED || tsc->policy == IVC_TSC_TRAPPED;
    bool alone = ivc_virt_row(mode, IVC_VIRT_HYPERCALL)->how == IVC_VIRT_NATIVE;
    uint64_t bits = platform->spec->virtualisation.fraction;
    IvcGuestClock clock = {.stamp = ivc_time_stamp_same(), .host_hz = hz, .guest_hz = hz};
    if (scales && !alone && tsc->frequency.hz != 0) {
        clock.guest_hz = tsc->frequency.hz;
        clock.stamp = ivc_time_stamp_scaled(
            clock.guest_hz, hz, in_hardware ? (uint32_t)bits : IVC_TSC_FRACTION_SOFTWARE);
    }
    if (ivc_virt_ps(platform, IVC_VIRT_TIME_STAMP) == 0)
        clock.read_ps = ivc_virt_native_ps(platform, IVC_VIRT_TIME_STAMP);
    return clock;
}

void ivc_virt_free(IvcVirt *virt)
{
    if (!virt)
        return;
    g_free(virt->exits);
    g_free(virt);
}

IvcTime ivc_virt_ps(const IvcPlatform *platform, IvcVirtEvent event)
{
    const IvcVirt *virt = platform->virt;
    return virt ? virt->leave[event] + virt->enter[event] : 0;
}

bool ivc_virt_traps(const IvcPlatform *platform, IvcVirtEvent event)
{
    return platform->virt && platform->virt->traps[event];
}

void ivc_virt_owe_many(IvcAgent *agent, IvcVirtEvent event, uint64_t n)
{
    IvcVirt *virt = agent->core->cores->virt;
    if (!virt || n == 0 || virt->leave[event] + virt->enter[event] == 0)
        return;
    ivc_owe(agent, n * (virt->leave[event] + virt->enter[event]), virt->stage);
    virt->exits[agent->core->guest] += virt->traps[event] ? n : 0;
}

void ivc_virt_owe_walks(IvcAgent *agent, uint64_t at, uint64_t bytes, uint64_t extent)
{
    IvcVirt *virt = agent->core->cores->virt;
    IvcTime walk = virt->leave[IVC_VIRT_TLB_MISS];
    if (walk == 0 || bytes == 0 || extent <= virt->reach)
        return;
    /* Of the page at which it begins, the rest: whoever was there before came to it. */
    uint64_t pages =
        (at + bytes + virt->page - 1) / virt->page - (at + virt->page - 1) / virt->page;
    if (pages)
        ivc_owe(agent, pages * walk, virt->stage_walk);
}

static bool row_uses(const IvcVirtRow *row, IvcVirtCost cost)
{
    return row->exit == cost || row->handling == cost || row->also == cost || row->entry == cost;
}

/* The cost of a key of the group itself, or none. */
static IvcVirtCost cost_of(const char *key)
{
    size_t first = offsetof(IvcMachineSpec, virtualisation.cost);
    const IvcParam *param = ivc_virt_params;
    while (param->key && strcmp(param->key, key) != 0)
        param++;
    bool cost = param->key && param->type == IVC_PARAM_COST;
    return cost ? (IvcVirtCost)((param->offset - first) / sizeof(IvcCost)) : IVC_VIRT_COST_NONE;
}

bool ivc_virt_uses(IvcMode mode, const char *path)
{
    static const char prefix[] = "machine.virtualisation.";
    const char *key = path + strlen(prefix);
    if (!g_str_has_prefix(path, prefix))
        return false;
    if (strcmp(key, "interface") == 0 || strcmp(key, "tlb.tags") == 0)
        return ivc_mode_needs(mode) != IVC_EXTENSION_NONE;
    if (strcmp(key, "tlb.page") == 0)
        return ivc_virt_row(mode, IVC_VIRT_HYPERCALL)->how != IVC_VIRT_NATIVE;
    if (g_str_has_prefix(key, "walk.") || strcmp(key, "tlb.entries") == 0)
        return ivc_virt_row(mode, IVC_VIRT_TLB_MISS)->how != IVC_VIRT_NATIVE;
    IvcVirtCost cost = cost_of(key); /* `extension` allows a mode, and decides no result */
    for (int e = 0; e < IVC_VIRT_EVENTS && cost != IVC_VIRT_COST_NONE; e++)
        if (row_uses(ivc_virt_row(mode, (IvcVirtEvent)e), cost))
            return true;
    return false;
}

/* A mode, the extension that it needs as words, and a hint. */
static void complain(const IvcScenario *scenario, IvcMode mode, const char *path, IvcDiags *diags)
{
    bool nested = ivc_mode_needs(mode) == IVC_EXTENSION_NESTED;
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, path),
                  "take 'translation', 'paravirtual' or 'partitioned', which every chip can do, or "
                  "state 'machine.virtualisation.extension' when yours has it",
                  "mode '%s' needs a processor with %s", ivc_mode_names[mode],
                  nested ? "page tables in two stages" : "a mode for guests");
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                  ivc_scenario_place(scenario, "machine.virtualisation.extension"), NULL,
                  "this chip does not have it");
}

static void check_page(const IvcMachineSpec *machine, const IvcScenario *scenario, IvcDiags *diags)
{
    uint64_t page = machine->virtualisation.page.n;
    if ((page & (page - 1)) != 0)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range",
                      ivc_scenario_place(scenario, "machine.virtualisation.tlb.page"), NULL,
                      "pages have a size that is a power of two");
}

/* A guest's counter has a frequency of its own where something scales it. */
static void check_time_stamps(const IvcMachineSpec *machine, const IvcScenario *scenario,
                              IvcDiags *diags)
{
    const IvcTscSpec *tsc = ivc_scenario_tsc(scenario);
    bool scales = tsc->policy == IVC_TSC_SCALED || tsc->policy == IVC_TSC_TRAPPED;
    if (tsc->frequency.hz != 0 && !scales)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(scenario, "hypervisor.tsc.frequency"),
                      "set 'hypervisor.tsc.policy' to scaled or trapped",
                      "with policy '%s' guests' time stamps run at the frequency of the host's",
                      ivc_tsc_policy_names[tsc->policy]);
    if (tsc->policy != IVC_TSC_SCALED || machine->virtualisation.fraction != 0)
        return;
    IvcMode mode;
    char *path = NULL;
    bool hardware = false;
    for (size_t i = 0; (path = ivc_scenario_channel_mode(scenario, i, &mode)) != NULL; i++) {
        hardware = hardware || ivc_mode_needs(mode) != IVC_EXTENSION_NONE;
        g_free(path);
    }
    if (hardware)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(scenario, "hypervisor.tsc.policy"),
                      "set it to trapped, or state 'machine.virtualisation.time_stamp_fraction' "
                      "when your chip has a multiplier",
                      "this processor cannot scale the time stamps of guests");
}

void ivc_virt_check(const IvcMachineSpec *machine, const IvcScenario *scenario, IvcDiags *diags)
{
    IvcMode mode;
    char *path = NULL;
    check_page(machine, scenario, diags);
    check_time_stamps(machine, scenario, diags);
    for (size_t i = 0; (path = ivc_scenario_channel_mode(scenario, i, &mode)) != NULL; i++) {
        if ((int)ivc_mode_needs(mode) > machine->virtualisation.extension)
            complain(scenario, mode, path, diags);
        g_free(path);
    }
}
