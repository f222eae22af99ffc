/** @file
 *  Skips whole periods of a point: what is looked at, when, and what a period adds to.
 */
#pragma once

#include "sim/engine/recurrence.h"
#include "sim/scenario/build.h"
#include "sim/stats/result.h"

typedef struct IvcSkipper IvcSkipper;

/**
 * Lets a point skip the periods that it will come to.
 *
 * @param without  a word of the digest to leave out, from 1, so that tests see what happens when a
 *                 digest forgets something; 0: none
 * @return transfer full; free it before the point
 */
IvcSkipper *ivc_skipper_new(IvcPoint *point, uint64_t without);
void ivc_skipper_free(IvcSkipper *skipper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSkipper, ivc_skipper_free)

/**
 * Whether what was skipped holds: the digest leaves out the order in caches that have never been
 * full; when one of them became full after periods were skipped, the run must be done in full.
 */
bool ivc_skipper_holds(const IvcSkipper *skipper);

/** How far the search is. */
IvcRecurrenceState ivc_skipper_state(const IvcSkipper *skipper);

/** What the result says about recurrence. */
IvcRecurrenceResult ivc_skipper_report(const IvcSkipper *skipper);
