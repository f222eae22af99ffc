/* The tables of what every scenario has, whatever its mechanism and workload; and the look-up of
 * names in the registry.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

const char *const ivc_scenario_keys[] = {
    "schema",   "name",    "about",  "machine",    "hypervisor", "guests", "channels", "channel",
    "workload", "cluster", "limits", "statistics", "sweep",      "report", NULL};

const IvcParam ivc_scenario_top_params[] = {
    {IVC_PARAM(IvcScenario, name, "name"),
     .sentence = "name of the scenario, also of the folder for its results"},
    {IVC_PARAM(IvcScenario, about, "about"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the question that the scenario answers, in a few sentences"},
    {.key = NULL},
};

const IvcParam ivc_scenario_channel_param[] = {
    {.key = "channel",
     .type = IVC_PARAM_TEXT,
     .fallback = IVC_PARAM_UNSET,
     .sentence = "the channel that a run takes; without it the first of 'channels'"},
    {.key = NULL},
};

const IvcParam ivc_machine_profile_param[] = {
    {.key = "profile",
     .type = IVC_PARAM_TEXT,
     .fallback = IVC_PARAM_UNSET,
     .sentence = "a built-in chip, or a profile file (.yaml) beside the scenario"},
    {.key = NULL},
};

static const char *const loads[] = {"none", "busy", NULL}; /* IvcGuestLoad */

const IvcParam ivc_guest_params[] = {
    {IVC_PARAM(IvcGuestSpec, count, "count"), .fallback = IVC_PARAM_UNSET, .min = "1",
     .max = "65536",
     .sentence = "so many guests alike, NAME-0, NAME-1 ..., each with the next cores"},
    {IVC_PARAM(IvcGuestSpec, cores, "cores"),
     .sentence =
         "the cores that the guest owns, or that a scheduler may run it on; [] for one that "
         "only takes memory"},
    {IVC_PARAM(IvcGuestSpec, memory, "memory"), .fallback = "256MiB", .min = "1MiB",
     .sentence = "memory that the guest owns"},
    {IVC_PARAM(IvcGuestSpec, vcpus, "vcpus"), .fallback = IVC_PARAM_UNSET, .min = "1",
     .max = "4096", .sentence = "virtual CPUs of the guest; without it as many as 'cores' names"},
    {IVC_PARAM(IvcGuestSpec, weight, "weight"), .fallback = "256", .min = "1", .max = "65535",
     .sentence = "share of a contended core, in proportion to the weights of other guests"},
    {IVC_PARAM(IvcGuestSpec, cap, "cap"), .fallback = "0", .max = "409600",
     .sentence = "most that the guest may run, in percent of one core; 0: no cap"},
    {IVC_PARAM(IvcGuestSpec, load, "load"), .fallback = "none", .choices = loads,
     .sentence = "work beside the ranks; busy: a process on each vCPU that computes for ever"},
    {.key = NULL},
};

const IvcParam ivc_channel_params[] = {
    {IVC_PARAM(IvcChannelHead, mechanism, "mechanism"),
     .sentence = "how messages travel: see 'ivcsim list mechanisms'"},
    {IVC_PARAM(IvcChannelHead, between, "between"), .fallback = IVC_PARAM_UNSET,
     .sentence =
         "the guests that the channel joins, in the order of the ranks; without it all with cores"},
    {IVC_PARAM(IvcChannelHead, mode, "mode"), .fallback = IVC_PARAM_UNSET,
     .choices = ivc_mode_names, .sentence = "mode of this channel; without it the hypervisor's"},
    {.key = NULL},
};

const IvcParam ivc_workload_kind_param[] = {
    {IVC_PARAM(IvcWorkloadHead, kind, "kind"),
     .sentence = "who sends to whom and when: see 'ivcsim list workloads'"},
    {.key = NULL},
};

static const char *const sizes[] = {"fixed", "uniform", "exponential", "list", NULL};
static const char *const arrivals[] = {"none", "periodic", "poisson", NULL};
static const char *const buffers[] = {"two", "one", NULL}; /* IvcWorkloadBuffers */
static const char *const computing[] = {"fixed", "uniform", "exponential", NULL};

static const IvcParam sizes_params[] = {
    {IVC_PARAM(IvcWorkloadSpec, sizes, "kind"), .fallback = "fixed", .choices = sizes,
     .sentence = "distribution of the messages' sizes; 'message' is the mean"},
    {IVC_PARAM(IvcWorkloadSpec, size_min, "min"), .fallback = "1B", .min = "1B",
     .sentence = "uniform: the smallest; the largest is as far above the mean"},
    {IVC_PARAM(IvcWorkloadSpec, size_max, "max"), .fallback = "0B",
     .sentence = "exponential: no message is larger; 0: eight times the mean"},
    {IVC_PARAM(IvcWorkloadSpec, size_list, "list"), .fallback = IVC_PARAM_UNSET,
     .sentence = "list: the sizes that there are, [64B, 1500B]; their mean takes the place of "
                 "'message'"},
    {IVC_PARAM(IvcWorkloadSpec, size_weights, "weights"), .fallback = IVC_PARAM_UNSET,
     .sentence = "list: how often each comes, [3, 1]; without it all alike"},
    {.key = NULL},
};

