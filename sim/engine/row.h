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
    IvcTimerPlace *places;
    uint32_t room; /**< a power of two, or 0 */
    uint32_t first;
    uint32_t count;
    IvcTimerRow *next; /**< of the engine's rows */
};

/** Prepares an empty row; it stays where it is until the engine is gone. */
void ivc_row_init(IvcTimerRow *row, IvcSim *sim);
void ivc_row_clear(IvcTimerRow *row);

/** As ivc_timer_arm(). The timer may be cancelled, and armed without the row, as any other. */
void ivc_row_arm(IvcTimerRow *row, IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase);

/** Whether the timer in the row's place `i`, of `count`, is still armed there. */
const IvcTimerPlace *ivc_row_place(const IvcTimerRow *row, uint32_t i);
bool ivc_row_fires(const IvcTimer *timer);
