/* Rows of timers: a ring of places, of which the first has the row's own timer in the queue. */
#include "sim/engine/row.h"

static bool is_live(const IvcTimerPlace *place)
{
    return place->timer->armed && place->timer->order == place->order;
}

static IvcTimerPlace *at(const IvcTimerRow *row, uint32_t i)
{
    return &row->places[(row->first + i) & (row->room - 1)];
}

/* Forgets those in front that were cancelled, and has the queue call for the next. */
static void call_next(IvcTimerRow *row, IvcSim *sim)
{
    while (row->count && !is_live(at(row, 0))) {
        row->first++;
        row->count--;
    }
    if (row->count)
        ivc_timer_arm_at(sim, &row->timer, at(row, 0)->when_ps, at(row, 0)->order);
}

static void row_fire(IvcSim *sim, IvcTimer *own)
{
    IvcTimerRow *row = (IvcTimerRow *)own;
    IvcTimerPlace place = *at(row, 0);
    if (!is_live(&place)) {
        sim->events--; /* it is none: a cancelled timer by itself would not count */
        sim->instant--;
        call_next(row, sim);
        return;
    }
    row->first++;
    row->count--;
    call_next(row, sim);
    place.timer->armed = false;
    place.timer->fire(sim, place.timer);
}

bool ivc_row_fires(const IvcTimer *timer)
{
    return timer->fire == row_fire;
}

void ivc_row_init(IvcTimerRow *row, IvcSim *sim)
{
    *row = (IvcTimerRow){.next = sim->rows};
    ivc_timer_init(&row->timer, 0, row_fire);
    sim->rows = row;
}

void ivc_row_clear(IvcTimerRow *row)
{
    g_free(row->places);
}

static void grow(IvcTimerRow *row)
{
    uint32_t room = row->room ? row->room * 2 : 16;
    IvcTimerPlace *places = g_new(IvcTimerPlace, room);
    for (uint32_t i = 0; i < row->count; i++)
        places[i] = *at(row, i);
    g_free(row->places);
    row->places = places;
    row->room = room;
    row->first = 0;
}

void ivc_row_arm(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase)
{
    bool early = row->count && when_ps < at(row, row->count - 1)->when_ps;
    if (early || timer->queued_ps != IVC_TIME_NEVER) { /* an item that is there is moved */
        ivc_timer_arm(sim, timer, when_ps, phase);
        return;
    }
    if (row->count == row->room)
        grow(row);
    timer->armed = true;
    timer->when_ps = when_ps;
    timer->order = ivc_sim_place(sim, phase);
    *at(row, row->count++) =
        (IvcTimerPlace){.timer = timer, .when_ps = when_ps, .order = timer->order};
    if (row->count == 1)
        call_next(row, sim);
}

const IvcTimerPlace *ivc_row_place(const IvcTimerRow *row, uint32_t i)
{
    const IvcTimerPlace *place = at(row, i);
    return is_live(place) ? place : NULL;
}
