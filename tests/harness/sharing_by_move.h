/** @file
 *  Sharing written the plain way: every join and leave brings every move's remaining work up to
 *  now and finds every move's speed anew, O(k) and more. The reference for the classes with
 *  virtual time of models/cpu/sharing.c, with which it has to agree to the picosecond.
 */
#pragma once

#include "models/cpu/sharing.h"

#define BY_MOVE_WEIGHT_SHIFT 40

typedef struct {
    IvcU128 work; /* remaining, in 2^-31 ps at full speed, as of since_ps */
    IvcTime since_ps;
    uint32_t speed;
    uint32_t slot;
    bool active;
    uint64_t demand[IVC_RESOURCES];
} ByMove;

typedef struct {
    uint64_t capacity[IVC_RESOURCES];
    uint64_t asked[IVC_RESOURCES];
    ByMove **active; /* the caller's slots */
    uint32_t n;
    bool limited;
} SharingByMove;

static inline bool by_move_fits(const SharingByMove *sharing)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (sharing->capacity[r] && sharing->asked[r] > sharing->capacity[r])
            return false;
    return true;
}

/* Brings the remaining work up to now at the speed that held until now. */
static inline void by_move_progress(ByMove *move, IvcTime now)
{
    IvcU128 done = (IvcU128)(now - move->since_ps) * move->speed;
    move->work = done < move->work ? move->work - done : 0;
    move->since_ps = now;
}

/* The bytes a second that a move puts on the shared path: what fairness is measured in. */
static inline uint64_t by_move_volume_of(const ByMove *move)
{
    const uint64_t *demand = move->demand;
    uint64_t most = 1;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        most = MAX(most, demand[r]);
    return demand[0] ? demand[0] : most;
}

/* Bytes of resource r per byte of volume, scaled. */
static inline uint64_t by_move_weight_of(const ByMove *move, size_t r)
{
    IvcU128 scaled = (IvcU128)move->demand[r] << BY_MOVE_WEIGHT_SHIFT;
    return (uint64_t)(scaled / by_move_volume_of(move));
}

/* The common level to which the moves that are not fixed yet can rise; sets the limiting resource.
 * `fixed` holds each move's volume once it is fixed, UINT64_MAX before. */
static inline uint64_t by_move_fair_level(const SharingByMove *sharing, const uint64_t *fixed,
                                          size_t *ret_limit)
{
    uint64_t level = UINT64_MAX;
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        if (!sharing->capacity[r])
            continue;
        IvcU128 used = 0, weights = 0;
        for (uint32_t i = 0; i < sharing->n; i++) {
            uint64_t weight = by_move_weight_of(sharing->active[i], r);
            if (fixed[i] == UINT64_MAX)
                weights += weight;
            else
                used += (IvcU128)fixed[i] * weight;
        }
        if (!weights)
            continue;
        IvcU128 room = (IvcU128)sharing->capacity[r] << BY_MOVE_WEIGHT_SHIFT;
        IvcU128 most = room > used ? (room - used) / weights : 0;
        uint64_t here = (uint64_t)MIN(most, UINT64_MAX);
        if (here < level) {
            level = here;
            *ret_limit = r;
        }
    }
    return level;
}

/* Fixes every move whose full speed lies at or below the level; true when there was one. */
static inline bool by_move_fix_fast_enough(const SharingByMove *sharing, uint64_t *fixed,
                                           uint64_t level)
{
    bool any = false;
    for (uint32_t i = 0; i < sharing->n; i++) {
        uint64_t volume = by_move_volume_of(sharing->active[i]);
        if (fixed[i] == UINT64_MAX && volume <= level) {
            fixed[i] = volume;
            any = true;
        }
    }
    return any;
}

static inline void by_move_share_out(const SharingByMove *sharing, uint64_t *fixed)
{
    for (uint32_t i = 0; i < sharing->n; i++)
        fixed[i] = UINT64_MAX;
    for (;;) {
        size_t limit = 0;
        uint64_t level = by_move_fair_level(sharing, fixed, &limit);
        if (by_move_fix_fast_enough(sharing, fixed, level))
            continue;
        bool any = false;
        for (uint32_t i = 0; i < sharing->n; i++)
            if (fixed[i] == UINT64_MAX && by_move_weight_of(sharing->active[i], limit)) {
                fixed[i] = MAX(level, 1);
                any = true;
            }
        if (!any)
            return;
    }
}

static inline void by_move_set_speeds(SharingByMove *sharing, IvcTime now)
{
    g_autofree uint64_t *heap = sharing->n > 64 ? g_new(uint64_t, sharing->n) : NULL;
    uint64_t stack[64];
    uint64_t *fixed = heap ? heap : stack;
    by_move_share_out(sharing, fixed);
    sharing->limited = false;
    for (uint32_t i = 0; i < sharing->n; i++) {
        ByMove *move = sharing->active[i];
        by_move_progress(move, now);
        uint64_t volume = by_move_volume_of(move);
        IvcU128 speed =
            fixed[i] >= volume ? IVC_SPEED_FULL : ((IvcU128)fixed[i] * IVC_SPEED_FULL) / volume;
        move->speed = (uint32_t)MAX(speed, 1);
        if (move->speed != IVC_SPEED_FULL)
            sharing->limited = true;
    }
}

static inline bool by_move_settle_speeds(SharingByMove *sharing, IvcTime now)
{
    if (!sharing->limited && by_move_fits(sharing))
        return false;
    if (by_move_fits(sharing)) {
        for (uint32_t i = 0; i < sharing->n; i++) {
            by_move_progress(sharing->active[i], now);
            sharing->active[i]->speed = IVC_SPEED_FULL;
        }
        sharing->limited = false;
        return true;
    }
    by_move_set_speeds(sharing, now);
    return true;
}

static inline bool by_move_join(SharingByMove *sharing, ByMove *move, IvcTime now)
{
    g_assert(!move->active);
    move->active = true;
    move->slot = sharing->n;
    move->speed = IVC_SPEED_FULL;
    move->since_ps = now;
    sharing->active[sharing->n++] = move;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->asked[r] += move->demand[r];
    return by_move_settle_speeds(sharing, now);
}

static inline bool by_move_leave(SharingByMove *sharing, ByMove *move, IvcTime now)
{
    g_assert(move->active && sharing->active[move->slot] == move);
    by_move_progress(move, now);
    move->active = false;
    ByMove *last = sharing->active[--sharing->n];
    sharing->active[move->slot] = last;
    last->slot = move->slot;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->asked[r] -= move->demand[r];
    return by_move_settle_speeds(sharing, now);
}

static inline IvcTime by_move_end(const ByMove *move)
{
    IvcU128 ps = (move->work + move->speed - 1) / move->speed;
    return ps < IVC_TIME_HORIZON ? move->since_ps + (IvcTime)ps : IVC_TIME_HORIZON + move->since_ps;
}
