/** @file
 *  Sharing in a machine of several nodes: what sharing.c hands over to sharing_linked.c.
 */
#pragma once

#include "models/cpu/move_class.h"
#include "models/cpu/sharing.h"

/** The class of a move, opened when there is none. */
IvcMoveClass *ivc_sharing_class_linked(IvcSharing *sharing, const IvcMove *move, IvcTime now);

/** A member of the class has come, or gone. @return whether speeds changed: see sharing.h */
bool ivc_sharing_joined_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now);
bool ivc_sharing_left_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now);

/** Gives each class its speed: full ones when `all` have them, else what its level is. */
static inline void ivc_sharing_set_speeds(IvcSharing *sharing, bool all, IvcTime now)
{
    sharing->limited = false;
    for (uint32_t c = 0; c < sharing->n_classes; c++) {
        IvcMoveClass *class = sharing->classes[c];
        ivc_class_set_speed(class, all ? IVC_SPEED_FULL : ivc_class_speed(class), now);
        sharing->limited = sharing->limited || class->speed != IVC_SPEED_FULL;
    }
}
