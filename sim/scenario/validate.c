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

/* The entry that a guest was written as, and one of its keys. */
static char *guest_path(const IvcScenario *s, size_t guest, const char *key)
{
    return g_strdup_printf("guests.%s%s", ivc_guest_group(s, guest)->name, key);
}

/* The place of a guest's i-th core in its list. */
static IvcPlace core_place(const IvcScenario *s, size_t guest, size_t i)
{
    const IvcNode *guests = ivc_node_get(s->tree->root, "guests");
    const IvcNode *entry = ivc_node_get(guests, ivc_guest_group(s, guest)->name);
    const IvcNode *cores = ivc_node_get(entry, "cores");
    const IvcNode *inner = ivc_node_get(cores, "value");
    const IvcNode *list = inner ? inner : cores;
    if (list && list->kind == IVC_NODE_LIST && i < list->items->len)
        return ((const IvcNode *)list->items->pdata[i])->place;
    return list ? list->place : (IvcPlace){0};
}

/* Who owns a core already: the guest, and which of its cores it is. */
typedef struct {
    size_t guest;
    size_t i;
} Owner;

/* Whether guests are known to be pinned: not when the scheduler's name is wrong. */
static bool is_pinned(const IvcScenario *s)
{
    const IvcBound *bound = ivc_binding_find(s->binding, "hypervisor.scheduler");
    return bound && strcmp(bound->text, "pinned") == 0;
}

/* Returns false, with errors added, when a guest cannot own its i-th core. */
static bool check_core(const IvcScenario *s, Owner here, uint64_t cores, GHashTable *owners,
                       IvcDiags *diags)
{
    const IvcGuestSpec *guest = &s->guests[here.guest];
    unsigned core = guest->cores.items[here.i];
    IvcPlace place = core_place(s, here.guest, here.i);
    if (core >= cores) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference", place, NULL,
                      "core %u of guest '%s' does not exist", core, guest->name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, "machine.cores"), NULL,
                      "the chip has the cores 0 to %" G_GUINT64_FORMAT, cores - 1);
        return false;
    }
    const Owner *first = g_hash_table_lookup(owners, GUINT_TO_POINTER(core));
    bool shares = first && first->guest != here.guest && !is_pinned(s);
    if (first && !shares) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place,
                      first->guest == here.guest
                          ? NULL
                          : "guests share cores under 'hypervisor.scheduler: credit2'",
                      "core %u of guest '%s' is owned already", core, guest->name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, core_place(s, first->guest, first->i), NULL,
                      "guest '%s' owns it", s->guests[first->guest].name);
        return false;
    }
    Owner *kept = g_new(Owner, 1);
    *kept = here; /* the latest: enough to see a core twice in one list */
    g_hash_table_insert(owners, GUINT_TO_POINTER(core), kept);
    return true;
}

/* Returns false with errors added: all of an entry for one guest, the first for one that counts. */
static bool check_cores(const IvcScenario *s, IvcDiags *diags)
{
    bool good = true;
    uint64_t cores = UINT64_MAX;
    g_autoptr(GHashTable) owners = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    (void)machine_number(s, "machine.cores", &cores);
    for (size_t e = 0; e < s->n_groups; e++) {
        const IvcGuestGroup *group = &s->groups[e];
        bool go_on = true;
        for (size_t g = group->first; g < group->first + group->n && go_on; g++)
            for (size_t i = 0; i < s->guests[g].cores.n && go_on; i++) {
                bool fine = check_core(s, (Owner){g, i}, cores, owners, diags);
                good = good && fine;
                go_on = fine || group->n == 1;
            }
    }
    return good;
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
        g_autofree char *path = guest_path(s, g, ".memory");
        g_autofree char *text = ivc_quantity_format(IVC_QUANTITY_SIZE, (IvcAmount){.n = size});
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, path), NULL,
                      "with guest '%s' the guests own more memory than there is",
                      s->guests[g].name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, "machine.memory.size"),
                      NULL, "the machine has %s", text);
        return;
    }
}

/* The mode that a channel has, and where it says so. */
static void note_mode(const IvcScenario *s, size_t channel, const char *text, IvcDiags *diags)
{
    IvcMode mode;
    g_autofree char *path = ivc_scenario_channel_mode(s, channel, &mode);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, path), NULL,
                  "under mode '%s' %s", ivc_mode_names[mode], text);
}

