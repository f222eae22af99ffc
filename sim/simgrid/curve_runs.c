/*
 * Runs of ping-pong and stream between two guests of a scenario's channel, or all of its pairs at
 * once. The scenario is written out and read again, with a workload in place of its own. Leaves
 * out: what a scenario's own workload draws at random; all messages of a run are alike.
 */
#include "sim/simgrid/curve_runs.h"

#include <string.h>

#include "sim/base/parallel.h"

/* Bytes and messages of a run: enough that the beginning does not count (a stream over TCP takes
 * thousands of messages to settle), few enough for seconds. */
typedef struct {
    uint64_t bytes;
    uint64_t least;
    uint64_t most;
} Amount;

static const Amount there = {UINT64_C(8) << 20, 16, 256};
static const Amount there_warmup = {UINT64_C(8) << 20, 8, 64};
static const Amount stream = {UINT64_C(64) << 20, 32, 16384};
static const Amount stream_warmup = {UINT64_C(16) << 20, 8, 4096};

/* Looking for a state that comes back takes up to half of a stream's time. When so many have been
 * looked at, and less than one in so many messages was skipped, the others run in full. */
#define STREAMS_LOOKED_AT 64
#define SKIPPED_SHARE 20

struct IvcCurveBase {
    const IvcScenario *scenario;
    const IvcCurvesOptions *options;
    IvcScenarioSource *source;
    GArray *known; /* IvcCurveRun that was done: no run is done twice */
    bool full;     /* streams of the batch run in full */
    GMutex lock;   /* of what follows */
    size_t done;
    size_t planned;
    size_t looked_at;  /* streams */
    uint64_t messages; /* of these */
    uint64_t skipped;
};

typedef struct {
    IvcCurveBase *base;
    IvcCurveRun *runs;
} Batch;

/* What stands before sweep and report, the last two sections that `show` writes. */
static size_t without_sweep(const char *text)
{
    const char *const ends[] = {"\nsweep:\n", "\nreport:\n"};
    size_t size = strlen(text);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *end = strstr(text, ends[i]);
        if (end && (size_t)(end - text) + 1 < size)
            size = (size_t)(end - text) + 1;
    }
    return size;
}

IvcCurveBase *ivc_curve_base_new(const IvcScenario *scenario, const IvcCurvesOptions *options)
{
    IvcCurveBase *base = g_new0(IvcCurveBase, 1);
    g_autofree char *text = ivc_scenario_show(scenario, false);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    base->scenario = scenario;
    base->options = options;
    base->known = g_array_new(FALSE, FALSE, sizeof(IvcCurveRun));
    g_mutex_init(&base->lock);
    base->source = ivc_scenario_source_parse(scenario->file, text, without_sweep(text),
                                             scenario->registry, diags);
    return base;
}

void ivc_curve_base_free(IvcCurveBase *base)
{
    if (!base)
        return;
    if (base->source)
        ivc_scenario_source_free(base->source);
    g_array_unref(base->known);
    g_mutex_clear(&base->lock);
    g_free(base);
}

void ivc_curve_plan(IvcCurveBase *base, size_t more)
{
    base->planned += more;
}

static const char *guest_name(const IvcScenario *scenario, unsigned index)
{
    return scenario->guests[scenario->channel->between[index]].name;
}

static uint64_t amount_of(const Amount *amount, uint64_t bytes)
{
    return CLAMP(amount->bytes / bytes, amount->least, amount->most);
}

/* The assignments of a run; free with g_strfreev(). */
static char **run_sets(const IvcScenario *s, const IvcCurveRun *run)
{
    g_autoptr(GStrvBuilder) sets = g_strv_builder_new();
    bool all = run->from == G_MAXUINT;
    bool streams = strcmp(run->workload, "stream") == 0;
    uint64_t messages = amount_of(streams ? &stream : &there, run->bytes);
    uint64_t warmup = amount_of(streams ? &stream_warmup : &there_warmup, run->bytes);
    unsigned ranks = all ? (unsigned)s->channel->n_between / 2 * 2 : 2;
    g_autofree char *workload = g_strdup_printf(
        "workload={kind: %s, message: %" G_GUINT64_FORMAT "B, total: %" G_GUINT64_FORMAT
        "B, messages_max: %" G_GUINT64_FORMAT ", warmup: %" G_GUINT64_FORMAT
        ", ranks: %u, seed: %" G_GUINT64_FORMAT ", sizes: {kind: %s, min: %" G_GUINT64_FORMAT "B}}",
        run->workload, run->bytes, run->bytes * messages * ranks / 2, messages * ranks / 2, warmup,
        ranks, s->workload.seed, run->around ? "uniform" : "fixed", run->bytes - run->around);
    g_strv_builder_add(sets, workload);
    g_autofree char *channel = g_strdup_printf("channel=%s", s->channel->name);
    g_strv_builder_add(sets, channel);
    if (!all) {
        bool one = run->from == run->to;
        g_autofree char *between = g_strdup_printf("channels.%s.between=[%s%s%s]", s->channel->name,
                                                   guest_name(s, run->from), one ? "" : ", ",
                                                   one ? "" : guest_name(s, run->to));
        g_strv_builder_add(sets, between);
    }
    return g_strv_builder_end(sets);
}

