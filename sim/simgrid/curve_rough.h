/** @file
 *  Where the interval of a stream jumps from size to size, up and down; for curve_sizes.c.
 */
#pragma once

#include "sim/simgrid/curve_runs.h"

/** What of a point: half a round trip, or the interval of a stream. */
typedef enum { IVC_CURVE_LATENCY, IVC_CURVE_INTERVAL, IVC_CURVE_FIELDS } IvcCurveField;

/** In ps. */
double ivc_curve_value(const IvcCurvePoint *p, IvcCurveField field);

/** Whether what lies between points i and i + 1 is one step: the pieces beside are level. */
bool ivc_curve_step_after(const GArray *points, guint i, IvcCurveField field);

/** Whether point i, at least the second, takes less than the smaller one before it, and that is not
 *  a step between two pieces.
 *
 *  @param refined  it was looked closer: what is a step is one to the byte */
bool ivc_curve_drops_at(const GArray *points, guint i, bool refined);

/** The points that stand for what is around them. @return transfer full */
GArray *ivc_curve_common_points(const GArray *points);

/** Adds the rough parts that the points show to `curve->rough`.
 *
 *  @param refined  it was looked closer: what is a step is one to the byte
 *  @return whether there are more */
bool ivc_curve_find_rough(IvcCurve *curve, bool refined);

/** How far around a size those of a stream are drawn: a quarter of it, less near the ends of the
 *  rough part that it is in, but a sixteenth; 0 outside of all, and below 16 B. */
uint64_t ivc_curve_around(const IvcCurve *curve, uint64_t bytes);
