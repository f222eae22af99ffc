/** @file
 *  What every class of moves does, whatever it shares: its clock, its speed, who comes and goes.
 *  For sharing.c and sharing_linked.c.
 */
#pragma once

#include "models/cpu/move_heap.h"
#include "models/cpu/sharing.h"

/** Weights to 2^-40: the smallest that can limit anything are then still good to 1e-7. */
#define IVC_WEIGHT_SHIFT 40
#define IVC_SPEED_SHIFT 31

static inline uint64_t ivc_class_weight(uint64_t demand, uint64_t volume)
{
    return demand == volume ? UINT64_C(1) << IVC_WEIGHT_SHIFT
                            : (uint64_t)(((IvcU128)demand << IVC_WEIGHT_SHIFT) / volume);
}

static inline IvcU128 ivc_class_clock(const IvcMoveClass *class, IvcTime now)
{
    return class->clock + (IvcU128)(now - class->since_ps) * class->speed;
}

static inline void ivc_class_set_speed(IvcMoveClass *class, uint32_t speed, IvcTime now)
{
    if (class->speed == speed)
        return;
    class->clock = ivc_class_clock(class, now);
    class->since_ps = now;
    class->speed = speed;
    class->retimed = true;
}

/** The speed that the class's level comes to. */
static inline uint32_t ivc_class_speed(const IvcMoveClass *class)
{
    if (class->level >= class->volume)
        return IVC_SPEED_FULL;
    uint64_t speed = class->level <= UINT64_MAX >> IVC_SPEED_SHIFT
                         ? (class->level << IVC_SPEED_SHIFT) / class->volume
                         : (uint64_t)(((IvcU128) class->level << IVC_SPEED_SHIFT) / class->volume);
    return (uint32_t)MAX(speed, 1);
}

static inline void ivc_class_enter(IvcMoveClass *class, IvcMove *move, IvcTime now)
{
    move->in = class;
    move->work += ivc_class_clock(class, now);
    move->order = class->joins++;
    class->first = ivc_move_heap_push(class->first, &class->latest, move);
    class->n++;
}

/** The move's work is then what remains of it. */
static inline void ivc_class_exit(IvcMoveClass *class, IvcMove *move, IvcTime now)
{
    IvcU128 left = ivc_sharing_left(move, now);
    class->first = ivc_move_heap_remove(class->first, &class->latest, move);
    if (class->timed == move)
        class->timed = NULL;
    class->n--;
    move->in = NULL;
    move->work = left;
    move->since_ps = now;
}
