/* The event loop: pops timers in (time, phase, sequence) order and fires them, within bounds.
 * Cancelling is lazy: a pending item that does not stand for a timer any more is skipped. So is
 * moving to a later time, which happens often and mostly without the timer ever firing: the pending
 * item stays, and takes the timer's new place, with the order of the arming, when it comes up. */
#include "sim/engine/row.h"

/* The stop flag is looked at once in so many events: a few milliseconds of work. */
#define STOP_CHECK_EVENTS 65536

static void set_check(IvcSim *sim)
{
    sim->check_at = sim->events + STOP_CHECK_EVENTS;
    if (sim->limits.events_max && sim->check_at > sim->limits.events_max)
        sim->check_at = sim->limits.events_max;
}

void ivc_sim_init(IvcSim *sim, const IvcSimLimits *limits)
{
    *sim = (IvcSim){.limits = *limits, .queue = ivc_queue_new(limits->queue_max)};
    set_check(sim);
}

void ivc_sim_clear(IvcSim *sim)
{
    g_clear_pointer(&sim->queue, ivc_queue_free);
    g_clear_pointer(&sim->failure, g_free);
}

void ivc_timer_init(IvcTimer *timer, uint32_t id, void (*fire)(IvcSim *, IvcTimer *))
{
    *timer = (IvcTimer){.id = id, .fire = fire, .queued_ps = IVC_TIME_NEVER};
}

static void stop(IvcSim *sim, IvcStop why)
{
    sim->stop = why;
    sim->check_at = 0;
}

G_NO_INLINE static void push_slow(IvcSim *sim, IvcTimer *timer)
{
    if (!ivc_queue_push_slow(sim->queue, timer->when_ps, timer->order, timer))
        stop(sim, IVC_STOP_QUEUE);
}

/* Makes an item for an armed timer. */
static inline void push(IvcSim *sim, IvcTimer *timer)
{
    timer->queued_ps = timer->when_ps;
    timer->queued_order = timer->order;
    if (!ivc_queue_push_near(sim->queue, timer->when_ps, timer->order, timer))
        push_slow(sim, timer);
}

void ivc_timer_arm(IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase)
{
    g_assert(when_ps >= sim->now);
    timer->armed = true;
    timer->when_ps = when_ps;
    timer->order = ivc_sim_place(sim, phase);
    if (timer->queued_ps >= when_ps)
        push(sim, timer);
}

void ivc_timer_arm_at(IvcSim *sim, IvcTimer *timer, IvcTime when_ps, uint64_t place)
{
    g_assert(when_ps >= sim->now);
    timer->armed = true;
    timer->when_ps = when_ps;
    timer->order = place;
    if (timer->queued_ps >= when_ps)
        push(sim, timer);
}

void ivc_timer_digest(const IvcTimer *timer, IvcDigest *digest)
{
    ivc_digest_u64(digest, timer->armed);
    if (timer->armed)
        ivc_digest_time(digest, timer->when_ps);
}

void ivc_sim_finish(IvcSim *sim)
{
    sim->finished = true;
    sim->check_at = 0;
}

void ivc_sim_fail(IvcSim *sim, int code, const char *format, ...)
{
    if (sim->stop == IVC_STOP_FAILED)
        return; /* the first failure is the cause */
    va_list arguments;
    va_start(arguments, format);
    sim->failure = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    sim->failure_code = code;
    stop(sim, IVC_STOP_FAILED);
}

/* Looks whether the run is over, for a reason other than that nothing is pending. */
G_NO_INLINE static bool is_over(IvcSim *sim)
{
    if (sim->finished || sim->stop)
        return true;
    if (sim->limits.events_max && sim->events >= sim->limits.events_max)
        sim->stop = IVC_STOP_EVENTS;
    else if (sim->stop_flag && *sim->stop_flag)
        sim->stop = IVC_STOP_ASKED;
    else
        set_check(sim);
    return sim->stop != IVC_STOP_NONE;
}

/* Takes the next event into account; false when a bound forbids it. */
static inline bool count_event(IvcSim *sim, IvcTime when_ps)
{
    if (when_ps == sim->now) {
        sim->events++;
        if (G_LIKELY(++sim->instant <= sim->limits.events_per_instant))
            return true;
        stop(sim, IVC_STOP_LIVELOCK);
        return false;
    }
    if (G_UNLIKELY(when_ps > sim->limits.horizon_ps)) {
        stop(sim, IVC_STOP_HORIZON);
        return false;
    }
    sim->now = when_ps;
    sim->events++;
    sim->instant = 1;
    return true;
}

/* An item that came up is not of the timer's latest arming: the timer was cancelled or armed anew
 * since, and this may be the item that stands for it. */
G_NO_INLINE static void pass_on(IvcSim *sim, IvcTimer *timer, uint64_t order)
{
    if (timer->queued_order != order)
        return;
    timer->queued_ps = IVC_TIME_NEVER;
    if (timer->armed)
        push(sim, timer);
}

IvcStop ivc_sim_run(IvcSim *sim)
{
    IvcQueueItem item;
    for (;;) {
        if (G_UNLIKELY(sim->events >= sim->check_at) && is_over(sim))
            break;
        if (!ivc_queue_pop(sim->queue, &item))
            break;
        IvcTimer *timer = item.target;
        if (timer->order != item.order) {
            pass_on(sim, timer, item.order);
            continue;
        }
        timer->queued_ps = IVC_TIME_NEVER;
        if (!count_event(sim, item.time))
            break;
        timer->armed = false;
        timer->fire(sim, timer);
    }
    return sim->stop;
}

/* What is pending, in the order in which it will run. */
static gint compare_items(gconstpointer a, gconstpointer b)
{
    const IvcQueueItem *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void collect_live(const IvcQueueItem *item, void *data)
{
    IvcTimer *timer = item->target;
    if (ivc_row_fires(timer))
        return; /* see below */
    if (!timer->armed || timer->queued_order != item->order || timer->queued_ps == IVC_TIME_NEVER)
        return;
    IvcQueueItem live = {.time = timer->when_ps, .order = timer->order, .target = timer};
    g_array_append_val((GArray *)data, live);
}

/* Those of a row, in the places that they would have in the queue. */
static void collect_row(const IvcTimerRow *row, GArray *live)
{
    for (uint32_t i = 0; i < row->count; i++) {
        const IvcTimerPlace *place = ivc_row_place(row, i);
        if (place == NULL)
            continue;
        IvcQueueItem item = {.time = place->when_ps, .order = place->order, .target = place->timer};
        g_array_append_val(live, item);
    }
}

void ivc_sim_digest(const IvcSim *sim, IvcDigest *digest)
{
    g_autoptr(GArray) live = g_array_new(FALSE, FALSE, sizeof(IvcQueueItem));
    ivc_queue_foreach(sim->queue, collect_live, live);
    for (const IvcTimerRow *row = sim->rows; row; row = row->next)
        collect_row(row, live);
    g_array_sort(live, compare_items);
    ivc_digest_u64(digest, live->len);
    for (guint i = 0; i < live->len; i++) {
        const IvcQueueItem *item = &g_array_index(live, IvcQueueItem, i);
        ivc_digest_u64(digest, ((const IvcTimer *)item->target)->id);
        ivc_digest_u64(digest, item->order >> IVC_PHASE_SHIFT);
        ivc_digest_time(digest, item->time);
    }
}
