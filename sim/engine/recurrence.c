/* Looks for a state that was there before, and skips whole periods. */
#include "sim/engine/recurrence.h"

#include <string.h>

/* Full comparisons are dear: so many at once, and one in so many looks after that. */
#define COMPARISONS_FREE 64
#define COMPARISONS_SHARE 8

/* A state that the run may come back to. */
typedef struct {
    uint64_t look; /* 0: none is marked */
    IvcTime now;
    uint64_t glance;
    uint64_t brief[2];
    GArray *state;  /* uint64_t: the full digest's words */
    GArray *values; /* uint64_t: the statistics */
} Mark;

/* When it came back first. */
typedef struct {
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
    uint64_t comparisons;
    uint64_t mark_at; /* the look that will be marked next */
    Mark mark;
    Return seen;
    GArray *state_now;  /* scratch */
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
    self->state_now = words_new();
    self->values_now = words_new();
    self->period = words_new();
    g_array_set_size(self->period, statistics->len);
    self->mark.state = words_new();
    self->mark.values = words_new();
    self->seen.values = words_new();
    ivc_recurrence_restart(self, 1);
    return self;
}

void ivc_recurrence_free(IvcRecurrence *self)
{
    if (!self)
        return;
    g_array_unref(self->mark.state);
    g_array_unref(self->mark.values);
    g_array_unref(self->seen.values);
    g_array_unref(self->state_now);
    g_array_unref(self->values_now);
    g_array_unref(self->period);
    g_array_unref(self->statistics);
    g_free(self);
}

void ivc_recurrence_restart(IvcRecurrence *self, uint64_t first_mark)
{
    self->state = IVC_RECURRENCE_SEARCHING;
    self->looks = 0;
    self->comparisons = 0;
    self->mark.look = 0;
    self->mark_at = first_mark;
}

static void end(IvcRecurrence *self, IvcRecurrenceState state)
{
    self->state = state;
    if (state == IVC_RECURRENCE_FOUND)
        return;
    g_array_set_size(self->mark.state, 0);
    g_array_set_size(self->state_now, 0);
}

static void digest_state(const IvcRecurrence *self, GArray *words)
{
    IvcDigest digest;
    g_array_set_size(words, 0);
    ivc_digest_init(&digest, self->sim->now, words);
    self->ops.digest(self->ops.run, &digest);
}

static void take_values(const IvcRecurrence *self, GArray *values)
{
    if (self->ops.settle)
        self->ops.settle(self->ops.run);
    g_array_set_size(values, self->statistics->len);
    for (guint i = 0; i < values->len; i++)
        g_array_index(values, uint64_t, i) = *g_array_index(self->statistics, IvcStatistic, i).at;
}

static void brief_hash(const IvcRecurrence *self, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, self->sim->now, NULL);
    digest.brief = true;
    self->ops.digest(self->ops.run, &digest);
    memcpy(hash, digest.hash, sizeof digest.hash);
}

static void set_mark(IvcRecurrence *self)
{
    Mark *mark = &self->mark;
    mark->look = self->looks;
    mark->now = self->sim->now;
    mark->glance = self->ops.glance(self->ops.run);
    brief_hash(self, mark->brief);
    digest_state(self, mark->state);
    take_values(self, mark->values);
}

static bool same_words(const GArray *a, const GArray *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len * sizeof(uint64_t)) == 0;
}

/* Is the mark's state here again? */
static bool is_back(IvcRecurrence *self)
{
    uint64_t brief[2];
    if (self->ops.glance(self->ops.run) != self->mark.glance)
        return false;
    brief_hash(self, brief);
    if (memcmp(brief, self->mark.brief, sizeof brief) != 0 ||
        self->comparisons > COMPARISONS_FREE + self->looks / COMPARISONS_SHARE)
        return false;
    self->comparisons++;
    digest_state(self, self->state_now);
    return same_words(self->state_now, self->mark.state);
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
    uint64_t looks = self->seen.look - self->mark.look;
    if (self->looks != self->confirm_at)
        return;
    self->confirm_at += looks;
    if (!grew_alike(self, (self->looks - self->seen.look) / looks)) {
        end(self, IVC_RECURRENCE_BROKEN);
    } else if (self->sim->events - self->seen.events >= self->ops.confirm_min) {
        digest_state(self, self->state_now);
        bool same = same_words(self->state_now, self->mark.state);
        end(self, same ? IVC_RECURRENCE_FOUND : IVC_RECURRENCE_BROKEN);
    }
}

/* The mark's state has come back: so long is a period, and so much does it add. */
static void see_period(IvcRecurrence *self)
{
    self->seen.look = self->looks;
    self->seen.now = self->sim->now;
    self->seen.events = self->sim->events;
    take_values(self, self->seen.values);
    self->period_ps = self->seen.now - self->mark.now;
    for (guint i = 0; i < self->period->len; i++)
        g_array_index(self->period, uint64_t, i) = g_array_index(self->seen.values, uint64_t, i) -
                                                   g_array_index(self->mark.values, uint64_t, i);
    self->confirm_at = self->looks + (self->looks - self->mark.look);
    self->state = self->ops.unwatched ? IVC_RECURRENCE_FOUND : IVC_RECURRENCE_CONFIRMING;
}

static void search(IvcRecurrence *self)
{
    if (self->mark.look && is_back(self)) {
        see_period(self);
        return;
    }
    if (self->looks == self->mark_at) {
        set_mark(self);
        self->mark_at *= 2;
    }
    if (self->looks >= self->ops.looks_max)
        end(self, IVC_RECURRENCE_GIVEN_UP);
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
