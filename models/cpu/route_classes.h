/** @file
 *  Classes of moves found by what their moves ask for and on which route: a hash table of fixed
 *  size, for machines of several nodes, where nearly every move is a class of its own.
 */
#pragma once

#include "models/cpu/links.h"

typedef struct {
    IvcMoveClass **slots; /**< open addressing; NULL: empty */
    uint32_t mask;
} IvcRouteClasses;

/** @param n_max  most classes at a time */
void ivc_route_classes_init(IvcRouteClasses *table, uint32_t n_max);
void ivc_route_classes_clear(IvcRouteClasses *table);

/** @return the class of such moves, or NULL */
IvcMoveClass *ivc_route_classes_find(const IvcRouteClasses *table, const IvcMoveRoute *route);

void ivc_route_classes_add(IvcRouteClasses *table, IvcMoveClass *class);
void ivc_route_classes_remove(IvcRouteClasses *table, const IvcMoveClass *class);
