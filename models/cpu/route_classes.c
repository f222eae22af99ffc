/* A hash table of classes: linear probing, and what follows a hole moves up when one leaves. */
#include "models/cpu/route_classes.h"

#include "models/cpu/sharing.h"

static uint32_t hash_of(const IvcMoveRoute *route)
{
    uint64_t hash =
        route->node | (uint64_t)route->read_node << 20 | (uint64_t)route->write_node << 40;
    hash = (hash ^ hash >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ route->demand[IVC_PATH_PORT] ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(hash >> 32);
}

void ivc_route_classes_init(IvcRouteClasses *table, uint32_t n_max)
{
    uint32_t n = 4;
    while (n < 2 * n_max)
        n *= 2;
    table->slots = g_new0(IvcMoveClass *, n);
    table->mask = n - 1;
}

void ivc_route_classes_clear(IvcRouteClasses *table)
{
    g_clear_pointer(&table->slots, g_free);
}

IvcMoveClass *ivc_route_classes_find(const IvcRouteClasses *table, const IvcMoveRoute *route)
{
    for (uint32_t at = hash_of(route) & table->mask; table->slots[at]; at = (at + 1) & table->mask)
        if (ivc_links_compare(&table->slots[at]->links->route, route) == 0)
            return table->slots[at];
    return NULL;
}

void ivc_route_classes_add(IvcRouteClasses *table, IvcMoveClass *class)
{
    uint32_t at = hash_of(&class->links->route) & table->mask;
    while (table->slots[at])
        at = (at + 1) & table->mask;
    table->slots[at] = class;
}

void ivc_route_classes_remove(IvcRouteClasses *table, const IvcMoveClass *class)
{
    uint32_t hole = hash_of(&class->links->route) & table->mask;
    while (table->slots[hole] != class)
        hole = (hole + 1) & table->mask;
    for (uint32_t at = (hole + 1) & table->mask; table->slots[at]; at = (at + 1) & table->mask) {
        uint32_t home = hash_of(&table->slots[at]->links->route) & table->mask;
        /* It may move up when the hole lies between its home and its place. */
        if (((at - home) & table->mask) >= ((at - hole) & table->mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = NULL;
}
