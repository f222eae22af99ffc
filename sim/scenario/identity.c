/* What makes two points the same: the hash over every value that can decide a result, and the
 * count of assumptions behind it.
 *
 * Left out are other channels, sweep, report, name and about, and where numbers come from.
 */
#include <string.h>

#include "sim/model/mpi.h"
#include "sim/model/program.h"
#include "sim/scenario/scenario_private.h"

/* Whether the workload reads time stamps. */
static bool stamps(const IvcScenario *s)
{
    const IvcWorkloadOps *ops = s->workload.workload->ops;
    return ops && ops->stamps && ops->stamps(s->workload.spec);
}

static bool is_of_stamps(const char *path)
{
    return g_str_has_prefix(path, "hypervisor.tsc.") ||
           strcmp(path, "machine.virtualisation.time_stamp_fraction") == 0 ||
           strcmp(path, "machine.virtualisation.clock") == 0 ||
           strcmp(path, "machine.virtualisation.native.time_stamp") == 0;
}

/* The parameters of the schedulers that do not schedule. */
static bool is_idle_scheduler(const IvcScenario *s, const char *path)
{
    int scheduler = s->hypervisor.scheduler;
    if (strcmp(path, "hypervisor.label") == 0)
        return true;
    if (strcmp(path, "hypervisor.domain_switch") == 0 &&
        ivc_virt_row(s->channel->mode, IVC_VIRT_VM_SWITCH)->how != IVC_VIRT_NATIVE)
        return true;
    if (is_of_stamps(path))
        return !stamps(s);
    if (g_str_has_prefix(path, "hypervisor.pause_loop."))
        return s->hypervisor.pause_loop.exits == IVC_PAUSE_EXITS_NONE;
    return scheduler == IVC_SCHEDULER_PINNED || strcmp(path, "hypervisor.mode") == 0 ||
           (scheduler != IVC_SCHEDULER_CREDIT && g_str_has_prefix(path, "hypervisor.credit.")) ||
           (scheduler != IVC_SCHEDULER_CREDIT2 && g_str_has_prefix(path, "hypervisor.credit2.")) ||
           (scheduler != IVC_SCHEDULER_FAIR && g_str_has_prefix(path, "hypervisor.fair."));
}

/* Costs of guests' events that are none under the run's mode; those without a hypervisor concern
 * what measures events only. */
static bool is_idle_virtualisation(const IvcScenario *s, const char *path)
{
    bool events = s->workload.workload->speaks == IVC_SPEAKS_EVENTS;
    if (is_of_stamps(path))
        return !stamps(s) || (strcmp(path, "machine.virtualisation.clock") == 0 &&
                              !ivc_virt_uses(s->channel->mode, path));
    if (g_str_has_prefix(path, "machine.virtualisation.native."))
        return !events;
    if (events && g_str_has_prefix(path, "machine.virtualisation.walk."))
        return false;
    return g_str_has_prefix(path, "machine.virtualisation.") &&
           !ivc_virt_uses(s->channel->mode, path);
}

/* What the chosen channel's mechanism has switched off. */
static bool is_idle_channel(const IvcScenario *s, const char *path)
{
    const IvcMechanism *mechanism = s->channel->mechanism;
    g_autofree char *channel = g_strdup_printf("channels.%s.", s->channel->name);
    return mechanism->idle && g_str_has_prefix(path, channel) &&
           mechanism->idle(s->channel->spec, path + strlen(channel));
}

/* What of a guest is for schedulers only, or adds nothing. */
static bool is_idle_guest(const IvcScenario *s, const char *path)
{
    bool pinned = s->hypervisor.scheduler == IVC_SCHEDULER_PINNED;
    if (g_str_has_suffix(path, ".load")) {
        const IvcBound *bound = ivc_binding_find(s->binding, path);
        return strcmp(bound->text, "none") == 0;
    }
    return pinned && (g_str_has_suffix(path, ".weight") || g_str_has_suffix(path, ".cap") ||
                      g_str_has_suffix(path, ".vcpus"));
}

/* What only says how something is drawn that is not drawn, or how often a run is done that is done
 * once. */
static bool is_idle(const IvcScenario *s, const char *path)
{
    const IvcWorkloadSpec *workload = &s->workload;
    const IvcStatisticsSpec *statistics = &s->statistics;
    if (g_str_has_prefix(path, "workload.sizes."))
        return workload->sizes == IVC_SIZES_FIXED;
    if (g_str_has_prefix(path, "workload.arrivals."))
        return workload->arrivals == IVC_ARRIVALS_NONE;
    if (strcmp(path, "workload.time_stamps") == 0)
        return !stamps(s);
    if (g_str_has_prefix(path, "workload.compute."))
        return workload->compute_mean.ps == 0;
    if (g_str_has_prefix(path, "cluster."))
        return !workload->workload->outside; /* the engine simulates one machine */
    if (g_str_has_prefix(path, "guests."))
        return is_idle_guest(s, path);
    if (g_str_has_prefix(path, "hypervisor."))
        return is_idle_scheduler(s, path);
    if (g_str_has_prefix(path, "machine."))
        return is_idle_virtualisation(s, path);
    if (g_str_has_prefix(path, "channels."))
        return is_idle_channel(s, path);
    if (!g_str_has_prefix(path, "statistics."))
        return false;
    return !statistics->estimate && (statistics->repeats == 1 || !ivc_scenario_is_random(s));
}

