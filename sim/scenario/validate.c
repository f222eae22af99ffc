/* What the objects of a scenario demand of each other: cores that exist and belong to one guest,
 * memory that fits, modes that mechanisms need, ranks that have a core. Both places are shown.
 *
 * A rule runs when what it needs was bound; the components' own checks run when nothing is wrong,
 * so that they may rely on every value.
 */
#include <string.h>

#include "sim/base/clock.h"
#include "sim/scenario/scenario_private.h"

/* A number of the machine by its path; false when the chip's table has none. */
static bool machine_number(const IvcScenario *s, const char *path, uint64_t *ret)
{
    const IvcBound *bound = ivc_binding_find(s->binding, path);
    IvcQuantity what;
    IvcAmount amount;
    IvcQuantityError error = {0};
    if (!bound || !bound->param || !ivc_param_quantity(bound->param, &what))
        return false;
    if (!ivc_quantity_parse(what, bound->text, &amount, &error)) {
        ivc_quantity_error_clear(&error);
        return false;
    }
    *ret = amount.n;
    return true;
}

/* The place of a guest's i-th core in its list. */
static IvcPlace core_place(const IvcScenario *s, const char *guest, size_t i)
{
    const IvcNode *guests = ivc_node_get(s->tree->root, "guests");
    const IvcNode *cores = ivc_node_get(ivc_node_get(guests, guest), "cores");
    const IvcNode *inner = ivc_node_get(cores, "value");
    const IvcNode *list = inner ? inner : cores;
    if (list && list->kind == IVC_NODE_LIST && i < list->items->len)
        return ((const IvcNode *)list->items->pdata[i])->place;
    return list ? list->place : (IvcPlace){0};
}

/* Who was seen to own a core first. */
typedef struct {
    unsigned core;
    size_t guest;
    IvcPlace place;
} Owner;

static void check_owner(const IvcScenario *s, size_t guest, Owner here, GArray *owners,
                        IvcDiags *diags)
{
    for (guint i = 0; i < owners->len; i++) {
        const Owner *first = &g_array_index(owners, Owner, i);
        if (first->core != here.core)
            continue;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", here.place, NULL,
                      "core %u of guest '%s' is owned already", here.core, s->guests[guest].name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, first->place, NULL, "guest '%s' owns it",
                      s->guests[first->guest].name);
        return;
    }
    g_array_append_val(owners, here);
}

/* Returns false with errors added. */
static bool check_cores(const IvcScenario *s, IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    uint64_t cores = UINT64_MAX;
    g_autoptr(GArray) owners = g_array_new(FALSE, FALSE, sizeof(Owner));
    (void)machine_number(s, "machine.cores", &cores);
    for (size_t g = 0; g < s->n_guests; g++) {
        const IvcGuestSpec *guest = &s->guests[g];
        g_autofree char *path = g_strdup_printf("guests.%s.cores", guest->name);
        if (guest->cores.n == 0 && ivc_binding_find(s->binding, path))
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range", ivc_scenario_place(s, path), NULL,
                          "guest '%s' owns no core", guest->name);
        for (size_t i = 0; i < guest->cores.n; i++) {
            Owner here = {
                .core = guest->cores.items[i], .guest = g, .place = core_place(s, guest->name, i)};
            if (here.core < cores) {
                check_owner(s, g, here, owners, diags);
                continue;
            }
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference", here.place, NULL,
                          "core %u of guest '%s' does not exist", here.core, guest->name);
            ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, "machine.cores"), NULL,
                          "the chip has the cores 0 to %" G_GUINT64_FORMAT, cores - 1);
        }
    }
    return ivc_diags_errors(diags) == before;
}

