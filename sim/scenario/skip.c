/* What recurrence means for a point: the state is what ivc_point_digest() feeds, looked at whenever
 * the last rank has ended a round of the measured phase; a period adds to ledgers, counters, the
 * histogram, and the ranks' rounds. */
#include "sim/scenario/skip.h"

/* Looks without a period after which the run goes on in full. */
#define LOOKS_MAX (UINT64_C(1) << 18)

/* A period is watched for a few milliseconds before it is believed: many short ones, or one long
 * one. */
#define CONFIRM_EVENTS 20000

struct IvcSkipper {
    IvcPoint *point;
    IvcRecurrence *recurrence;
    uint64_t periods;     /* skipped */
    unsigned full_levels; /* of caches, then */
    uint64_t without;     /* a word of the digest that is left out, from 1 */
};

static void add(GArray *statistics, uint64_t *at, uint64_t below)
{
    IvcStatistic statistic = {.at = at, .below = below};
    g_array_append_val(statistics, statistic);
}

static void add_cores(GArray *statistics, IvcCores *cores)
{
    for (uint32_t c = 0; c < cores->n; c++) {
        IvcCore *core = &cores->items[c];
        add(statistics, &core->blocked_ps, UINT64_MAX);
        add(statistics, &core->idle_ps, UINT64_MAX);
        for (uint32_t s = 0; s < cores->n_stages; s++) {
            add(statistics, &core->ledger[s].spent_ps, UINT64_MAX);
            add(statistics, &core->ledger[s].times, UINT64_MAX);
        }
    }
}

static void add_measure(GArray *statistics, IvcMeasure *measure)
{
    add(statistics, &measure->delivered, measure->warmup + measure->target);
    add(statistics, &measure->sent, UINT64_MAX);
    add(statistics, &measure->bytes, UINT64_MAX);
    add(statistics, &measure->bytes_sent_all, UINT64_MAX);
    add(statistics, &measure->bytes_delivered_all, UINT64_MAX);
    add(statistics, &measure->latency_ps.count, UINT64_MAX);
    add(statistics, &measure->latency_ps.sum, UINT64_MAX);
    for (size_t b = 0; b < IVC_HISTOGRAM_BUCKETS; b++)
        add(statistics, &measure->latency_ps.buckets[b], UINT64_MAX);
}

static GArray *statistics_of(IvcPoint *point)
{
    IvcPlatform *platform = &point->platform;
    uint64_t events_max = platform->sim.limits.events_max;
    GArray *statistics = g_array_new(FALSE, FALSE, sizeof(IvcStatistic));
    add(statistics, &platform->sim.events, events_max ? events_max : UINT64_MAX);
    add_cores(statistics, &platform->cores);
    add_measure(statistics, &platform->measure);
    for (size_t i = 0; i < platform->n_counters; i++)
        add(statistics, platform->counters[i].at, UINT64_MAX);
    for (uint32_t r = 0; r < platform->n_ranks; r++)
        add(statistics, &point->works[r].round, point->works[r].rounds);
    return statistics;
}

/* How far the first rank's core is with what it does, and how many messages are on their way. */
static uint64_t glance(const void *run)
{
    const IvcPoint *point = ((const IvcSkipper *)run)->point;
    const IvcMeasure *measure = &point->platform.measure;
    const IvcTimer *timer = &point->ranks[0].agent.timer;
    uint64_t ahead = timer->armed ? timer->when_ps - point->platform.sim.now : UINT64_MAX;
    return ahead * UINT64_C(0x9e3779b97f4a7c15) + (measure->sent - measure->delivered);
}

static void digest(const void *run, IvcDigest *to)
{
    const IvcSkipper *self = run;
    if (!self->without) {
        ivc_point_digest(self->point, to);
        return;
    }
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    IvcDigest all;
    ivc_digest_init(&all, to->now, words);
    all.brief = to->brief;
    ivc_point_digest(self->point, &all);
    for (guint i = 0; i < words->len; i++)
        if (i + 1 != self->without || to->brief)
            ivc_digest_u64(to, g_array_index(words, uint64_t, i));
}

static void settle(void *run)
{
    ivc_cores_settle(&((IvcSkipper *)run)->point->platform.cores);
}

static void look(IvcPlatform *platform, uint32_t rank)
{
    IvcSkipper *self = platform->look_data;
    if (rank != platform->n_ranks - 1 || !platform->measure.measuring)
        return;
    IvcRecurrenceState state = ivc_recurrence_look(self->recurrence);
    if (state == IVC_RECURRENCE_FOUND) {
        self->periods = ivc_recurrence_skip(self->recurrence);
        self->full_levels = ivc_memory_full_levels(platform->memory);
    }
    if (state > IVC_RECURRENCE_CONFIRMING)
        platform->look = NULL;
}

IvcSkipper *ivc_skipper_new(IvcPoint *point, uint64_t without)
{
    IvcRecurrenceOps ops = {.glance = glance,
                            .digest = digest,
                            .settle = settle,
                            .looks_max = LOOKS_MAX,
                            .confirm_min = CONFIRM_EVENTS};
    IvcSkipper *self = g_new0(IvcSkipper, 1);
    self->point = point;
    self->without = without;
    ops.run = self;
    self->recurrence = ivc_recurrence_new(&point->platform.sim, &ops, statistics_of(point));
    point->platform.look = look;
    point->platform.look_data = self;
    return self;
}

void ivc_skipper_free(IvcSkipper *self)
{
    if (!self)
        return;
    self->point->platform.look = NULL;
    ivc_recurrence_free(self->recurrence);
    g_free(self);
}

bool ivc_skipper_holds(const IvcSkipper *self)
{
    return self->periods == 0 ||
           ivc_memory_full_levels(self->point->platform.memory) == self->full_levels;
}

IvcRecurrenceState ivc_skipper_state(const IvcSkipper *self)
{
    return ivc_recurrence_state(self->recurrence);
}

IvcRecurrenceResult ivc_skipper_report(const IvcSkipper *self)
{
    static const char *const outcomes[] = {
        [IVC_RECURRENCE_SEARCHING] = "ended", [IVC_RECURRENCE_CONFIRMING] = "ended",
        [IVC_RECURRENCE_FOUND] = "found",     [IVC_RECURRENCE_GIVEN_UP] = "given-up",
        [IVC_RECURRENCE_BROKEN] = "broken",
    };
    const IvcMeasure *measure = &self->point->platform.measure;
    IvcRecurrenceState state = ivc_recurrence_state(self->recurrence);
    IvcRecurrenceResult report = {.outcome = outcomes[state]};
    if (state == IVC_RECURRENCE_FOUND) {
        report.period_messages = ivc_recurrence_period(self->recurrence, &measure->delivered);
        report.period_ps = ivc_recurrence_period_ps(self->recurrence);
        report.skipped_messages = report.period_messages * self->periods;
    }
    return report;
}