static const IvcParam arrivals_params[] = {
    {IVC_PARAM(IvcWorkloadSpec, arrivals, "kind"), .fallback = "none", .choices = arrivals,
     .sentence = "when a round of a rank is due: at once, at equal distances, or as a Poisson "
                 "process; latency counts from then"},
    {IVC_PARAM(IvcWorkloadSpec, rate, "rate"), .fallback = "0", .max = "1000000000",
     .sentence = "rounds of each rank that are due in a second, on average"},
    {.key = NULL},
};

static const IvcParam compute_params[] = {
    {IVC_PARAM(IvcWorkloadSpec, compute, "kind"), .fallback = "fixed", .choices = computing,
     .sentence = "distribution of the time that a rank computes before a round; uniform: 0 to "
                 "twice the mean"},
    {IVC_PARAM(IvcWorkloadSpec, compute_mean, "mean"), .fallback = "0ps", .max = "1s",
     .sentence = "mean of that time; 0: none"},
    {.key = NULL},
};

const IvcParam ivc_workload_params[] = {
    {IVC_PARAM(IvcWorkloadSpec, total, "total"), .fallback = "64MiB", .min = "1B",
     .sentence = "bytes to move in the measured phase"},
    {IVC_PARAM(IvcWorkloadSpec, message, "message"), .fallback = "4KiB", .min = "1B",
     .sentence = "bytes of one message"},
    {IVC_PARAM(IvcWorkloadSpec, messages_max, "messages_max"), .fallback = "1000000000000",
     .min = "1", .sentence = "a point stops after so many messages, and says so"},
    {IVC_PARAM(IvcWorkloadSpec, warmup, "warmup"), .fallback = "64", .max = "1000000",
     .sentence =
         "messages of each sender before measuring starts; beyond 64, no more than an eighth "
         "of the measured ones"},
    {IVC_PARAM(IvcWorkloadSpec, buffers, "buffers"), .fallback = "two", .choices = buffers,
     .sentence = "of each rank: one to send and one to receive, or one for both"},
    {IVC_PARAM(IvcWorkloadSpec, ranks, "ranks"), .fallback = "0", .max = "4096",
     .sentence = "processes that take part; 0: one on every core of the channel's guests"},
    {IVC_PARAM(IvcWorkloadSpec, seed, "seed"), .fallback = "1",
     .sentence = "start of every random stream"},
    {.key = "sizes",
     .type = IVC_PARAM_GROUP,
     .group = sizes_params,
     .sentence = "sizes of messages that are drawn"},
    {.key = "arrivals",
     .type = IVC_PARAM_GROUP,
     .group = arrivals_params,
     .sentence = "messages that come from outside, at times of their own"},
    {.key = "compute",
     .type = IVC_PARAM_GROUP,
     .group = compute_params,
     .sentence = "work of a rank between its messages"},
    {.key = NULL},
};

const char *const ivc_speech_names[] = {
    [IVC_SPEAKS_MPI] = "mpi",           [IVC_SPEAKS_STREAM] = "stream",
    [IVC_SPEAKS_DATAGRAM] = "datagram", [IVC_SPEAKS_ECHO] = "echo",
    [IVC_SPEAKS_EVENTS] = "events",     [IVC_SPEAKS_LOCK] = "lock",
    [IVC_SPEAKS_BARRIER] = "barrier",   [IVC_SPEECHES] = NULL,
};

IvcParam *ivc_workload_table(const IvcWorkload *workload)
{
    IvcParam *table = g_memdup2(ivc_workload_params, sizeof ivc_workload_params);
    const IvcDefault *own = workload ? workload->defaults : NULL;
    for (; own && own->key; own++)
        for (IvcParam *row = table; row->key; row++)
            if (strcmp(row->key, own->key) == 0) {
                row->fallback = own->value;
                row->kind = own->source ? IVC_KIND_DOCUMENTED : IVC_KIND_DESIGN;
                row->source = own->source;
            }
    return table;
}

const IvcParam ivc_statistics_params[] = {
    {IVC_PARAM(IvcStatisticsSpec, repeats, "repeats"), .fallback = "1", .max = "10000",
     .sentence = "runs of a point with random input, each with streams of its own; 0: until "
                 "'precision'"},
    {IVC_PARAM(IvcStatisticsSpec, repeats_max, "repeats_max"), .fallback = "100", .min = "5",
     .max = "10000", .sentence = "no more than these when 'repeats' is 0"},
    {IVC_PARAM(IvcStatisticsSpec, confidence, "confidence"), .fallback = "95%", .min = "50%",
     .max = "99.99%", .sentence = "of the intervals: how many of them cover the true value"},
    {IVC_PARAM(IvcStatisticsSpec, precision, "precision"), .fallback = "2%", .min = "0.01%",
     .max = "50%",
     .sentence =
         "half of the width of an interval over its middle, for bandwidth and mean latency"},
    {IVC_PARAM(IvcStatisticsSpec, estimate, "estimate"), .fallback = "false",
     .sentence = "stop a run that does not recur at that precision, and call it an estimate"},
    {.key = NULL},
};

