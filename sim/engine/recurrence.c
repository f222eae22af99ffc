/* Looks for a state that was there before, and skips whole periods. */
#include "sim/engine/recurrence.h"

/* Full comparisons are dear: so many whole states at once, and one in so many looks after that. */
#define COMPARISONS_FREE 64
#define COMPARISONS_SHARE 8

/* A snapshot of a large state takes as long as many events: one for so many of its words. */
#define SNAPSHOT_LARGE 4096
#define SNAPSHOT_WORDS 8

/* States that are marked at a time, the latest ones, each half as far again from the start as the
 * one before. So a period is seen soon after its first end, unless it is more than ten times as
 * long as what came before it. */
#define MARKS 6

/* A state that the run may come back to. */
typedef struct {
    uint64_t look; /* 0: none is marked */
    IvcTime now;
    uint64_t glance;
    uint64_t events;
    IvcDigestRecord brief;
    IvcDigestRecord state;
    GArray *values; /* uint64_t: the statistics */
} Mark;

/* When a marked state came back. */
typedef struct {
    const Mark *to;
    uint64_t look;
    IvcTime now;
    uint64_t events;
    GArray *values;
} Return;

struct IvcRecurrence {
    IvcSim *sim;
    IvcRecurrenceOps ops;
    GArray *statistics; /* IvcStatistic */
    IvcRecurrenceState state;
    uint64_t looks;
    uint64_t confirm_at; /* the look at which one more period has passed */
    uint64_t compared;   /* words of full states */
    uint64_t mark_at;    /* the look that will be marked next */
    unsigned marked;     /* how often a state was marked */
    Mark marks[MARKS];
    Return seen;
    GArray *values_now; /* scratch */
    GArray *period;     /* uint64_t: what one period adds to each statistic */
    IvcTime period_ps;
};

static GArray *words_new(void)
{
    return g_array_new(FALSE, TRUE, sizeof(uint64_t));
}

IvcRecurrence *ivc_recurrence_new(IvcSim *sim, const IvcRecurrenceOps *ops, GArray *statistics)
{
    IvcRecurrence *self = g_new0(IvcRecurrence, 1);
    self->sim = sim;
    self->ops = *ops;
    self->statistics = statistics;
    self->values_now = words_new();
    self->period = words_new();
    g_array_set_size(self->period, statistics->len);
    for (size_t m = 0; m < MARKS; m++)
        self->marks[m].values = words_new();
    self->seen.values = words_new();
    ivc_recurrence_restart(self, 1);
    return self;
}

void ivc_recurrence_free(IvcRecurrence *self)
{
    if (!self)
        return;
    for (size_t m = 0; m < MARKS; m++) {
        ivc_digest_record_clear(&self->marks[m].brief);
        ivc_digest_record_clear(&self->marks[m].state);
        g_array_unref(self->marks[m].values);
    }
    g_array_unref(self->seen.values);
    g_array_unref(self->values_now);
    g_array_unref(self->period);
    g_array_unref(self->statistics);
    g_free(self);
}

void ivc_recurrence_restart(IvcRecurrence *self, uint64_t first_mark)
{
    self->state = IVC_RECURRENCE_SEARCHING;
    self->looks = 0;
    self->compared = 0;
    self->marked = 0;
    for (size_t m = 0; m < MARKS; m++)
        self->marks[m].look = 0;
    self->mark_at = first_mark;
}

static void take_values(const IvcRecurrence *self, GArray *values)
{
    if (self->ops.settle)
        self->ops.settle(self->ops.run);
    g_array_set_size(values, self->statistics->len);
    for (guint i = 0; i < values->len; i++)
        g_array_index(values, uint64_t, i) = *g_array_index(self->statistics, IvcStatistic, i).at;
}

static void record(const IvcRecurrence *self, bool brief, IvcDigestRecord *words)
{
    IvcDigest digest;
    ivc_digest_init(&digest, self->sim->now, words);
    digest.brief = brief;
    self->ops.digest(self->ops.run, &digest);
}

static void set_mark(IvcRecurrence *self)
{
    Mark *mark = &self->marks[self->marked++ % MARKS];
    mark->look = self->looks;
    mark->now = self->sim->now;
    mark->events = self->sim->events;
    mark->glance = self->ops.glance(self->ops.run);
    record(self, true, &mark->brief);
    record(self, false, &mark->state);
    take_values(self, mark->values);
}

/* Is the state now, or what is small of it, what was recorded? Adds up how much was compared. */
static bool is_same(const IvcRecurrence *self, bool brief, const IvcDigestRecord *words,
                    uint64_t *compared)
{
    IvcDigest digest;
    ivc_digest_compare(&digest, self->sim->now, words);
    digest.brief = brief;
    self->ops.digest(self->ops.run, &digest);
    *compared += digest.compared;
    return ivc_digest_is_equal(&digest);
}

static bool is_back(IvcRecurrence *self, const Mark *mark)
{
    uint64_t ignored = 0, dear = mark->state.n;
    return is_same(self, true, &mark->brief, &ignored) &&
           self->compared <= dear * (COMPARISONS_FREE + self->looks / COMPARISONS_SHARE) &&
           is_same(self, false, &mark->state, &self->compared);
}

/* The marked state that is here again, or NULL. */
static const Mark *find_back(IvcRecurrence *self)
{
    uint64_t glance = self->ops.glance(self->ops.run);
    for (size_t m = 0; m < MARKS; m++) {
        const Mark *mark = &self->marks[m];
        if (mark->look && mark->glance == glance && is_back(self, mark))
            return mark;
    }
    return NULL;
}

