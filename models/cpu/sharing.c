/* Who gets how much of a shared resource while several copies run.
 *
 * A move at full speed asks d bytes per second of each resource. All moves rise together in the
 * bytes that they put on the interconnect (the quantity that arbiters hand out in turn) until a
 * move reaches its own full speed or a resource is full; those are fixed and the rest rises on:
 * progressive filling, which is max-min fairness.
 *
 * Moves of equal demands are a class and have the same speed, always. A class has a clock that
 * runs at that speed, its virtual time; a member ends when the clock shows what it showed when
 * the member came plus the member's work. So a change of speed touches the clock alone, and the
 * member that ends first is the root of a heap.
 *
 * Integers only: the clock counts 2^-31 ps of full-speed time and loses nothing whenever it is
 * brought up to date. Rounded are a class's speed (down to 2^-31 of full speed, at least that) and
 * the end of a move (once, up to a picosecond). A copy that is alone takes its time to the
 * picosecond.
 *
 * Left out: queueing inside the arbiters, row conflicts, and any preference among the cores. */
#include "models/cpu/sharing.h"

#include "models/cpu/move_class.h"
#include "models/cpu/sharing_linked.h"

void ivc_sharing_init(IvcSharing *sharing, const uint64_t capacity[IVC_RESOURCES], uint32_t n_max,
                      IvcLinks *links)
{
    *sharing =
        (IvcSharing){.n_max = n_max, .classes = g_new0(IvcMoveClass *, n_max), .links = links};
    for (uint32_t c = 0; c < n_max; c++) { /* now: nothing is allocated while a run goes on */
        sharing->classes[c] = g_new0(IvcMoveClass, 1);
        if (links)
            sharing->classes[c]->links = ivc_links_class_new(links);
    }
    if (links)
        ivc_route_classes_init(&sharing->by_route, n_max);
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        sharing->capacity[r] = capacity[r];
}

void ivc_sharing_clear(IvcSharing *sharing)
{
    for (uint32_t c = 0; sharing->classes && c < sharing->n_max; c++) {
        ivc_links_class_free(sharing->classes[c]->links);
        g_free(sharing->classes[c]);
    }
    g_clear_pointer(&sharing->classes, g_free);
    g_clear_pointer(&sharing->links, ivc_links_free);
    ivc_route_classes_clear(&sharing->by_route);
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

bool ivc_sharing_has_room(const IvcSharing *sharing, const IvcMove *move)
{
    const uint64_t *demand = demand_of(move);
    if (G_UNLIKELY(sharing->links != NULL))
        return ivc_links_has_room(sharing->links, &move->routes[move->piece]);
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (sharing->capacity[r] && demand[r] &&
            sharing->asked[r] + demand[r] > sharing->capacity[r])
            return false;
    return true;
}

/* ---- classes ---- */

/* The bytes a second that a move puts on the shared path: what fairness is measured in. */
static uint64_t volume_of(const uint64_t demand[IVC_RESOURCES])
{
    uint64_t most = 1;
    if (demand[0])
        return demand[0];
    for (size_t r = 1; r < IVC_RESOURCES; r++)
        most = MAX(most, demand[r]);
    return most;
}

/* By volume, as the sharing-out wants them; then by what tells classes apart. */
static int compare(const IvcMoveClass *class, uint64_t volume, const uint64_t *demand)
{
    if (class->volume != volume)
        return class->volume < volume ? -1 : 1;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (class->demand[r] != demand[r])
            return class->demand[r] < demand[r] ? -1 : 1;
    return 0;
}

/* Where the class of these demands is, or would be. */
static uint32_t find(const IvcSharing *sharing, const uint64_t *demand, bool *ret_found)
{
    uint64_t volume = volume_of(demand);
    uint32_t low = 0, high = sharing->n_classes;
    *ret_found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(sharing->classes[middle], volume, demand);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return low;
}

static bool same_demand(const IvcMoveClass *class, const uint64_t *demand)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (class->demand[r] != demand[r])
            return false;
    return class->volume != 0;
}

static void set_demand(IvcMoveClass *class, const uint64_t *demand)
{
    class->volume = volume_of(demand);
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        class->demand[r] = demand[r];
        class->weight[r] = ivc_class_weight(demand[r], class->volume);
    }
}

