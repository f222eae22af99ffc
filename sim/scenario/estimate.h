/** @file
 *  Stops a run that does not recur when its bandwidth and mean latency are known precisely enough:
 *  method of batch means, with batches that double in length. docs/random.md is the user's page.
 */
#pragma once

#include "sim/scenario/skip.h"

typedef struct IvcEstimator IvcEstimator;

/**
 * Lets a point stop early, at the precision and confidence of its scenario.
 *
 * @param skipper  the search for a period, which goes first; NULL: there is none. Borrowed.
 * @return transfer full; free it before the point
 */
IvcEstimator *ivc_estimator_new(IvcPoint *point, const IvcSkipper *skipper);
void ivc_estimator_free(IvcEstimator *estimator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcEstimator, ivc_estimator_free)

/** Marks the result as an estimate, with its batches; does nothing when the run was not stopped. */
void ivc_estimator_report(const IvcEstimator *estimator, IvcResult *result);
