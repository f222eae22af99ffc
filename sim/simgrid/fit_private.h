/** @file
 *  A size on its way from curves to SMPI's settings; of fit.c and fit_points.c.
 */
#pragma once

#include "sim/simgrid/fit.h"

/** How much less of the links' bandwidth a message may use at most, over the largest. */
#define IVC_FIT_BANDWIDTH_FACTOR 32.0

/** Times in s. */
typedef struct {
    double bytes;
    double latency;
    double interval;
    double together;   /**< interval when all pairs send at once */
    bool sender_first; /**< the sender has more to do than the receiver */
    double other;      /**< CPU of whoever has less to do */
    bool eager;
    double transfer; /**< on the links, alone */
    double least;    /**< what latency of the way allows latency and interval both */
    double most;     /**< the same */
    double wanted;   /**< within that */
    double send;
    double receive;
} IvcFitPoint;

/** What all points of a class share. */
typedef struct {
    IvcFitPoint *points;
    guint n;
    double bytes_per_s; /**< of the links of a pair */
    double flows;       /**< that `together` is of; 1: nothing is known */
    double ratio; /**< bandwidth of what is shared over that of a pair; 0: nothing is shared */
    guint first_waiting; /**< from there on messages set off when their receive is posted */
} IvcFitPoints;

/** The points of a class that are to be fitted; free `points` with g_free(). Latency and interval
 *  are such that SMPI can have both. */
IvcFitPoints ivc_fit_points(const IvcCurves *curves, unsigned class_);

/** Sets least, most and wanted of a point by its transfer. */
void ivc_fit_latency_range(IvcFitPoint *point);