static IvcMoveClass *class_open(IvcSharing *sharing, uint32_t at, const uint64_t *demand,
                                IvcTime now)
{
    IvcMoveClass *class = sharing->classes[sharing->n_classes];
    for (uint32_t c = sharing->n_classes++; c > at; c--)
        sharing->classes[c] = sharing->classes[c - 1];
    sharing->classes[at] = class;
    if (!same_demand(class, demand)) /* most often the one that has just been closed */
        set_demand(class, demand);
    class->level = 0;
    class->clock = 0;
    class->since_ps = now;
    class->joins = 0;
    class->n = 0;
    class->speed = IVC_SPEED_FULL;
    class->retimed = false;
    class->first = class->timed = NULL;
    return class;
}

static void class_close(IvcSharing *sharing, IvcMoveClass *class)
{
    bool found;
    uint32_t c = sharing->n_classes == 1 ? 0 : find(sharing, class->demand, &found);
    for (sharing->n_classes--; c < sharing->n_classes; c++)
        sharing->classes[c] = sharing->classes[c + 1];
    sharing->classes[c] = class;
}

/* ---- sharing out ---- */

/* What is left to hand out while levels are being found. */
typedef struct {
    IvcU128 used[IVC_RESOURCES];    /* by classes whose level is fixed, scaled */
    IvcU128 weights[IVC_RESOURCES]; /* of the moves that still rise */
} Filling;

static void fix(Filling *filling, IvcMoveClass *class, uint64_t level)
{
    class->level = level;
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        IvcU128 weight = (IvcU128) class->weight[r] * class->n;
        filling->used[r] += level * weight;
        filling->weights[r] -= weight;
    }
}

/* The common level to which the moves that are not fixed yet can rise; sets the limiting resource.
 */
static uint64_t fair_level(const IvcSharing *sharing, const Filling *filling, size_t *ret_limit)
{
    uint64_t level = UINT64_MAX;
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        if (!sharing->capacity[r] || !filling->weights[r])
            continue;
        IvcU128 room = (IvcU128)sharing->capacity[r] << IVC_WEIGHT_SHIFT;
        IvcU128 used = filling->used[r];
        IvcU128 most = room > used ? (room - used) / filling->weights[r] : 0;
        uint64_t here = (uint64_t)MIN(most, UINT64_MAX);
        if (here < level) {
            level = here;
            *ret_limit = r;
        }
    }
    return level;
}

/* Finds each class's level; UINT64_MAX before it is fixed. Classes are sorted by volume, so those
 * that reach their full speed first come first. */
static void share_out(IvcSharing *sharing)
{
    Filling filling = {0};
    uint32_t slowest = 0, left = sharing->n_classes;
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        filling.weights[r] = sharing->weights[r];
    for (uint32_t c = 0; c < sharing->n_classes; c++)
        sharing->classes[c]->level = UINT64_MAX;
    while (left > 0) {
        size_t limit = 0;
        uint32_t before = left;
        uint64_t level = fair_level(sharing, &filling, &limit);
        for (; slowest < sharing->n_classes; slowest++) {
            IvcMoveClass *class = sharing->classes[slowest];
            if (class->level != UINT64_MAX)
                continue;
            if (class->volume > level)
                break;
            fix(&filling, class, class->volume);
            left--;
        }
        if (left < before)
            continue;
        for (uint32_t c = slowest; c < sharing->n_classes; c++)
            if (sharing->classes[c]->level == UINT64_MAX && sharing->classes[c]->weight[limit]) {
                fix(&filling, sharing->classes[c], MAX(level, 1));
                left--;
            }
    }
}

static bool settle_speeds(IvcSharing *sharing, IvcTime now)
{
    bool all = fits(sharing);
    if (!sharing->limited && all)
        return false;
    if (!all)
        share_out(sharing);
    ivc_sharing_set_speeds(sharing, all, now);
    return true;
}

/* ---- moves ---- */

/* The class of a move, opened when there is none. */
static IvcMoveClass *class_for(IvcSharing *sharing, const uint64_t *demand, IvcTime now)
{
    bool found;
    uint32_t at = find(sharing, demand, &found);
    return found ? sharing->classes[at] : class_open(sharing, at, demand, now);
}

