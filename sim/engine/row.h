/** @file
 *  Timers that are mostly armed for later and later times, as those of many who queue for one
 *  thing. Only the first of them is in the event queue, and the others wait in a row behind it: so
 *  their number costs nothing. They fire at the same times and in the same order as if each had
 *  been armed by itself.
 */
#pragma once

#include "sim/engine/engine.h"

/** One that waits. It is stale when the timer was cancelled or armed anew since. */
typedef struct {
    IvcTimer *timer;
    IvcTime when_ps;
    uint64_t order;
} IvcTimerPlace;

/** A row. Every field is private. */
struct IvcTimerRow {
    IvcTimer timer; /**< of the first; first member */
    bool (*at_once)(IvcTimer *timer);
    bool firing; /**< goes through them: the first is not in the queue */
    IvcTimerPlace *places;
    uint32_t room;
    uint32_t first; /**< of `places` in use */
    uint32_t count;
    IvcTimerRow *next; /**< of the engine's rows */
};

/**
 * Prepares an empty row; it stays where it is until the engine is gone.
 *
 * @param at_once  does what a timer's fire() would, in short: called for one after the other, as
 *                 long as nothing else is pending before the next. It lets no time pass, and arms
 *                 as it likes. When it returns false it has changed nothing that fire() does not
 *                 change too, and that is called. May be NULL
 */
void ivc_row_init(IvcTimerRow *row, IvcSim *sim, bool (*at_once)(IvcTimer *timer));
void ivc_row_clear(IvcTimerRow *row);

/** As ivc_timer_arm() and ivc_timer_arm_at(). The timer may be cancelled, and armed without the
 *  row, as any other. Without a row (NULL), ivc_row_arm_at() is ivc_timer_arm_at(). */
void ivc_row_arm(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase);
void ivc_row_arm_at(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps,
                    uint64_t place);

/** When the first of them is due, or was before it was cancelled; IVC_TIME_NEVER: there is none. */
static inline IvcTime ivc_row_next_time(const IvcTimerRow *row)
{
    return row->count ? row->places[row->first].when_ps : IVC_TIME_NEVER;
}

/** Whether the timer in the row's place `i`, of `count`, is still armed there. */
const IvcTimerPlace *ivc_row_place(const IvcTimerRow *row, uint32_t i);
bool ivc_row_fires(const IvcTimer *timer);
