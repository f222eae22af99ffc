/** @file
 *  Max-min sharing of the interconnect and the memory controller by simultaneous moves, in exact
 *  integers. Pure: it knows moves and times, no cores and no events.
 */
#pragma once

#include "sim/model/core.h"

/** Full speed; speeds are fractions of it. */
#define IVC_SPEED_FULL (UINT32_C(1) << 31)

typedef struct {
    uint64_t capacity[IVC_RESOURCES]; /**< bytes per second; 0: unlimited */
    uint64_t asked[IVC_RESOURCES];    /**< sum of the active moves' demands at full speed */
    IvcMove **active;                 /**< n_max slots */
    uint32_t n;
    uint32_t n_max;
    bool limited; /**< some active move is slower than full speed */
} IvcSharing;

void ivc_sharing_init(IvcSharing *sharing, const uint64_t capacity[IVC_RESOURCES], uint32_t n_max);
void ivc_sharing_clear(IvcSharing *sharing);

/** Whether the piece could run now without slowing anybody or being slowed. */
bool ivc_sharing_has_room(const IvcSharing *sharing, const IvcMovePiece *piece);

/**
 * Lets the current piece of a move take part; its work must be set.
 * @return true when speeds changed: the ends of all active moves must be looked up again
 */
bool ivc_sharing_join(IvcSharing *sharing, IvcMove *move, IvcTime now);

/** Takes a move out, its remaining work brought up to now. @return as ivc_sharing_join() */
bool ivc_sharing_leave(IvcSharing *sharing, IvcMove *move, IvcTime now);

/** When an active move will be done, at its present speed: rounded up to whole picoseconds. */
IvcTime ivc_sharing_end(const IvcMove *move);

extern const IvcStateTable ivc_sharing_state_tables[];
extern const size_t ivc_sharing_state_tables_n;
