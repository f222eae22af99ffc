/* Repeats: the first run becomes the sum, others are added. What a result derives from its sums is
 * then a figure of all runs together; intervals come from the samples. */
#include "sim/scenario/repeats.h"

#include <string.h>

#include "sim/base/parallel.h"
#include "sim/stats/interval.h"

IvcSample ivc_repeats_sample(const IvcResult *run)
{
    return (IvcSample){
        .bytes = run->bytes,
        .messages = run->messages,
        .elapsed_ps = run->elapsed_ps,
        .latency_sum_ps = run->latency_ps.sum,
        .latencies = run->latency_ps.count,
        .latency_p50_ps = ivc_histogram_quantile(&run->latency_ps, 500),
        .latency_p99_ps = ivc_histogram_quantile(&run->latency_ps, 990),
    };
}

static void add_states(IvcStates *to, const IvcStates *from)
{
    to->running_ps += from->running_ps;
    to->waiting_ps += from->waiting_ps;
    to->blocked_ps += from->blocked_ps;
    to->idle_ps += from->idle_ps;
}

static void add_scheduling(IvcResult *sum, const IvcResult *run)
{
    for (guint i = 0; i < run->scheduling->len; i++) {
        IvcSchedulingResult *to = &g_array_index(sum->scheduling, IvcSchedulingResult, i);
        const IvcSchedulingResult *from = &g_array_index(run->scheduling, IvcSchedulingResult, i);
        to->switches += from->switches;
        to->wakes += from->wakes;
        to->preemptions += from->preemptions;
        to->yields += from->yields;
        to->migrations += from->migrations;
    }
    for (guint i = 0; i < run->processors->len; i++) {
        IvcProcessorResult *to = &g_array_index(sum->processors, IvcProcessorResult, i);
        const IvcProcessorResult *from = &g_array_index(run->processors, IvcProcessorResult, i);
        to->running_ps += from->running_ps;
        to->switching_ps += from->switching_ps;
        to->idle_ps += from->idle_ps;
    }
}

static bool same_stage(const IvcStageResult *a, const IvcStageResult *b)
{
    return a->guest == b->guest && strcmp(a->stage, b->stage) == 0 &&
           strcmp(a->component, b->component) == 0;
}

/* A stage that no run before has entered is inserted where this run has it. */
static void add_stages(GArray *to, const GArray *from)
{
    guint at = 0;
    for (guint i = 0; i < from->len; i++) {
        const IvcStageResult *stage = &g_array_index(from, IvcStageResult, i);
        guint k = 0;
        while (k < to->len && !same_stage(&g_array_index(to, IvcStageResult, k), stage))
            k++;
        if (k == to->len) {
            IvcStageResult copy = *stage;
            copy.component = g_strdup(stage->component);
            g_array_insert_val(to, at, copy);
            k = at;
        } else {
            IvcStageResult *sum = &g_array_index(to, IvcStageResult, k);
            sum->spent_ps += stage->spent_ps;
            sum->cycles += stage->cycles;
            sum->times += stage->times;
        }
        at = k + 1;
    }
}

static char *digest_of(const char *sum, const char *run)
{
    g_autofree char *both = g_strconcat(sum, run, NULL);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);
    return g_strndup(hash, strlen(run));
}

void ivc_repeats_add(IvcResult *sum, const IvcResult *run)
{
    IvcSample sample = ivc_repeats_sample(run);
    g_array_append_val(sum->samples, sample);
    sum->messages += run->messages;
    sum->messages_asked += run->messages_asked;
    sum->capped = sum->capped || run->capped;
    if (!sum->stalled)
        sum->stalled = g_strdup(run->stalled);
    sum->bytes += run->bytes;
    sum->setup_ps += run->setup_ps;
    sum->setup_server_ps += run->setup_server_ps;
    sum->warmup_ps += run->warmup_ps;
    sum->elapsed_ps += run->elapsed_ps;
    sum->events += run->events;
    ivc_histogram_merge(&sum->latency_ps, &run->latency_ps);
    for (guint i = 0; i < run->guests->len; i++) {
        IvcGuestResult *guest = &g_array_index(sum->guests, IvcGuestResult, i);
        add_states(&guest->states, &g_array_index(run->guests, IvcGuestResult, i).states);
        guest->spinning_ps += g_array_index(run->guests, IvcGuestResult, i).spinning_ps;
        guest->beside_ps += g_array_index(run->guests, IvcGuestResult, i).beside_ps;
    }
    for (guint i = 0; i < run->cores->len; i++)
        add_states(&g_array_index(sum->cores, IvcCoreResult, i).states,
                   &g_array_index(run->cores, IvcCoreResult, i).states);
    add_scheduling(sum, run);
    add_stages(sum->stages, run->stages);
    for (guint i = 0; i < run->counts->len; i++)
        g_array_index(sum->counts, IvcCountResult, i).value +=
            g_array_index(run->counts, IvcCountResult, i).value;
    for (guint i = 0; i < run->guest_counts->len; i++)
        g_array_index(sum->guest_counts, IvcGuestCount, i).value +=
            g_array_index(run->guest_counts, IvcGuestCount, i).value;
    for (guint i = 0; i < run->shares->len; i++)
        g_array_index(sum->shares, uint64_t, i) += g_array_index(run->shares, uint64_t, i);
    ivc_result_count_shares(sum);
    char *digest = digest_of(sum->digest, run->digest);
    g_free(sum->digest);
    sum->digest = digest;
}

