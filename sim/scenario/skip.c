/* What recurrence means for a point: the state is what ivc_point_digest() feeds, looked at whenever
 * the last rank that is still at work has ended a round of the measured phase; a period adds to
 * ledgers, counters, the histogram, and the ranks' rounds. When a rank has done all of its rounds,
 * the others can have another period: the search begins again. */
#include "sim/scenario/skip.h"

#include "sim/model/sched.h"

/* Looks without a period after which the run goes on in full. */
#define LOOKS_MAX (UINT64_C(1) << 28)

/* A period is watched for a few milliseconds before it is believed: many short ones, or one long
 * one. */
#define CONFIRM_EVENTS 20000

/* Ranks of equal speed end within a few rounds of each other: no snapshot is taken in between. */
#define MARK_AFTER_END 16

struct IvcSkipper {
    IvcPoint *point;
    IvcRecurrence *recurrence;
    IvcSkipperFaults faults;
    uint32_t looker;            /* the last rank that is still at work: it looks */
    bool given_up;              /* a search was */
    bool broken;                /* equal states went on differently */
    uint64_t most_at_once;      /* messages */
    IvcRecurrenceResult report; /* outcome: NULL until a search has one */
    unsigned full_levels;       /* of caches, when periods were skipped first */
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
        if (cores->sched) {
            IvcVcpuCounts *counts = ivc_sched_counts(core);
            add(statistics, &core->waiting_ps, UINT64_MAX);
            add(statistics, &counts->switches, UINT64_MAX);
            add(statistics, &counts->wakes, UINT64_MAX);
            add(statistics, &counts->preemptions, UINT64_MAX);
            add(statistics, &counts->yields, UINT64_MAX);
            add(statistics, &counts->migrations, UINT64_MAX);
        }
        add(statistics, &core->blocked_ps, UINT64_MAX);
        add(statistics, &core->idle_ps, UINT64_MAX);
        for (uint32_t s = 0; s < cores->n_stages; s++) {
            add(statistics, &core->ledger[s].spent_ps, UINT64_MAX);
            add(statistics, &core->ledger[s].times, UINT64_MAX);
        }
    }
}

static void add_cpus(GArray *statistics, const IvcSched *sched)
{
    for (uint32_t c = 0; sched && c < ivc_sched_cpus(sched); c++) {
        IvcCpuTimes *times = ivc_sched_cpu_times(sched, c);
        add(statistics, &times->running_ps, UINT64_MAX);
        add(statistics, &times->switching_ps, UINT64_MAX);
        add(statistics, &times->idle_ps, UINT64_MAX);
    }
}

static void add_measure(GArray *statistics, IvcMeasure *measure)
{
    add(statistics, &measure->delivered, measure->warmup + measure->target);
    add(statistics, &measure->lost, UINT64_MAX);
    add(statistics, &measure->sent, UINT64_MAX);
    add(statistics, &measure->bytes, UINT64_MAX);
    add(statistics, &measure->bytes_sent_all, UINT64_MAX);
    add(statistics, &measure->bytes_delivered_all, UINT64_MAX);
    add(statistics, &measure->bytes_lost_all, UINT64_MAX);
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
    add_cpus(statistics, platform->sched);
    add_measure(statistics, &platform->measure);
    for (size_t i = 0; i < platform->n_counters; i++)
        add(statistics, platform->counters[i].at, UINT64_MAX);
    const GArray *of_guests = platform->guest_counters;
    for (guint i = 0; of_guests && i < of_guests->len; i++)
        add(statistics, g_array_index(of_guests, IvcGuestCounter, i).counter.at, UINT64_MAX);
    for (guint i = 0; platform->shares && i < platform->shares->len; i++)
        add(statistics, g_array_index(platform->shares, IvcCounter, i).at, UINT64_MAX);
    for (uint32_t r = 0; r < platform->n_ranks; r++)
        add(statistics, &point->works[r].round, point->works[r].rounds);
    return statistics;
}

/* So many ranks are glanced at: all do a round while one does, so that is little a message. */
#define GLANCES 64

/* How far other ranks' cores are with what they do, and how many messages are on their way. */
static uint64_t glance(const void *run)
{
    const IvcSkipper *self = run;
    if (self->faults.probe)
        return 0; /* it would see what the digest is made to forget */
    const IvcPoint *point = self->point;
    const IvcMeasure *measure = &point->platform.measure;
    uint32_t first = self->looker - MIN(self->looker, GLANCES);
    uint64_t all = measure->sent - measure->delivered;
    for (uint32_t r = first; r < MAX(1, self->looker); r++)
        all = all * UINT64_C(0x9e3779b97f4a7c15) + ivc_agent_glance(&point->ranks[r].agent);
    return all;
}

