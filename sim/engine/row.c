/* Rows of timers: places in order, of which the first has the row's own timer in the queue. */
#include "sim/engine/row.h"

#include <string.h>

/* A timer that would have to pass more than so many in the row goes to the queue by itself. */
#define PASSED_MAX 32

static bool is_live(const IvcTimerPlace *place)
{
    return place->timer->armed && place->timer->order == place->order;
}

static bool is_before(IvcTime when_ps, uint64_t order, const IvcTimerPlace *other)
{
    return when_ps < other->when_ps || (when_ps == other->when_ps && order < other->order);
}

static IvcTimerPlace *at(const IvcTimerRow *row, uint32_t i)
{
    return &row->places[row->first + i];
}

/* Forgets those in front that were cancelled. */
static IvcTimerPlace *first_live(IvcTimerRow *row)
{
    while (row->count && !is_live(at(row, 0))) {
        row->first++;
        row->count--;
    }
    return row->count ? at(row, 0) : NULL;
}

/* Has the queue call for the first. */
static void call_next(IvcTimerRow *row, IvcSim *sim)
{
    const IvcTimerPlace *next = first_live(row);
    if (next)
        ivc_timer_arm_at(sim, &row->timer, next->when_ps, next->order);
}

static IvcTimer *take_first(IvcTimerRow *row)
{
    IvcTimer *timer = at(row, 0)->timer;
    row->first++;
    row->count--;
    timer->armed = false;
    return timer;
}

/* Those that are due before all else. @return one that has to fire by itself, or NULL */
static IvcTimer *fire_at_once(IvcTimerRow *row, IvcSim *sim)
{
    const IvcTimerPlace *next;
    IvcTimer *timer;
    row->firing = true;
    do {
        timer = take_first(row);
        if (!row->at_once || !row->at_once(timer))
            break;
        timer = NULL;
        next = first_live(row);
    } while (next && ivc_sim_take(sim, next->when_ps, next->order));
    row->firing = false;
    return timer;
}

static void row_fire(IvcSim *sim, IvcTimer *own)
{
    IvcTimerRow *row = (IvcTimerRow *)own;
    if (!is_live(at(row, 0))) {
        sim->events--; /* it is none: a cancelled timer by itself would not count */
        sim->instant--;
        call_next(row, sim);
        return;
    }
    IvcTimer *timer = fire_at_once(row, sim);
    call_next(row, sim);
    if (timer)
        timer->fire(sim, timer);
}

bool ivc_row_fires(const IvcTimer *timer)
{
    return timer->fire == row_fire;
}

void ivc_row_init(IvcTimerRow *row, IvcSim *sim, bool (*at_once)(IvcTimer *timer))
{
    *row = (IvcTimerRow){.at_once = at_once, .next = sim->rows};
    ivc_timer_init(&row->timer, 0, row_fire);
    sim->rows = row;
}

void ivc_row_clear(IvcTimerRow *row)
{
    g_free(row->places);
}

/* Those that are used up make room, where they are half of all. */
G_NO_INLINE static void make_room(IvcTimerRow *row)
{
    if (row->count >= row->room / 2) {
        row->room = MAX(32, row->room * 2);
        row->places = g_renew(IvcTimerPlace, row->places, row->room);
    }
    memmove(row->places, at(row, 0), row->count * sizeof *row->places);
    row->first = 0;
}

/* Not in front of all, whose first has an item in the queue already; and not where it would have to
 * pass too many. */
static bool belongs(const IvcTimerRow *row, IvcTime when_ps, uint64_t order)
{
    if (row->count && !row->firing && is_before(when_ps, order, at(row, 0)))
        return false;
    return row->count <= PASSED_MAX ||
           !is_before(when_ps, order, at(row, row->count - 1 - PASSED_MAX));
}

/* Sets and moves places in parts: a struct that was stored in parts and is loaded at once stalls on
 * its own stores. */
static void set_place(IvcTimerPlace *place, IvcTimer *timer, IvcTime when_ps, uint64_t order)
{
    place->timer = timer;
    place->when_ps = when_ps;
    place->order = order;
}

static void insert(IvcTimerRow *row, IvcTimer *timer, IvcTime when_ps, uint64_t order)
{
    if (row->first + row->count == row->room)
        make_room(row);
    const IvcTimerPlace *first = at(row, 0);
    IvcTimerPlace *to = at(row, row->count++);
    for (; to > first && is_before(when_ps, order, to - 1); to--)
        set_place(to, to[-1].timer, to[-1].when_ps, to[-1].order);
    set_place(to, timer, when_ps, order);
}

void ivc_row_arm_at(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps, uint64_t order)
{
    if (!row || timer->queued_ps != IVC_TIME_NEVER || !belongs(row, when_ps, order)) {
        ivc_timer_arm_at(sim, timer, when_ps, order); /* an item that is there is moved */
        return;
    }
    insert(row, timer, when_ps, order);
    timer->armed = true;
    timer->when_ps = when_ps;
    timer->order = order;
    if (row->count == 1 && !row->firing)
        call_next(row, sim);
}

void ivc_row_arm(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase)
{
    ivc_row_arm_at(row, sim, timer, when_ps, ivc_sim_place(sim, phase));
}

const IvcTimerPlace *ivc_row_place(const IvcTimerRow *row, uint32_t i)
{
    const IvcTimerPlace *place = at(row, i);
    return is_live(place) ? place : NULL;
}