static void check_memory(const IvcScenario *s, IvcDiags *diags)
{
    uint64_t size;
    uint64_t sum = 0;
    if (!machine_number(s, "machine.memory.size", &size))
        return;
    for (size_t g = 0; g < s->n_guests; g++) {
        bool over = __builtin_add_overflow(sum, s->guests[g].memory.n, &sum);
        if (!over && sum <= size)
            continue;
        g_autofree char *path = g_strdup_printf("guests.%s.memory", s->guests[g].name);
        g_autofree char *text = ivc_quantity_format(IVC_QUANTITY_SIZE, (IvcAmount){.n = size});
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, path), NULL,
                      "with guest '%s' the guests own more memory than there is",
                      s->guests[g].name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, "machine.memory.size"),
                      NULL, "the machine has %s", text);
        return;
    }
}

static void check_modes(const IvcScenario *s, IvcDiags *diags)
{
    for (size_t i = 0; i < s->n_channels; i++) {
        const IvcChannelSpec *channel = &s->channels[i];
        if (!channel->mechanism || !channel->mechanism->one_os || channel->mode == IVC_MODE_NATIVE)
            continue;
        g_autofree char *at = g_strdup_printf("channels.%s.mechanism", channel->name);
        g_autofree char *own = g_strdup_printf("channels.%s.mode", channel->name);
        const char *mode_path = ivc_binding_find(s->binding, own) ? own : "hypervisor.mode";
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, at),
                      "give this channel 'mode: native'",
                      "mechanism '%s' shares memory inside one operating system",
                      channel->mechanism->head.name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, mode_path), NULL,
                      "under mode 'partitioned' every guest has an operating system of its own");
    }
}

/* The cores of the channel's guests, or 0 when a mistake in them was reported already. */
static uint64_t count_cores(const IvcScenario *s, const IvcChannelSpec *channel)
{
    const IvcNode *channels = ivc_node_get(s->tree->root, "channels");
    const IvcNode *given = ivc_node_get(ivc_node_get(channels, channel->name), "between");
    const IvcNode *inner = ivc_node_get(given, "value");
    const IvcNode *list = inner ? inner : given;
    uint64_t cores = 0;
    if (list && (list->kind != IVC_NODE_LIST || list->items->len != channel->n_between))
        return 0;
    for (size_t i = 0; i < channel->n_between; i++) {
        size_t n = s->guests[channel->between[i]].cores.n;
        if (n == 0)
            return 0;
        cores += n;
    }
    return cores;
}

/* Ranks of the chosen channel, one on every core of its guests unless the workload says fewer. */
static void check_ranks(const IvcScenario *s, IvcDiags *diags)
{
    const IvcWorkload *workload = s->workload.workload;
    if (!s->channel || !workload)
        return;
    uint64_t cores = count_cores(s, s->channel);
    if (cores == 0)
        return;
    g_autofree char *between = g_strdup_printf("channels.%s", s->channel->name);
    IvcPlace channel_place = ivc_scenario_place(s, between);
    IvcPlace place = ivc_scenario_place(s, "workload.ranks");
    uint64_t ranks = s->workload.ranks ? s->workload.ranks : cores;
    const char *hint =
        s->workload.ranks ? NULL : "without 'ranks' there is one on every core of its guests";
    if (ranks > cores) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place, NULL,
                      "%" G_GUINT64_FORMAT " ranks need a core each", ranks);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, channel_place, NULL,
                      "the guests of channel '%s' own %" G_GUINT64_FORMAT " cores",
                      s->channel->name, cores);
    } else if (ranks < workload->ranks_min) {
        ivc_diags_add(
            diags, IVC_DIAG_ERROR, "config-conflict", place, hint,
            "workload '%s' needs at least %u ranks, channel '%s' gives %" G_GUINT64_FORMAT,
            workload->head.name, workload->ranks_min, s->channel->name, ranks);
    } else if (workload->ranks_multiple > 1 && ranks % workload->ranks_multiple != 0) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place, hint,
                      "workload '%s' needs a multiple of %u ranks, not %" G_GUINT64_FORMAT,
                      workload->head.name, workload->ranks_multiple, ranks);
    }
}