static void check_modes(const IvcScenario *s, IvcDiags *diags)
{
    for (size_t i = 0; i < s->n_channels; i++) {
        const IvcChannelSpec *channel = &s->channels[i];
        bool one_os = ivc_mode_is_one_os(channel->mode);
        if (!channel->mechanism ||
            (one_os ? !channel->mechanism->own_os : !channel->mechanism->one_os))
            continue;
        g_autofree char *at = g_strdup_printf("channels.%s.mechanism", channel->name);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, at),
                      one_os ? "give this channel another 'mode', as 'partitioned'"
                             : "give this channel 'mode: native' or 'mode: container'",
                      one_os ? "mechanism '%s' joins guests that have an operating system each"
                             : "mechanism '%s' shares memory inside one operating system",
                      channel->mechanism->head.name);
        note_mode(s, i,
                  one_os ? "all guests share one"
                         : "every guest has an operating system of its own",
                  diags);
    }
}

/* The cores of the channel's guests, or 0 when a mistake in them was reported already. */
static uint64_t count_cores(const IvcScenario *s, const IvcChannelSpec *channel)
{
    uint64_t cores = 0;
    for (size_t i = 0; i < channel->n_between; i++) {
        size_t n = ivc_guest_vcpus(&s->guests[channel->between[i]]);
        if (n == 0)
            return 0;
        cores += n;
    }
    return channel->joined ? cores : 0;
}

/* Virtual CPUs that cannot run at the same time. */
static void check_gang(const IvcScenario *s, size_t g, IvcPlace vcpus, IvcDiags *diags)
{
    const IvcGuestSpec *guest = &s->guests[g];
    if (s->hypervisor.scheduler != IVC_SCHEDULER_FAIR ||
        s->hypervisor.fair.co_scheduling == IVC_CO_SCHEDULING_NONE ||
        guest->vcpus <= guest->cores.n)
        return;
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", vcpus,
                  "as many 'cores' as 'vcpus', or 'co_scheduling: none'",
                  "guest '%s' has %" G_GUINT64_FORMAT
                  " vCPUs, which cannot run at the same time on %zu cores",
                  guest->name, guest->vcpus, guest->cores.n);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                  ivc_scenario_place(s, "hypervisor.fair.co_scheduling"), NULL, "here they are to");
}

/* What a guest asks of a scheduler that is not there, or cannot give it. */
static void check_vcpus(const IvcScenario *s, IvcDiags *diags)
{
    bool pinned = is_pinned(s);
    for (size_t e = 0; e < s->n_groups; e++) {
        size_t g = s->groups[e].first;
        const IvcGuestSpec *guest = &s->guests[g];
        g_autofree char *vcpus = guest_path(s, g, ".vcpus");
        g_autofree char *cap = guest_path(s, g, ".cap");
        if (pinned && guest->vcpus && guest->vcpus != guest->cores.n)
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, vcpus),
                          "set 'hypervisor.scheduler', or as many 'cores' as 'vcpus'",
                          "guest '%s' is pinned: it has a vCPU on each of its %zu cores",
                          guest->name, guest->cores.n);
        check_gang(s, g, ivc_scenario_place(s, vcpus), diags);
        if (guest->cap && s->hypervisor.scheduler == IVC_SCHEDULER_FAIR)
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, cap),
                          "weights share; caps hold under credit and credit2",
                          "guest '%s' has a cap, and the scheduler 'fair' knows none", guest->name);
        else if (guest->cap > 100 * ivc_guest_vcpus(guest))
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, cap),
                          "100 is one core; 0: no cap",
                          "guest '%s' has a cap of %" G_GUINT64_FORMAT
                          ", and vCPUs that can use %zu",
                          guest->name, guest->cap, 100 * ivc_guest_vcpus(guest));
    }
}

/* Mechanisms that need the guests' cores to be physical ones, under a scheduler. */
static void check_scheduler(const IvcScenario *s, IvcDiags *diags)
{
    if (s->hypervisor.scheduler == IVC_SCHEDULER_PINNED)
        return;
    IvcPlace scheduler = ivc_scenario_place(s, "hypervisor.scheduler");
    for (size_t i = 0; i < s->n_channels; i++) {
        const IvcChannelSpec *channel = &s->channels[i];
        bool native = ivc_mode_is_one_os(channel->mode);
        if (!channel->mechanism || (!native && !channel->mechanism->own_cores))
            continue;
        g_autofree char *at = g_strdup_printf("channels.%s.mechanism", channel->name);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, at),
                      "set 'hypervisor.scheduler' to pinned",
                      native ? "channel '%s' joins processes of one operating system, which no "
                               "hypervisor schedules"
                             : "channel '%s' needs cores of its own: its registers, buffers and "
                               "interrupts are those of physical cores",
                      channel->name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, scheduler, NULL, "here guests share cores");
    }
}

