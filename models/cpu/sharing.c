/* Who gets how much of a shared resource while several copies run.
 *
 * A move at full speed asks d bytes per second of each resource. All moves rise together in the
 * bytes that they put on the interconnect (the quantity that arbiters hand out in turn) until a
 * move reaches its own full speed or a resource is full; those are fixed and the rest rises on:
 * progressive filling, which is max-min fairness. Integers only: a move's progress is counted in
 * 2^-31 ps of full-speed time, so that a copy that is alone takes its time to the picosecond.
 *
 * Left out: queueing inside the arbiters, row conflicts, and any preference among the cores. */
#include "models/cpu/sharing.h"

/* Weights to 2^-40: the smallest that can limit anything are then still good to 1e-7. */
#define WEIGHT_SHIFT 40

void ivc_sharing_init(IvcSharing *sharing, const uint64_t capacity[IVC_RESOURCES], uint32_t n_max)
{
    *sharing = (IvcSharing){.n_max = n_max, .active = g_new0(IvcMove *, n_max)};
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->capacity[r] = capacity[r];
}

void ivc_sharing_clear(IvcSharing *sharing)
{
    g_clear_pointer(&sharing->active, g_free);
}

static const uint64_t *demand_of(const IvcMove *move)
{
    return move->pieces[move->piece].demand;
}

static bool fits(const IvcSharing *sharing)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (sharing->capacity[r] && sharing->asked[r] > sharing->capacity[r])
            return false;
    return true;
}

bool ivc_sharing_has_room(const IvcSharing *sharing, const IvcMovePiece *piece)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (sharing->capacity[r] && piece->demand[r] &&
            sharing->asked[r] + piece->demand[r] > sharing->capacity[r])
            return false;
    return true;
}

/* Brings the remaining work up to now at the speed that held until now. */
static void progress(IvcMove *move, IvcTime now)
{
    IvcU128 done = (IvcU128)(now - move->since_ps) * move->speed;
    move->work = done < move->work ? move->work - done : 0;
    move->since_ps = now;
}

/* The bytes a second that a move puts on the shared path: what fairness is measured in. */
static uint64_t volume_of(const IvcMove *move)
{
    const uint64_t *demand = demand_of(move);
    uint64_t most = 1;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        most = MAX(most, demand[r]);
    return demand[0] ? demand[0] : most;
}

/* Bytes of resource r per byte of volume, scaled. */
static uint64_t weight_of(const IvcMove *move, size_t r)
{
    IvcU128 scaled = (IvcU128)demand_of(move)[r] << WEIGHT_SHIFT;
    return (uint64_t)(scaled / volume_of(move));
}

/* The common level to which the moves that are not fixed yet can rise; sets the limiting resource.
 * `fixed` holds each move's volume once it is fixed, UINT64_MAX before. */
static uint64_t fair_level(const IvcSharing *sharing, const uint64_t *fixed, size_t *ret_limit)
{
    uint64_t level = UINT64_MAX;
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        if (!sharing->capacity[r])
            continue;
        IvcU128 used = 0, weights = 0;
        for (uint32_t i = 0; i < sharing->n; i++) {
            uint64_t weight = weight_of(sharing->active[i], r);
            if (fixed[i] == UINT64_MAX)
                weights += weight;
            else
                used += (IvcU128)fixed[i] * weight;
        }
        if (!weights)
            continue;
        IvcU128 room = (IvcU128)sharing->capacity[r] << WEIGHT_SHIFT;
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
static bool fix_fast_enough(const IvcSharing *sharing, uint64_t *fixed, uint64_t level)
{
    bool any = false;
    for (uint32_t i = 0; i < sharing->n; i++) {
        uint64_t volume = volume_of(sharing->active[i]);
        if (fixed[i] == UINT64_MAX && volume <= level) {
            fixed[i] = volume;
            any = true;
        }
    }
    return any;
}

static void share_out(const IvcSharing *sharing, uint64_t *fixed)
{
    for (uint32_t i = 0; i < sharing->n; i++)
        fixed[i] = UINT64_MAX;
    for (;;) {
        size_t limit = 0;
        uint64_t level = fair_level(sharing, fixed, &limit);
        if (fix_fast_enough(sharing, fixed, level))
            continue;
        bool any = false;
        for (uint32_t i = 0; i < sharing->n; i++)
            if (fixed[i] == UINT64_MAX && weight_of(sharing->active[i], limit)) {
                fixed[i] = MAX(level, 1);
                any = true;
            }
        if (!any)
            return;
    }
}

static void set_speeds(IvcSharing *sharing, IvcTime now)
{
    g_autofree uint64_t *heap = sharing->n > 64 ? g_new(uint64_t, sharing->n) : NULL;
    uint64_t stack[64];
    uint64_t *fixed = heap ? heap : stack;
    share_out(sharing, fixed);
    sharing->limited = false;
    for (uint32_t i = 0; i < sharing->n; i++) {
        IvcMove *move = sharing->active[i];
        progress(move, now);
        uint64_t volume = volume_of(move);
        IvcU128 speed =
            fixed[i] >= volume ? IVC_SPEED_FULL : ((IvcU128)fixed[i] * IVC_SPEED_FULL) / volume;
        move->speed = (uint32_t)MAX(speed, 1);
        if (move->speed != IVC_SPEED_FULL)
            sharing->limited = true;
    }
}

static bool settle_speeds(IvcSharing *sharing, IvcTime now)
{
    if (!sharing->limited && fits(sharing))
        return false;
    if (fits(sharing)) {
        for (uint32_t i = 0; i < sharing->n; i++) {
            progress(sharing->active[i], now);
            sharing->active[i]->speed = IVC_SPEED_FULL;
        }
        sharing->limited = false;
        return true;
    }
    set_speeds(sharing, now);
    return true;
}

bool ivc_sharing_join(IvcSharing *sharing, IvcMove *move, IvcTime now)
{
    g_assert(!move->active && sharing->n < sharing->n_max);
    move->active = true;
    move->slot = sharing->n;
    move->speed = IVC_SPEED_FULL;
    move->since_ps = now;
    sharing->active[sharing->n++] = move;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->asked[r] += demand_of(move)[r];
    return settle_speeds(sharing, now);
}

bool ivc_sharing_leave(IvcSharing *sharing, IvcMove *move, IvcTime now)
{
    g_assert(move->active && sharing->active[move->slot] == move);
    progress(move, now);
    move->active = false;
    IvcMove *last = sharing->active[--sharing->n];
    sharing->active[move->slot] = last;
    last->slot = move->slot;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->asked[r] -= demand_of(move)[r];
    return settle_speeds(sharing, now);
}

IvcTime ivc_sharing_end(const IvcMove *move)
{
    IvcU128 ps = (move->work + move->speed - 1) / move->speed;
    return ps < IVC_TIME_HORIZON ? move->since_ps + (IvcTime)ps : IVC_TIME_HORIZON + move->since_ps;
}

static const IvcStateField sharing_fields[] = {
    IVC_STATE(IvcSharing, capacity, FIXED), IVC_STATE(IvcSharing, asked, PLAIN),
    IVC_STATE(IvcSharing, active, OTHER),   IVC_STATE(IvcSharing, n, PLAIN),
    IVC_STATE(IvcSharing, n_max, FIXED),    IVC_STATE(IvcSharing, limited, PLAIN),
};

const IvcStateTable ivc_sharing_state_tables[] = {
    IVC_STATE_TABLE(IvcSharing, sharing_fields),
};
const size_t ivc_sharing_state_tables_n = G_N_ELEMENTS(ivc_sharing_state_tables);