static void check_use(const IvcScenario *s, IvcDiags *diags)
{
    for (size_t g = 0; g < s->n_guests; g++) {
        bool used = s->n_channels == 0;
        for (size_t i = 0; i < s->n_channels && !used; i++) {
            for (size_t k = 0; k < s->channels[i].n_between && !used; k++)
                used = s->channels[i].between[k] == g;
        }
        g_autofree char *path = g_strdup_printf("guests.%s", s->guests[g].name);
        if (!used)
            ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", ivc_scenario_place(s, path),
                          NULL, "guest '%s' is on no channel", s->guests[g].name);
    }
}

static void check_report(const IvcScenario *s, IvcDiags *diags)
{
    const char *baseline = s->report.baseline;
    bool found = !baseline;
    for (size_t i = 0; i < s->n_channels && !found; i++)
        found = strcmp(s->channels[i].name, baseline) == 0;
    if (found)
        return;
    g_autofree const char **names = ivc_channel_names(s);
    ivc_unknown_name("channel", baseline, names, ivc_scenario_place(s, "report.baseline"), diags);
}

/* Costs in cycles against limits that are times: both are known only beside the clock. */
static void check_costs(const IvcScenario *s, IvcDiags *diags)
{
    uint64_t hz;
    if (!machine_number(s, "machine.clock", &hz))
        return;
    IvcClock clock = ivc_clock_make((IvcFrequency){hz});
    for (size_t i = 0; i < ivc_binding_count(s->binding); i++) {
        const IvcBound *bound = ivc_binding_get(s->binding, i);
        const IvcParam *param = bound->param;
        IvcAmount cost;
        IvcAmount limit;
        IvcQuantityError error = {0};
        if (!param || param->type != IVC_PARAM_COST || !bound->text)
            continue;
        bool read = ivc_quantity_parse(IVC_QUANTITY_COST, bound->text, &cost, &error);
        ivc_quantity_error_clear(&error);
        if (!read || cost.is_time)
            continue;
        IvcTime ps = ivc_clock_cycles_to_ps(&clock, (IvcCycles){cost.n});
        const char *const ends[] = {param->min, param->max};
        for (size_t k = 0; k < G_N_ELEMENTS(ends); k++) {
            if (!ends[k] || !ivc_quantity_parse(IVC_QUANTITY_COST, ends[k], &limit, &error) ||
                !limit.is_time || (k == 0 ? ps >= limit.n : ps <= limit.n))
                continue;
            g_autofree char *text = ivc_quantity_format(IVC_QUANTITY_CLOCK, (IvcAmount){.n = hz});
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range", bound->place, NULL,
                          "'%s': %s at %s is %s %s", param->key, bound->text, text,
                          k == 0 ? "less than the minimum" : "more than the maximum", ends[k]);
        }
        ivc_quantity_error_clear(&error);
    }
}

static void check_components(const IvcScenario *s, IvcDiags *diags)
{
    const IvcComponent *chip = s->registry->machine;
    const IvcComponent *workload = &s->workload.workload->head;
    if (chip->check)
        chip->check(s->machine, s, "machine", diags);
    for (size_t i = 0; i < s->n_channels; i++) {
        const IvcComponent *mechanism = &s->channels[i].mechanism->head;
        g_autofree char *path = g_strdup_printf("channels.%s", s->channels[i].name);
        if (mechanism->check)
            mechanism->check(s->channels[i].spec, s, path, diags);
    }
    if (workload->check)
        workload->check(s->workload.spec, s, "workload", diags);
}

void ivc_scenario_validate(IvcScenario *s, size_t errors_before, IvcDiags *diags)
{
    bool cores_good = check_cores(s, diags);
    check_memory(s, diags);
    check_modes(s, diags);
    if (cores_good)
        check_ranks(s, diags);
    check_report(s, diags);
    check_costs(s, diags);
    if (ivc_diags_errors(diags) > errors_before)
        return;
    check_use(s, diags);
    check_components(s, diags);
}
