/** @file
 *  The way back: a platform and its settings, measured in SimGrid by ping-pong and stream.
 */
#pragma once

#include "sim/simgrid/platform.h"

/** One message size. In s. */
typedef struct {
    uint64_t bytes;
    double latency;
    double interval;
} IvcRoundTrip;

/**
 * Compiles the program with smpicc and runs it with smpirun, in a temporary folder.
 *
 * @param class_  of pairs: the one that was measured is taken, at all sizes of its curve
 * @return IvcRoundTrip, in the order of the curve, transfer full; NULL with an error of
 *         IVC_SIMGRID_ERROR
 */
GArray *ivc_round_trip(const IvcSimgridPlatform *platform, const IvcScenario *scenario,
                       const IvcCurves *curves, unsigned class_, GError **error);