/* Exits of guests that spin, where the processor does not look or nobody is left. */
static void check_pauses(const IvcScenario *s, IvcDiags *diags)
{
    if (s->hypervisor.pause_loop.exits == IVC_PAUSE_EXITS_NONE)
        return;
    for (size_t i = 0; i < s->n_channels; i++) {
        IvcMode mode = s->channels[i].mode;
        if (ivc_virt_row(mode, IVC_VIRT_PAUSE)->how == IVC_VIRT_TRAPS)
            continue;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(s, "hypervisor.pause_loop.exits"),
                      "set 'hypervisor.mode' to hardware-nested",
                      "channel '%s' has the mode %s, in which no processor leaves a guest that "
                      "spins",
                      s->channels[i].name, ivc_mode_names[mode]);
    }
}

/* Ranks of the chosen channel, one on every core of its guests unless the workload says fewer: of
 * one machine, or of a program those of all. */
static void check_ranks(const IvcScenario *s, IvcDiags *diags)
{
    const IvcWorkload *workload = s->workload.workload;
    if (!s->channel || !workload)
        return;
    uint64_t cores = count_cores(s, s->channel) * (workload->outside ? s->cluster.machines : 1);
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

static bool carries(const IvcMechanism *mechanism, const IvcWorkload *workload)
{
    return workload->speaks == IVC_SPEAKS_MPI
               ? !mechanism->no_messages && (mechanism->requests || !workload->both_at_once) &&
                     (mechanism->tells_handler || !workload->to_handler)
               : (mechanism->carries & IVC_CARRIES(workload->speaks)) != 0;
}

/* What carries what the workload speaks, for a hint. @return transfer full */
static char *carriers_hint(const IvcScenario *s, const IvcWorkload *workload)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; s->registry->mechanisms[i]; i++)
        if (carries(s->registry->mechanisms[i], workload))
            g_ptr_array_add(names, (gpointer)s->registry->mechanisms[i]->head.name);
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    return g_strdup_printf("what carries it: %s", list);
}

/* The largest datagram of UDP and ICMP over IP: 65,535 less headers of 20 and 8 bytes. */
#define DATAGRAM_MAX 65507

/* Blocking Sends of both sides would wait for each other; and a latency needs its end. */
static void check_requests(const IvcScenario *s, IvcDiags *diags)
{
    const IvcWorkload *workload = s->workload.workload;
    if (!workload || workload->speaks != IVC_SPEAKS_MPI || !s->channel || !s->channel->mechanism ||
        carries(s->channel->mechanism, workload))
        return;
    g_autofree char *at = g_strdup_printf("channels.%s.mechanism", s->channel->name);
    g_autofree char *hint = carriers_hint(s, workload);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, "workload.kind"),
                  hint,
                  s->channel->mechanism->no_messages
                      ? "workload '%s' sends messages, and mechanism '%s' carries none"
                  : workload->to_handler
                      ? "workload '%s' is timed until an interrupt's handler begins, and "
                        "mechanism '%s' does not say when"
                      : "workload '%s' has both sides send at once, and mechanism '%s' carries no "
                        "nonblocking messages",
                  workload->head.name, s->channel->mechanism->head.name);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, at), NULL,
                  "the run takes channel '%s'", s->channel->name);
}

static void check_speech(const IvcScenario *s, IvcDiags *diags)
{
    const IvcWorkload *workload = s->workload.workload;
    if (!workload || workload->speaks == IVC_SPEAKS_MPI || !s->channel || !s->channel->mechanism)
        return;
    if (!carries(s->channel->mechanism, workload)) {
        g_autofree char *at = g_strdup_printf("channels.%s.mechanism", s->channel->name);
        g_autofree char *hint = carriers_hint(s, workload);
        ivc_diags_add(
            diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(s, "workload.kind"), hint,
            "workload '%s' speaks '%s', which mechanism '%s' does not carry", workload->head.name,
            ivc_speech_names[workload->speaks], s->channel->mechanism->head.name);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(s, at), NULL,
                      "the run takes channel '%s'", s->channel->name);
    }
    if (workload->speaks == IVC_SPEAKS_ECHO && s->workload.sizes != IVC_SIZES_FIXED)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(s, "workload.sizes.kind"), "leave 'sizes' out",
                      "an answer has the size of its request: ping sends one size");
    if ((workload->speaks == IVC_SPEAKS_DATAGRAM || workload->speaks == IVC_SPEAKS_ECHO) &&
        ivc_workload_draws(&s->workload).bytes_max > DATAGRAM_MAX)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range",
                      ivc_scenario_place(s, "workload.message"), NULL,
                      "a datagram holds no more than %d bytes", DATAGRAM_MAX);
}

