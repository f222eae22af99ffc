/* Estimates by batch means. The messages of the measured phase are cut into batches of equal
 * numbers; when there are 64 of them, neighbours are joined to 32 of twice the length (Law and
 * Carson, A sequential procedure for determining the length of a steady-state simulation, 1979).
 * At 48 and at 64 batches, the run may stop: when the intervals are narrow enough, neighbours are
 * not correlated and there is no trend. Then every rank ends after the same round, and all that is
 * under way is delivered, as at the end of any run. */
#include "sim/scenario/estimate.h"

#include "sim/stats/interval.h"

#define BATCHES_MAX 64
#define BATCHES_LESS 48
#define BATCH_MESSAGES 32

/* A period is preferred, being exact: it gets this many looks. Shipped scenarios with one need no
 * more. */
#define LOOKS_FIRST (UINT64_C(1) << 15)

/* Rounds that are begun when the run is stopped are done, and one more by every rank, so that the
 * last delivery is still to come. */
#define ROUNDS_MORE 2

struct IvcEstimator {
    IvcPoint *point;
    const IvcSkipper *skipper;
    uint32_t looker; /* the last rank that has rounds: it looks */
    uint64_t looks;
    uint64_t batch; /* messages in one */
    IvcSample last; /* what had been counted when the latest batch ended, since the start */
    GArray *batches;
    bool stopped;
};

static IvcSample counted(const IvcPlatform *platform)
{
    const IvcMeasure *measure = &platform->measure;
    return (IvcSample){
        .bytes = measure->bytes,
        .messages = measure->delivered,
        .elapsed_ps = ivc_sim_time(&platform->sim),
        .latency_sum_ps = measure->latency_ps.sum,
        .latencies = measure->latency_ps.count,
    };
}

/* Others only answer, or are not wanted by the workload. */
static bool has_rounds(const IvcPoint *point, uint32_t rank)
{
    return point->works[rank].rounds != 0;
}

static void join_neighbours(IvcEstimator *self)
{
    IvcSample *all = (IvcSample *)(void *)self->batches->data;
    for (guint i = 0; i < self->batches->len / 2; i++) {
        IvcSample sum = all[2 * i];
        sum.bytes += all[2 * i + 1].bytes;
        sum.messages += all[2 * i + 1].messages;
        sum.elapsed_ps += all[2 * i + 1].elapsed_ps;
        sum.latency_sum_ps += all[2 * i + 1].latency_sum_ps;
        sum.latencies += all[2 * i + 1].latencies;
        all[i] = sum;
    }
    g_array_set_size(self->batches, self->batches->len / 2);
    self->batch *= 2;
}

/* Every rank does the rounds that are under way, and no more. @return false: it will anyhow */
static bool stop_rounds(IvcPoint *point)
{
    IvcMeasure *measure = &point->platform.measure;
    uint64_t per_round = ivc_point_messages_per_round(point);
    uint64_t rounds = 0;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++)
        rounds = MAX(rounds, point->works[r].round + ROUNDS_MORE);
    if (rounds >= point->rounds)
        return false;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++)
        if (has_rounds(point, r))
            point->works[r].rounds = rounds;
    point->rounds = rounds;
    measure->target = rounds * per_round - measure->warmup;
    return true;
}

/* Ranks go on until the measured phase is over: by the next delivery. */
static bool stop_measuring(IvcMeasure *measure)
{
    uint64_t target = measure->delivered - measure->warmup + 1;
    bool sooner = target < measure->target;
    measure->target = MIN(measure->target, target);
    return sooner;
}

/* Ends the run after the rounds that are under way. */
static void stop(IvcEstimator *self)
{
    IvcPoint *point = self->point;
    bool stops = point->workload->ops->open_ended ? stop_measuring(&point->platform.measure)
                                                  : stop_rounds(point);
    if (!stops)
        return;                  /* as good as over */
    point->platform.look = NULL; /* the search would skip up to the old end */
    point->platform.leave = NULL;
    self->stopped = true;
}

