/** @file
 *  Moves in the order in which they end: a pairing heap through the moves themselves, so that
 *  nothing is allocated. By `work` (virtual time of the end), equal ones by `order`.
 */
#pragma once

#include "sim/model/core.h"

/** Adds a move that is in no heap; `root` may be NULL. @return the new root; O(1) */
IvcMove *ivc_move_heap_push(IvcMove *root, IvcMove *move);

/** Takes a member out. @return the new root, NULL when it was the last; amortised O(log n) */
IvcMove *ivc_move_heap_remove(IvcMove *root, IvcMove *move);