/* `times` periods later: the same time, and the same growth of everything? */
static bool grew_alike(IvcRecurrence *self, uint64_t times)
{
    if (self->sim->now - self->seen.now != times * self->period_ps)
        return false;
    take_values(self, self->values_now);
    for (guint i = 0; i < self->period->len; i++) {
        uint64_t seen = g_array_index(self->seen.values, uint64_t, i);
        uint64_t now = g_array_index(self->values_now, uint64_t, i);
        if (now - seen != times * g_array_index(self->period, uint64_t, i))
            return false;
    }
    return true;
}

static void confirm(IvcRecurrence *self)
{
    const Mark *mark = self->seen.to;
    uint64_t looks = self->seen.look - mark->look;
    if (self->looks != self->confirm_at)
        return;
    self->confirm_at += looks;
    if (!grew_alike(self, (self->looks - self->seen.look) / looks)) {
        self->state = IVC_RECURRENCE_BROKEN;
    } else if (self->sim->events - self->seen.events >= self->ops.confirm_min) {
        bool same = is_same(self, false, &mark->state, &self->compared);
        self->state = same ? IVC_RECURRENCE_FOUND : IVC_RECURRENCE_BROKEN;
    }
}

/* A marked state has come back: so long is a period, and so much does it add. */
static void see_period(IvcRecurrence *self, const Mark *mark)
{
    self->seen.to = mark;
    self->seen.look = self->looks;
    self->seen.now = self->sim->now;
    self->seen.events = self->sim->events;
    take_values(self, self->seen.values);
    self->period_ps = self->seen.now - mark->now;
    for (guint i = 0; i < self->period->len; i++)
        g_array_index(self->period, uint64_t, i) = g_array_index(self->seen.values, uint64_t, i) -
                                                   g_array_index(mark->values, uint64_t, i);
    self->confirm_at = self->looks + (self->looks - mark->look);
    self->state = self->ops.unwatched ? IVC_RECURRENCE_FOUND : IVC_RECURRENCE_CONFIRMING;
}

/* As many events as a snapshot costs go by before the next. */
static bool is_worth_a_mark(const IvcRecurrence *self)
{
    const Mark *latest = &self->marks[(self->marked + MARKS - 1) % MARKS];
    return latest->state.n <= SNAPSHOT_LARGE ||
           self->sim->events - latest->events >= latest->state.n / SNAPSHOT_WORDS;
}

static void search(IvcRecurrence *self)
{
    const Mark *back = find_back(self);
    if (back) {
        see_period(self, back);
        return;
    }
    if (self->looks >= self->mark_at && is_worth_a_mark(self)) {
        set_mark(self);
        self->mark_at = self->looks + self->looks / 2 + 1;
    }
    if (self->looks >= self->ops.looks_max)
        self->state = IVC_RECURRENCE_GIVEN_UP;
}

IvcRecurrenceState ivc_recurrence_look(IvcRecurrence *self)
{
    if (self->state != IVC_RECURRENCE_SEARCHING && self->state != IVC_RECURRENCE_CONFIRMING)
        return self->state;
    self->looks++;
    if (self->state == IVC_RECURRENCE_SEARCHING)
        search(self);
    else
        confirm(self);
    return self->state;
}

/* How many times `by` can be added to `value` so that it stays below `below`. */
static uint64_t times_below(uint64_t value, uint64_t by, uint64_t below)
{
    if (by == 0 || below == UINT64_MAX)
        return UINT64_MAX;
    return value < below ? (below - 1 - value) / by : 0;
}

static uint64_t periods_that_fit(const IvcRecurrence *self)
{
    const IvcSim *sim = self->sim;
    uint64_t most = times_below(sim->now, self->period_ps, sim->limits.horizon_ps + 1);
    for (guint i = 0; i < self->statistics->len; i++) {
        const IvcStatistic *statistic = &g_array_index(self->statistics, IvcStatistic, i);
        uint64_t by = g_array_index(self->period, uint64_t, i);
        most = MIN(most, times_below(*statistic->at, by, statistic->below));
    }
    return most;
}

uint64_t ivc_recurrence_skip(IvcRecurrence *self)
{
    g_assert(self->state == IVC_RECURRENCE_FOUND);
    uint64_t times = periods_that_fit(self);
    if (self->ops.settle)
        self->ops.settle(self->ops.run);
    for (guint i = 0; i < self->statistics->len; i++) {
        const IvcStatistic *statistic = &g_array_index(self->statistics, IvcStatistic, i);
        uint64_t sum;
        if (__builtin_mul_overflow(g_array_index(self->period, uint64_t, i), times, &sum) ||
            __builtin_add_overflow(*statistic->at, sum, &sum))
            sum = UINT64_MAX; /* only a histogram's sum can come so far, and it saturates */
        *statistic->at = sum;
    }
    self->sim->skipped_ps += times * self->period_ps;
    self->sim->limits.horizon_ps -= times * self->period_ps;
    return times;
}

uint64_t ivc_recurrence_period(const IvcRecurrence *self, const uint64_t *statistic)
{
    for (guint i = 0; i < self->statistics->len; i++)
        if (g_array_index(self->statistics, IvcStatistic, i).at == statistic)
            return g_array_index(self->period, uint64_t, i);
    g_assert_not_reached();
}

IvcTime ivc_recurrence_period_ps(const IvcRecurrence *self)
{
    return self->period_ps;
}

IvcRecurrenceState ivc_recurrence_state(const IvcRecurrence *self)
{
    return self->state;
}