static bool precise(const IvcEstimator *self)
{
    const IvcStatisticsSpec *want = &self->point->scenario->statistics;
    return ivc_interval_reached(self->batches, want->confidence, want->precision) &&
           ivc_interval_independent(self->batches);
}

/* Whether all ranks have done about as many rounds. Who is slower would be alone at the end, which
 * is another mix than that of the batches; but where all go on until it is over. */
static bool equally_far(const IvcPoint *point)
{
    uint64_t least = UINT64_MAX, most = 0;
    if (point->workload->ops->open_ended)
        return true;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        if (!has_rounds(point, r))
            continue;
        least = MIN(least, point->works[r].round);
        most = MAX(most, point->works[r].round);
    }
    return most - least <= most / 100 + ROUNDS_MORE;
}

/* Whether the search for a period has had its chance. */
static bool may_stop(const IvcEstimator *self)
{
    if (!self->skipper)
        return true;
    IvcRecurrenceState state = ivc_skipper_state(self->skipper);
    return state == IVC_RECURRENCE_GIVEN_UP || state == IVC_RECURRENCE_BROKEN ||
           (state == IVC_RECURRENCE_SEARCHING && self->looks >= LOOKS_FIRST);
}

static void watch(IvcPlatform *platform, uint32_t rank)
{
    IvcEstimator *self = platform->watch_data;
    if (rank != self->looker || !platform->measure.measuring)
        return;
    IvcSample now = counted(platform);
    if (self->looks++ == 0)
        self->last = now;
    if (self->skipper && ivc_skipper_state(self->skipper) == IVC_RECURRENCE_FOUND) {
        platform->watch = NULL; /* the rest is known exactly */
        return;
    }
    if (now.messages - self->last.messages < self->batch)
        return;
    IvcSample batch = {.bytes = now.bytes - self->last.bytes,
                       .messages = now.messages - self->last.messages,
                       .elapsed_ps = now.elapsed_ps - self->last.elapsed_ps,
                       .latency_sum_ps = now.latency_sum_ps - self->last.latency_sum_ps,
                       .latencies = now.latencies - self->last.latencies};
    g_array_append_val(self->batches, batch);
    self->last = now;
    bool full = self->batches->len == BATCHES_MAX;
    if ((full || self->batches->len == BATCHES_LESS) && may_stop(self) &&
        equally_far(self->point) && precise(self)) {
        platform->watch = NULL;
        stop(self);
    } else if (full) {
        join_neighbours(self);
    }
}

IvcEstimator *ivc_estimator_new(IvcPoint *point, const IvcSkipper *skipper)
{
    IvcEstimator *self = g_new0(IvcEstimator, 1);
    self->point = point;
    self->skipper = skipper;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++)
        self->looker = has_rounds(point, r) ? r : self->looker;
    self->batch = BATCH_MESSAGES;
    self->batches = g_array_sized_new(FALSE, TRUE, sizeof(IvcSample), BATCHES_MAX);
    point->platform.watch = watch;
    point->platform.watch_data = self;
    return self;
}

void ivc_estimator_free(IvcEstimator *self)
{
    if (!self)
        return;
    self->point->platform.watch = NULL;
    g_array_unref(self->batches);
    g_free(self);
}

void ivc_estimator_report(const IvcEstimator *self, IvcResult *result)
{
    const IvcStatisticsSpec *want = &self->point->scenario->statistics;
    if (!self->stopped)
        return;
    result->sampling = (IvcSampling){.kind = "batches",
                                     .confidence_ppm = want->confidence.ppm,
                                     .precision_ppm = want->precision.ppm,
                                     .reached = true};
    g_array_append_vals(result->samples, self->batches->data, self->batches->len);
    result->recurrence = (IvcRecurrenceResult){.outcome = "estimated"};
    result->capped = false; /* it ended before that */
}
