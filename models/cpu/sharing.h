/** @file
 *  Max-min sharing of the interconnect and the memory controller by simultaneous moves, in exact
 *  integers. Pure: it knows moves and times, no cores and no events.
 *
 *  A move that starts or ends costs O(log k) for k active moves, plus the number of classes: kinds
 *  of moves that differ in their demands. In a machine of several nodes they differ in their
 * routes, too; while everybody has full speed a start or end then costs O(log k) and the length of
 * the route, else the classes times their routes, for each full link.
 */
#pragma once

#include "models/cpu/links.h"
#include "models/cpu/route_classes.h"
#include "sim/model/core.h"

/** Full speed; speeds are fractions of it. */
#define IVC_SPEED_FULL (UINT32_C(1) << 31)

/** The active moves of equal demands: all have the same speed, whatever it is. */
struct IvcMoveClass {
    uint64_t demand[IVC_RESOURCES]; /**< bytes per second of each member at full speed */
    uint64_t volume;                /**< bytes per second that count in sharing, at full speed */
    uint64_t weight[IVC_RESOURCES]; /**< bytes of the resource per byte of volume, scaled */
    uint64_t level;                 /**< volume that it gets; scratch of the sharing-out */
    IvcU128 clock;                  /**< virtual time: 2^-31 ps at full speed, as of since_ps */
    IvcTime since_ps;
    uint64_t joins;       /**< since it was empty */
    uint32_t n;           /**< members */
    uint32_t speed;       /**< in 2^-31 of full speed */
    bool retimed;         /**< the speed has changed since the owner cleared this */
    IvcMove *first;       /**< the member that ends first: root of the heap */
    IvcMove *latest;      /**< of the heap */
    IvcMove *timed;       /**< the owner's: the member whose end it has in a timer; may be NULL */
    IvcClassLinks *links; /**< NULL in a machine of one node */
};

typedef struct {
    uint64_t capacity[IVC_RESOURCES]; /**< bytes per second; 0: unlimited */
    uint64_t asked[IVC_RESOURCES];    /**< sum of the active moves' demands at full speed */
    IvcU128 weights[IVC_RESOURCES];   /**< sum of the active moves' weights */
    IvcMoveClass **classes;           /**< n_max slots: those in use by volume, then spare ones */
    uint32_t n_classes;
    uint32_t n;
    uint32_t n_max;
    bool limited;             /**< some active move is slower than full speed */
    IvcLinks *links;          /**< what several nodes share; NULL: there is one */
    IvcRouteClasses by_route; /**< the classes of several nodes */
    bool sorted;              /**< they are in order; with one node they always are */
} IvcSharing;

/** @param links  transfer full; NULL: a machine of one node. With links, a move needs routes, and
 *                its demand of resource 0 is what it moves in all, and the others are 0 */
void ivc_sharing_init(IvcSharing *sharing, const uint64_t capacity[IVC_RESOURCES], uint32_t n_max,
                      IvcLinks *links);
void ivc_sharing_clear(IvcSharing *sharing);

/** Whether the move's current piece could run now without slowing anybody or being slowed. */
bool ivc_sharing_has_room(const IvcSharing *sharing, const IvcMove *move);

/**
 * Lets the current piece of a move take part; its work must be set.
 * @return true when speeds changed: those of the classes that have `retimed` set. When not, only
 *         the move's own class may have another first end.
 */
bool ivc_sharing_join(IvcSharing *sharing, IvcMove *move, IvcTime now);

/**
 * Takes a move out; its work is then what remained of it.
 * @return as ivc_sharing_join(). The class that it was in may be empty now (`first` is NULL).
 */
bool ivc_sharing_leave(IvcSharing *sharing, IvcMove *move, IvcTime now);

/** When a move will be done, at its present speed: rounded up to whole picoseconds. */
IvcTime ivc_sharing_end(const IvcMove *move);

/** Remaining work of a move, as of now or of when it was last active. */
IvcU128 ivc_sharing_left(const IvcMove *move, IvcTime now);

extern const IvcStateTable ivc_sharing_state_tables[];
extern const size_t ivc_sharing_state_tables_n;