const IvcParam ivc_limits_params[] = {
    {IVC_PARAM(IvcLimits, horizon, "horizon"), .fallback = "1000000s", .min = "1ns",
     .max = "1000000s",
     .sentence = "simulated time at which a run is given up; with n cores no later than "
                 "9223372 s / n"},
    {IVC_PARAM(IvcLimits, events_per_instant, "events_per_instant"), .fallback = "1000000",
     .min = "1",
     .sentence = "events at one instant at which a run is given up: a loop without delay"},
    {IVC_PARAM(IvcLimits, events_max, "events_max"), .fallback = "0",
     .sentence = "events at which a run is given up; 0: no limit"},
    {.key = NULL},
};

const char *const ivc_report_figures[] = {"bandwidth", "bandwidth-log", "latency",    "cpu",
                                          "balance",   "stages",        "operations", "rate",
                                          "spinning",  "speedup",       NULL};

const char *const ivc_report_cells[] = {"bandwidth", "latency", "latency-cycles", "messages", NULL};

const IvcParam ivc_report_params[] = {
    {IVC_PARAM(IvcReportSpec, baseline, "baseline"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the channel that others are compared with"},
    {IVC_PARAM(IvcReportSpec, title, "title"), .fallback = IVC_PARAM_UNSET,
     .sentence = "title of the figures"},
    {IVC_PARAM(IvcReportSpec, figures, "figures"), .fallback = IVC_PARAM_UNSET,
     .choices = ivc_report_figures, .sentence = "names of the figures to draw; without it all"},
    {IVC_PARAM(IvcReportSpec, rows, "rows"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the axis down the matrix in which a sweep is printed, and by run too"},
    {IVC_PARAM(IvcReportSpec, columns, "columns"), .fallback = IVC_PARAM_UNSET,
     .sentence =
         "axes of that matrix: the last one goes across, each value of others has a matrix"},
    {IVC_PARAM(IvcReportSpec, cells, "cells"), .fallback = IVC_PARAM_UNSET,
     .choices = ivc_report_cells, .sentence = "what its cells show; without it bandwidth"},
    {.key = NULL},
};

static const char **take_names(GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}

const char **ivc_mechanism_names(const IvcRegistry *registry)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; registry->mechanisms[i]; i++)
        g_ptr_array_add(names, (gpointer)registry->mechanisms[i]->head.name);
    return take_names(names);
}

const char **ivc_workload_names(const IvcRegistry *registry)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; registry->workloads[i]; i++)
        g_ptr_array_add(names, (gpointer)registry->workloads[i]->head.name);
    return take_names(names);
}

const char **ivc_profile_names(const IvcRegistry *registry)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; registry->profiles[i].name; i++)
        g_ptr_array_add(names, (gpointer)registry->profiles[i].name);
    return take_names(names);
}

const char **ivc_channel_names(const IvcScenario *scenario)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < scenario->n_channels; i++)
        g_ptr_array_add(names, (gpointer)scenario->channels[i].name);
    return take_names(names);
}

const char **ivc_guest_names(const IvcScenario *scenario)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < scenario->n_groups; i++)
        g_ptr_array_add(names, (gpointer)scenario->groups[i].name);
    return take_names(names);
}

const char **ivc_bound_paths(const IvcScenario *scenario)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < ivc_binding_count(scenario->binding); i++)
        g_ptr_array_add(names, ivc_binding_get(scenario->binding, i)->path);
    return take_names(names);
}

const IvcMechanism *ivc_mechanism_find(const IvcRegistry *registry, const char *name)
{
    for (size_t i = 0; name && registry->mechanisms[i]; i++) {
        if (strcmp(registry->mechanisms[i]->head.name, name) == 0)
            return registry->mechanisms[i];
    }
    return NULL;
}

const IvcWorkload *ivc_workload_find(const IvcRegistry *registry, const char *name)
{
    for (size_t i = 0; name && registry->workloads[i]; i++) {
        if (strcmp(registry->workloads[i]->head.name, name) == 0)
            return registry->workloads[i];
    }
    return NULL;
}

void ivc_unknown_name(const char *what, const char *word, const char *const *names, IvcPlace place,
                      IvcDiags *diags)
{
    g_autofree char *hint = ivc_hint_names(word, names);
    g_autofree char *shown = ivc_text_escape(word, strlen(word), 40);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference", place, hint, "unknown %s '%s'", what,
                  shown);
}