bool ivc_scenario_uses(const IvcScenario *scenario, const char *path)
{
    return !is_idle(scenario, path);
}

/* Machine, chosen channel, scheduler and workload: the parameters that can claim to describe the
 * world. */
static bool is_model_path(const IvcScenario *s, const char *path)
{
    if (is_idle(s, path))
        return false;
    g_autofree char *channel = g_strdup_printf("channels.%s.", s->channel->name);
    return g_str_has_prefix(path, "machine.") || g_str_has_prefix(path, channel) ||
           g_str_has_prefix(path, "hypervisor.") || g_str_has_prefix(path, "workload.");
}

static bool decides(const IvcScenario *s, const char *path)
{
    if (strcmp(path, "machine.profile") == 0)
        return false; /* its name is hashed, not how it was found */
    if (is_idle(s, path))
        return false;
    if (g_str_has_prefix(path, "channels.")) {
        /* resolved: 'mode' and 'between' count with what they come to, given or not */
        g_autofree char *mode = g_strdup_printf("channels.%s.mode", s->channel->name);
        g_autofree char *between = g_strdup_printf("channels.%s.between", s->channel->name);
        return is_model_path(s, path) && strcmp(path, mode) != 0 && strcmp(path, between) != 0;
    }
    return g_str_has_prefix(path, "machine.") || g_str_has_prefix(path, "guests.") ||
           g_str_has_prefix(path, "hypervisor.") || g_str_has_prefix(path, "workload.") ||
           g_str_has_prefix(path, "cluster.") || g_str_has_prefix(path, "limits.") ||
           g_str_has_prefix(path, "statistics.") || strcmp(path, "channel") == 0;
}

static void add_file(const char *path, GString *text)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &bytes, &size, NULL))
        return; /* the run will say so */
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, size);
    g_string_append_printf(text, "file=%s\n", sum);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the program consists of: its file, and of C source the headers beside it. */
static void add_program(const IvcScenario *s, GString *text)
{
    const IvcProgramSpec *program = s->workload.spec;
    g_autofree char *path = ivc_scenario_file(s, program->program);
    add_file(path, text);
    if (!ivc_program_is_source(program))
        return;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        if (g_str_has_suffix(name, ".h"))
            g_ptr_array_add(headers, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(headers, by_name);
    for (guint i = 0; i < headers->len; i++)
        add_file(headers->pdata[i], text);
}

char *ivc_scenario_hash(const IvcScenario *s)
{
    g_autoptr(GString) text = g_string_new("ivcsim/1\n");
    g_string_append_printf(text, "profile=%s\nmode=%d\nbetween=", s->profile,
                           (int)s->channel->mode);
    for (size_t i = 0; i < s->channel->n_between; i++)
        g_string_append_printf(text, "%s,", s->guests[s->channel->between[i]].name);
    g_string_append_c(text, '\n');
    for (size_t i = 0; i < ivc_binding_count(s->binding); i++) {
        const IvcBound *bound = ivc_binding_get(s->binding, i);
        if (decides(s, bound->path))
            g_string_append_printf(text, "%s=%zu:%s\n", bound->path, strlen(bound->text),
                                   bound->text);
    }
    if (s->workload.workload->outside)
        add_program(s, text);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text->str, text->len);
}

void ivc_scenario_count_kinds(const IvcScenario *s, size_t *ret_all, size_t *ret_assumed,
                              size_t *ret_calibrated)
{
    *ret_all = *ret_assumed = *ret_calibrated = 0;
    for (size_t i = 0; i < ivc_binding_count(s->binding); i++) {
        const IvcBound *bound = ivc_binding_get(s->binding, i);
        bool name = bound->param == ivc_machine_profile_param ||
                    (bound->param >= ivc_channel_params && bound->param < ivc_channel_params + 3);
        if (name || !is_model_path(s, bound->path))
            continue;
        if (bound->kind == IVC_KIND_DESIGN) /* claims nothing about the world */
            continue;
        *ret_all += 1;
        *ret_assumed += bound->kind == IVC_KIND_ASSUMED;
        *ret_calibrated += bound->kind == IVC_KIND_CALIBRATED;
    }
}
