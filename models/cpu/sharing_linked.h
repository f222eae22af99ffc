/** @file
 *  Sharing in a machine of several nodes: what sharing.c hands over to sharing_linked.c.
 */
#pragma once

#include "models/cpu/sharing.h"

/** The class of a move, opened when there is none. */
IvcMoveClass *ivc_sharing_class_linked(IvcSharing *sharing, const IvcMove *move, IvcTime now);

/** A member of the class has come, or gone. @return whether speeds changed: see sharing.h */
bool ivc_sharing_joined_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now);
bool ivc_sharing_left_linked(IvcSharing *sharing, IvcMoveClass *class, IvcTime now);