static IvcTime busy(const IvcResult *result, const IvcScenario *s, unsigned guest)
{
    const char *name = s->guests[guest].name;
    for (guint g = 0; g < result->guests->len; g++) {
        const IvcGuestResult *of = &g_array_index(result->guests, IvcGuestResult, g);
        if (strcmp(of->name, name) == 0)
            return of->states.running_ps -
                   MIN(of->states.running_ps, of->spinning_ps + of->beside_ps);
    }
    return 0;
}

static void take_result(const IvcScenario *s, IvcCurveRun *run, const IvcResult *result)
{
    uint64_t n = MAX(result->messages, 1);
    bool all = run->from == G_MAXUINT;
    uint64_t pairs = all ? s->channel->n_between / 2 : 1;
    run->message_ps = (IvcTime)((double)result->elapsed_ps * (double)pairs / (double)n);
    const IvcChannelSpec *channel = s->channel;
    if (!all) {
        uint64_t shares = run->from == run->to ? 2 * n : n; /* inside a guest it is both ends */
        run->sender_ps = busy(result, s, channel->between[run->from]) / shares;
        run->receiver_ps = busy(result, s, channel->between[run->to]) / shares;
    }
    const char *server =
        channel->mechanism->served_by ? channel->mechanism->served_by(channel->spec) : NULL;
    for (unsigned g = 0; server && g < s->n_guests; g++)
        if (strcmp(s->guests[g].name, server) == 0)
            run->server_ps = busy(result, s, g) / n;
}

/* A ping-pong of so few messages is over before a period could be skipped. */
static bool runs_in_full(const IvcCurveBase *base, const IvcCurveRun *run)
{
    return base->full || strcmp(run->workload, "pingpong") == 0;
}

static void count_skipped(IvcCurveBase *base, const IvcCurveRun *run, const IvcResult *result)
{
    if (runs_in_full(base, run) || run->around)
        return;
    g_mutex_lock(&base->lock);
    base->looked_at++;
    base->messages += result->messages;
    base->skipped += result->recurrence.skipped_messages;
    g_mutex_unlock(&base->lock);
}

static void run_one(IvcCurveBase *base, IvcCurveRun *run)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_auto(GStrv) sets = run_sets(base->scenario, run);
    g_autoptr(IvcScenario) scenario =
        base->source ? ivc_scenario_bind(base->source, (const char *const *)sets, diags) : NULL;
    if (!scenario) {
        const char *text = ivc_diags_count(diags) ? ivc_diags_get(diags, 0)->text : "";
        g_set_error(&run->error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_SCENARIO,
                    "channel '%s' cannot be measured with workload '%s': %s",
                    base->scenario->channel->name, run->workload, text);
        return;
    }
    IvcRunHooks hooks = {.stop = base->options ? base->options->stop : NULL,
                         .full = runs_in_full(base, run)};
    g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &run->error);
    if (result) {
        take_result(base->scenario, run, result);
        count_skipped(base, run, result);
    }
    if (result && run->message_ps == 0)
        g_set_error(&run->error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_MECHANISM,
                    "a message of channel '%s' takes no time in workload '%s'",
                    base->scenario->channel->name, run->workload);
}

static void run_ith(size_t i, void *user)
{
    const Batch *batch = user;
    IvcCurveBase *base = batch->base;
    const IvcCurvesOptions *options = base->options;
    if (options && options->stop && *options->stop)
        g_set_error(&batch->runs[i].error, IVC_SIM_ERROR, IVC_SIM_ERROR_STOPPED, "stopped");
    else
        run_one(base, &batch->runs[i]);
    g_mutex_lock(&base->lock);
    base->done++;
    if (options && options->progress)
        options->progress(base->done, MAX(base->planned, base->done), options->user);
    g_mutex_unlock(&base->lock);
}

static bool is_known(const IvcCurveBase *base, IvcCurveRun *run)
{
    for (guint i = 0; i < base->known->len; i++) {
        const IvcCurveRun *known = &g_array_index(base->known, IvcCurveRun, i);
        if (known->bytes != run->bytes || known->around != run->around ||
            known->from != run->from || known->to != run->to ||
            strcmp(known->workload, run->workload) != 0)
            continue;
        *run = *known;
        return true;
    }
    return false;
}

/* Takes over the first error; the others are forgotten. */
static GError *first_error(IvcCurveRun *runs, size_t n)
{
    GError *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!first)
            first = runs[i].error;
        else
            g_clear_error(&runs[i].error);
        runs[i].error = NULL;
    }
    return first;
}

bool ivc_curve_runs(IvcCurveBase *base, IvcCurveRun *runs, size_t n, GError **error)
{
    g_autofree IvcCurveRun *unknown = g_new0(IvcCurveRun, n + 1);
    Batch batch = {.base = base, .runs = unknown};
    g_autofree size_t *place = g_new0(size_t, n + 1); /* among all */
    size_t n_unknown = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_known(base, &runs[i]))
            continue;
        place[n_unknown] = i;
        unknown[n_unknown++] = runs[i];
    }
    base->done += n - n_unknown;
    base->full =
        base->looked_at >= STREAMS_LOOKED_AT && base->skipped * SKIPPED_SHARE < base->messages;
    ivc_parallel(base->options ? base->options->jobs : 0, n_unknown, run_ith, &batch);
    GError *first = first_error(unknown, n_unknown);
    if (first) {
        g_propagate_error(error, first);
        return false;
    }
    g_array_append_vals(base->known, unknown, (guint)n_unknown);
    for (size_t i = 0; i < n_unknown; i++)
        runs[place[i]] = unknown[i];
    return true;
}