bool ivc_sharing_join(IvcSharing *sharing, IvcMove *move, IvcTime now)
{
    bool linked = G_UNLIKELY(sharing->links != NULL);
    ivc_hot_assert(!move->in && sharing->n < sharing->n_max);
    IvcMoveClass *class = linked ? ivc_sharing_class_linked(sharing, move, now)
                                 : class_for(sharing, demand_of(move), now);
    ivc_class_enter(class, move, now);
    sharing->n++;
    if (linked)
        return ivc_sharing_joined_linked(sharing, class, now);
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        sharing->asked[r] += class->demand[r];
        sharing->weights[r] += class->weight[r];
    }
    return settle_speeds(sharing, now);
}

bool ivc_sharing_leave(IvcSharing *sharing, IvcMove *move, IvcTime now)
{
    IvcMoveClass *class = move->in;
    ivc_class_exit(class, move, now);
    sharing->n--;
    if (G_UNLIKELY(sharing->links != NULL))
        return ivc_sharing_left_linked(sharing, class, now);
    for (size_t r = 0; r < IVC_RESOURCES; r++) {
        sharing->asked[r] -= class->demand[r];
        sharing->weights[r] -= class->weight[r];
    }
    if (class->n == 0)
        class_close(sharing, class);
    return settle_speeds(sharing, now);
}

IvcU128 ivc_sharing_left(const IvcMove *move, IvcTime now)
{
    if (!move->in)
        return move->work;
    IvcU128 clock = ivc_class_clock(move->in, now);
    return clock < move->work ? move->work - clock : 0;
}

IvcTime ivc_sharing_end(const IvcMove *move)
{
    const IvcMoveClass *class = move->in;
    IvcTime since_ps = class ? class->since_ps : move->since_ps;
    IvcU128 left = class ? ivc_sharing_left(move, since_ps) : move->work;
    uint32_t speed = class ? class->speed : IVC_SPEED_FULL;
    IvcU128 ps;
    if (speed == IVC_SPEED_FULL)
        ps = (left + IVC_SPEED_FULL - 1) >> IVC_SPEED_SHIFT;
    else if (left <= UINT64_MAX - UINT32_MAX)
        ps = ((uint64_t)left + speed - 1) / speed;
    else
        ps = (left + speed - 1) / speed;
    return ps < IVC_TIME_HORIZON ? since_ps + (IvcTime)ps : IVC_TIME_HORIZON + since_ps;
}

/* Membership is fed move by move (core_digest.c), and all else follows from it. */
static const IvcStateField sharing_fields[] = {
    IVC_STATE(IvcSharing, capacity, FIXED),  IVC_STATE(IvcSharing, asked, PLAIN),
    IVC_STATE(IvcSharing, weights, OTHER),   IVC_STATE(IvcSharing, classes, OTHER),
    IVC_STATE(IvcSharing, n_classes, OTHER), IVC_STATE(IvcSharing, n, PLAIN),
    IVC_STATE(IvcSharing, n_max, FIXED),     IVC_STATE(IvcSharing, limited, PLAIN),
    IVC_STATE(IvcSharing, links, OTHER),     IVC_STATE(IvcSharing, by_route, OTHER),
    IVC_STATE(IvcSharing, sorted, OTHER),
};

static const IvcStateField class_fields[] = {
    IVC_STATE(IvcMoveClass, demand, OTHER), IVC_STATE(IvcMoveClass, volume, OTHER),
    IVC_STATE(IvcMoveClass, weight, OTHER), IVC_STATE(IvcMoveClass, level, FIXED),
    IVC_STATE(IvcMoveClass, clock, OTHER),  IVC_STATE(IvcMoveClass, since_ps, OTHER),
    IVC_STATE(IvcMoveClass, joins, OTHER),  IVC_STATE(IvcMoveClass, n, OTHER),
    IVC_STATE(IvcMoveClass, speed, OTHER),  IVC_STATE(IvcMoveClass, retimed, FIXED),
    IVC_STATE(IvcMoveClass, first, OTHER),  IVC_STATE(IvcMoveClass, latest, OTHER),
    IVC_STATE(IvcMoveClass, timed, OTHER),  IVC_STATE(IvcMoveClass, links, OTHER),
};

const IvcStateTable ivc_sharing_state_tables[] = {
    IVC_STATE_TABLE(IvcSharing, sharing_fields),
    IVC_STATE_TABLE(IvcMoveClass, class_fields),
};
const size_t ivc_sharing_state_tables_n = G_N_ELEMENTS(ivc_sharing_state_tables);