static void digest(const void *run, IvcDigest *to)
{
    const IvcSkipper *self = run;
    to->probe = self->faults.probe;
    ivc_point_digest(self->point, to);
}

static void settle(void *run)
{
    ivc_cores_settle(&((IvcSkipper *)run)->point->platform.cores);
}

/* Skips what fits; the report keeps the period of which the most messages were skipped at once. */
static void skip(IvcSkipper *self)
{
    IvcRecurrenceResult *report = &self->report;
    const uint64_t *delivered = &self->point->platform.measure.delivered;
    uint64_t messages = ivc_recurrence_period(self->recurrence, delivered);
    uint64_t skipped = ivc_recurrence_skip(self->recurrence) * messages;
    if (!report->outcome || skipped > self->most_at_once) {
        report->period_messages = messages;
        report->period_ps = ivc_recurrence_period_ps(self->recurrence);
        self->most_at_once = skipped;
    }
    report->outcome = "found";
    if (skipped == 0)
        return;
    if (report->skips == 0)
        self->full_levels = ivc_memory_full_levels(self->point->platform.memory);
    report->skips++;
    report->skipped_messages += skipped;
}

static void look(IvcPlatform *platform, uint32_t rank)
{
    IvcSkipper *self = platform->watcher;
    if (rank != self->looker || !platform->measure.measuring)
        return;
    IvcRecurrenceState state = ivc_recurrence_look(self->recurrence);
    if (state <= IVC_RECURRENCE_CONFIRMING)
        return;
    if (state == IVC_RECURRENCE_FOUND)
        skip(self);
    self->given_up |= state == IVC_RECURRENCE_GIVEN_UP;
    self->broken |= state == IVC_RECURRENCE_BROKEN;
    platform->look = NULL; /* until a rank ends */
}

/* A rank has done its rounds: what is left is another run, with another period. */
static void leave(IvcPlatform *platform, uint32_t rank)
{
    IvcSkipper *self = platform->watcher;
    const IvcWork *works = self->point->works;
    (void)rank;
    while (self->looker > 0 && works[self->looker].round == works[self->looker].rounds)
        self->looker--;
    ivc_recurrence_restart(self->recurrence, MARK_AFTER_END);
    platform->look = self->broken ? NULL : look;
}

IvcSkipper *ivc_skipper_new(IvcPoint *point, const IvcSkipperFaults *faults)
{
    IvcRecurrenceOps ops = {.glance = glance,
                            .digest = digest,
                            .settle = settle,
                            .looks_max = LOOKS_MAX,
                            .confirm_min = CONFIRM_EVENTS,
                            .unwatched = faults && faults->unwatched};
    IvcSkipper *self = g_new0(IvcSkipper, 1);
    self->point = point;
    self->looker = point->platform.n_ranks - 1;
    if (faults)
        self->faults = *faults;
    ops.run = self;
    self->recurrence = ivc_recurrence_new(&point->platform.sim, &ops, statistics_of(point));
    point->platform.look = look;
    point->platform.leave = leave;
    point->platform.watcher = self;
    return self;
}

void ivc_skipper_free(IvcSkipper *self)
{
    if (!self)
        return;
    self->point->platform.look = NULL;
    self->point->platform.leave = NULL;
    ivc_recurrence_free(self->recurrence);
    g_free(self);
}

const char *ivc_skipper_fault(const IvcSkipper *self)
{
    if (self->report.skips == 0)
        return NULL;
    if (self->broken)
        return "broken";
    bool filled = ivc_memory_full_levels(self->point->platform.memory) != self->full_levels;
    return filled ? "cache-filled" : NULL;
}

IvcRecurrenceState ivc_skipper_state(const IvcSkipper *self)
{
    return ivc_recurrence_state(self->recurrence);
}

IvcRecurrenceResult ivc_skipper_report(const IvcSkipper *self)
{
    IvcRecurrenceResult report = self->report;
    if (self->broken)
        report.outcome = "broken";
    else if (!report.outcome)
        report.outcome = self->given_up ? "given-up" : "ended";
    return report;
}
