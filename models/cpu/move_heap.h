/** @file
 *  Moves in the order in which they end: a pairing heap through the moves themselves, so that
 *  nothing is allocated. By `work` (virtual time of the end), equal ones by `order`.
 */
#pragma once

#include "sim/model/core.h"

/**
 * Adds a move that is in no heap.
 *
 * @param root    NULL: the heap is empty
 * @param latest  the heap's: NULL at first, then kept by these two functions
 * @return the new root; O(1)
 */
IvcMove *ivc_move_heap_push(IvcMove *root, IvcMove **latest, IvcMove *move);

/** Takes a member out. @return the new root, NULL when it was the last; amortised O(log n) */
IvcMove *ivc_move_heap_remove(IvcMove *root, IvcMove **latest, IvcMove *move);