/* A guest may serve a channel that does not join it. */
static void mark_server(const IvcScenario *s, const IvcChannelSpec *channel,
                        const char *(*hook)(const void *spec), guint8 *used)
{
    const char *server = hook ? hook(channel->spec) : NULL;
    for (size_t g = 0; server && g < s->n_guests; g++)
        if (g_str_equal(s->guests[g].name, server))
            used[g] = 1;
}

static void check_use(const IvcScenario *s, IvcDiags *diags)
{
    g_autofree guint8 *used = g_new0(guint8, s->n_guests + 1);
    for (size_t i = 0; i < s->n_channels; i++) {
        for (size_t k = 0; k < s->channels[i].n_between; k++)
            used[s->channels[i].between[k]] = 1;
        if (!s->channels[i].mechanism)
            continue;
        mark_server(s, &s->channels[i], s->channels[i].mechanism->served_by, used);
        mark_server(s, &s->channels[i], s->channels[i].mechanism->stored_by, used);
    }
    for (size_t e = 0; e < s->n_groups && s->n_channels > 0; e++) {
        size_t g = s->groups[e].first, end = g + s->groups[e].n;
        while (g < end && (used[g] || s->guests[g].idle || s->guests[g].load != IVC_LOAD_NONE))
            g++;
        if (g == end)
            continue;
        g_autofree char *path = guest_path(s, g, "");
        ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", ivc_scenario_place(s, path), NULL,
                      "guest '%s' is on no channel", s->guests[g].name);
    }
}

/* A matrix is made of axes. */
static void check_axis(const IvcScenario *s, const char *path, const char *key, IvcDiags *diags)
{
    if (ivc_scenario_is_axis(s, path))
        return;
    g_autofree char *at = g_strconcat("report.", key, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < s->n_axes; i++)
        for (const char **p = s->axes[i].paths; *p; p++)
            g_ptr_array_add(names, (gpointer)*p);
    g_ptr_array_add(names, NULL);
    ivc_unknown_name("axis", path, (const char *const *)names->pdata, ivc_scenario_place(s, at),
                     diags);
}

static void check_matrix(const IvcScenario *s, IvcDiags *diags)
{
    const IvcReportSpec *report = &s->report;
    if (report->rows)
        check_axis(s, report->rows, "rows", diags);
    for (size_t i = 0; i < report->columns.n; i++)
        check_axis(s, report->columns.items[i], "columns", diags);
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

static void check_statistics(const IvcScenario *s, IvcDiags *diags)
{
    IvcPlace place = ivc_scenario_place(s, "statistics.repeats");
    if (s->statistics.repeats == 1)
        return;
    if (s->statistics.estimate)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place, "set 'repeats' to 1",
                      "an estimate is of one run");
    else if (!ivc_scenario_is_random(s))
        ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", place, NULL,
                      "nothing is left to chance: every run is the same, and one is done");
}

/* What of a workload only messages of the engine's have, where a program sends its own. */
static void check_outside(const IvcScenario *s, IvcDiags *diags)
{
    if (!s->workload.workload->outside)
        return;
    for (size_t i = 0; i < ivc_binding_count(s->binding); i++) {
        const IvcBound *bound = ivc_binding_get(s->binding, i);
        if (bound->place.line == 0 || !g_str_has_prefix(bound->path, "workload."))
            continue;
        g_auto(GStrv) keys = g_strsplit(bound->path, ".", 3);
        const IvcParam *row = ivc_workload_params;
        while (row->key && strcmp(row->key, keys[1]) != 0)
            row++;
        if (row->key && strcmp(row->key, "ranks") != 0)
            ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", bound->place, NULL,
                          "'%s' has no effect: a program sends messages of its own", row->key);
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
    check_scheduler(s, diags);
    check_pauses(s, diags);
    if (cores_good)
        check_vcpus(s, diags);
    if (cores_good)
        check_ranks(s, diags);
    check_speech(s, diags);
    check_requests(s, diags);
    check_report(s, diags);
    check_matrix(s, diags);
    check_costs(s, diags);
    if (ivc_diags_errors(diags) > errors_before)
        return;
    check_use(s, diags);
    ivc_random_check(s, diags);
    check_statistics(s, diags);
    check_outside(s, diags);
    check_components(s, diags);
}
