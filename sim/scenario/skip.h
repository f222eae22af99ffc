/** @file
 *  Skips whole periods of a point: what is looked at, when, and what a period adds to.
 */
#pragma once

#include "sim/engine/recurrence.h"
#include "sim/scenario/build.h"
#include "sim/stats/result.h"

typedef struct IvcSkipper IvcSkipper;

/** For tests: what happens when a digest forgets something, and when nobody watches. */
typedef struct {
    const IvcDigestProbe *probe; /**< on every digest that is compared; NULL: none. Borrowed */
    bool unwatched;              /**< a state that seems to be back is believed at once */
} IvcSkipperFaults;

/**
 * Lets a point skip the periods that it will come to.
 *
 * @param faults  NULL: none
 * @return transfer full; free it before the point
 */
IvcSkipper *ivc_skipper_new(IvcPoint *point, const IvcSkipperFaults *faults);
void ivc_skipper_free(IvcSkipper *skipper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSkipper, ivc_skipper_free)

/**
 * Why what was skipped does not hold, and the run must be done in full: "cache-filled" when a
 * cache that had never been full became full after periods were skipped (the digest leaves out the
 * order in such), "broken" when equal states went on differently after something was skipped.
 *
 * @return static, or NULL when it holds
 */
const char *ivc_skipper_fault(const IvcSkipper *skipper);

/** How far the search is. */
IvcRecurrenceState ivc_skipper_state(const IvcSkipper *skipper);

/** What the result says about recurrence. */
IvcRecurrenceResult ivc_skipper_report(const IvcSkipper *skipper);