bool ivc_repeats_more(const IvcResult *sum, const IvcStatisticsSpec *statistics)
{
    if (statistics->repeats != 0)
        return sum->samples->len < statistics->repeats;
    if (sum->samples->len < IVC_REPEATS_MIN)
        return true;
    return sum->samples->len < statistics->repeats_max &&
           !ivc_interval_reached(sum->samples, statistics->confidence, statistics->precision);
}

/* Runs that are done at the same time. */
typedef struct {
    const IvcScenario *scenario;
    const IvcRunHooks *hooks;
    uint64_t first; /* repeat */
    IvcResult **results;
    GError **errors;
} Wave;

static void run_one(size_t i, void *user)
{
    const Wave *wave = user;
    wave->results[i] = ivc_run_once(wave->scenario, wave->first + i, wave->hooks, &wave->errors[i]);
}

/* Adds the runs of a wave in their order, as many as are wanted; the first error ends it. Runs that
 * turn out not to be wanted are thrown away, so that the result does not depend on the jobs. */
static bool add_wave(IvcResult *sum, const Wave *wave, size_t n, GError **error)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        bool wanted = ok && ivc_repeats_more(sum, &wave->scenario->statistics);
        if (wanted && wave->results[i])
            ivc_repeats_add(sum, wave->results[i]);
        else if (wanted)
            g_propagate_error(error, g_steal_pointer(&wave->errors[i]));
        ok = ok && (!wanted || wave->results[i]);
        g_clear_pointer(&wave->results[i], ivc_result_free);
        g_clear_error(&wave->errors[i]);
    }
    return ok;
}

static bool run_repeats(IvcResult *sum, const IvcScenario *scenario, const IvcRunHooks *hooks,
                        GError **error)
{
    IvcRunHooks alone = hooks ? *hooks : (IvcRunHooks){0};
    size_t jobs = MAX(alone.jobs, 1);
    if (jobs > 1)
        alone.messages = NULL;
    g_autofree IvcResult **results = g_new0(IvcResult *, jobs);
    g_autofree GError **errors = g_new0(GError *, jobs);
    Wave wave = {scenario, &alone, 0, results, errors};
    while (ivc_repeats_more(sum, &scenario->statistics)) {
        size_t n = jobs;
        if (scenario->statistics.repeats != 0)
            n = MIN(n, scenario->statistics.repeats - sum->samples->len);
        wave.first = sum->samples->len;
        ivc_parallel((unsigned)jobs, n, run_one, &wave);
        if (!add_wave(sum, &wave, n, error))
            return false;
    }
    return true;
}

static IvcResult *run_program(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error)
{
    if (scenario->registry->run_program)
        return scenario->registry->run_program(scenario, hooks, error);
    g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_MPI, "workload '%s': no program is run here",
                scenario->workload.workload->head.name);
    return NULL;
}

IvcResult *ivc_run(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error)
{
    const IvcStatisticsSpec *statistics = &scenario->statistics;
    if (scenario->workload.workload->outside)
        return run_program(scenario, hooks, error);
    g_autoptr(IvcResult) sum = ivc_run_once(scenario, 0, hooks, error);
    if (!sum || statistics->repeats == 1 || !ivc_scenario_is_random(scenario))
        return g_steal_pointer(&sum);
    IvcSample first = ivc_repeats_sample(sum);
    g_array_append_val(sum->samples, first);
    if (!run_repeats(sum, scenario, hooks, error))
        return NULL;
    sum->sampling =
        (IvcSampling){.kind = "repeats",
                      .confidence_ppm = statistics->confidence.ppm,
                      .precision_ppm = statistics->repeats == 0 ? statistics->precision.ppm : 0,
                      .reached = ivc_interval_reached(sum->samples, statistics->confidence,
                                                      statistics->precision)};
    return g_steal_pointer(&sum);
}
