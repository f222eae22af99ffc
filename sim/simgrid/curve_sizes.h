/** @file
 *  Which message sizes of a class are simulated; for curves.c.
 */
#pragma once

#include "sim/simgrid/curve_runs.h"

/** Simulates the sizes that are to be fitted, up to the largest. */
bool ivc_curve_fit_sizes(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error);

/** Simulates the sizes of another class that this one has not. */
bool ivc_curve_join_sizes(IvcCurveBase *base, IvcCurve *curve, const IvcCurve *other,
                          GError **error);

/** Simulates sizes between, that nothing is fitted to. */
bool ivc_curve_check_sizes(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error);
