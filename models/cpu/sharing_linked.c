/* Who gets how much of ports, memories and links while several copies run: sharing.c for machines
 * of several nodes.
 *
 * It is the same progressive filling, of the resources on the routes. Classes are copies of equal
 * demands on equal routes, so nearly every copy is one of its own; they are found by hash, and put
 * in order only when speeds are shared out. While no resource is asked for more than it has, a
 * start or end costs the length of its route. Otherwise every class is looked at, those that use no
 * resource of which there is too little only once. */
#include "models/cpu/sharing_linked.h"

#include "models/cpu/move_class.h"

static void put_class(IvcSharing *sharing, IvcMoveClass *class, uint32_t at)
{
    sharing->classes[at] = class;
    class->links->at = at;
}

IvcMoveClass *ivc_sharing_class_linked(IvcSharing *sharing, const IvcMove *move, IvcTime now)
{
    const IvcMoveRoute *route = &move->routes[move->piece];
    IvcMoveClass *class = ivc_route_classes_find(&sharing->by_route, route);
    if (class)
        return class;
    class = sharing->classes[sharing->n_classes];
    *class = (IvcMoveClass){.volume = MAX(1, route->demand[IVC_PATH_PORT]),
                            .since_ps = now,
                            .speed = IVC_SPEED_FULL,
                            .links = class->links};
    ivc_links_class_set(sharing->links, class->links, route);
    put_class(sharing, class, sharing->n_classes++);
    sharing->sorted = false;
    ivc_route_classes_add(&sharing->by_route, class);
    return class;
}

static void class_close(IvcSharing *sharing, IvcMoveClass *class)
{
    ivc_route_classes_remove(&sharing->by_route, class);
    sharing->n_classes--;
    if (class->links->at < sharing->n_classes)
        sharing->sorted = false;
    put_class(sharing, sharing->classes[sharing->n_classes], class->links->at);
    sharing->classes[sharing->n_classes] = class;
}

static bool is_before(const IvcMoveClass *a, const IvcMoveClass *b)
{
    if (a->volume != b->volume)
        return a->volume < b->volume;
    return ivc_links_compare(&a->links->route, &b->links->route) < 0;
}

/* By volume, as the sharing-out wants them, then by what tells classes apart: nothing may depend on
 * the order in which they came. By insertion, because few have come or gone since the last time. */
static void sort_classes(IvcSharing *sharing)
{
    for (uint32_t c = 1; c < sharing->n_classes; c++) {
        IvcMoveClass *class = sharing->classes[c];
        uint32_t at = c;
        for (; at > 0 && is_before(class, sharing->classes[at - 1]); at--)
            put_class(sharing, sharing->classes[at - 1], at);
        put_class(sharing, class, at);
    }
    sharing->sorted = true;
}

/* ---- sharing out ---- */

static void weigh(IvcMoveClass *class)
{
    if (class->links->weighed)
        return;
    for (size_t p = 0; p < IVC_PATHS; p++)
        class->links->weight[p] = ivc_class_weight(class->links->route.demand[p], class->volume);
    class->links->weighed = true;
}

/* Classes that ask for nothing of which there is too little have their full speed, the others rise,
 * with a level of UINT64_MAX until it is fixed; how many of these. */
static uint32_t begin(IvcSharing *sharing)
{
    uint32_t n = 0;
    ivc_links_begin(sharing->links);
    for (uint32_t c = 0; c < sharing->n_classes; c++) {
        IvcMoveClass *class = sharing->classes[c];
        class->level = class->volume;
        if (!ivc_links_is_pressed(sharing->links, class->links))
            continue;
        weigh(class);
        ivc_links_rise(sharing->links, class->links, class->n);
        class->level = UINT64_MAX;
        n++;
    }
    return n;
}

static void fix(IvcSharing *sharing, IvcMoveClass *class, uint64_t level)
{
    class->level = level;
    ivc_links_fix(sharing->links, class->links, class->n, level);
}

/* Finds each class's level. Classes are sorted by volume, so those that reach their full speed
 * first come first. */
static void share_out(IvcSharing *sharing)
{
    uint32_t slowest = 0, left = begin(sharing);
    while (left > 0) {
        uint32_t limit = UINT32_MAX, before = left;
        uint64_t level = ivc_links_level(sharing->links, IVC_WEIGHT_SHIFT, &limit);
        for (; slowest < sharing->n_classes; slowest++) {
            IvcMoveClass *class = sharing->classes[slowest];
            if (class->level != UINT64_MAX)
                continue;
            if (class->volume > level)
                break;
            fix(sharing, class, class->volume);
            left--;
        }
        if (left < before)
            continue;
        for (uint32_t c = slowest; c < sharing->n_classes; c++) {
            IvcMoveClass *class = sharing->classes[c];
            if (class->level != UINT64_MAX || !ivc_links_asks(class->links, limit))
                continue;
            fix(sharing, class, MAX(level, 1));
            left--;
        }
    }
}

static bool settle_speeds(IvcSharing *sharing, IvcTime now)
{
    bool all = sharing->links->n_over == 0;
    if (!sharing->limited && all)
        return false;
    if (!sharing->sorted)
        sort_classes(sharing);
    if (!all)
        share_out(sharing);
    ivc_sharing_set_speeds(sharing, all, now);
    return true;
}

bool ivc_sharing_joined_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now)
{
    ivc_links_account(sharing->links, class->links, true);
    return settle_speeds(sharing, now);
}

bool ivc_sharing_left_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now)
{
    ivc_links_account(sharing->links, class->links, false);
    if (class->n == 0)
        class_close(sharing, class);
    return settle_speeds(sharing, now);
}
