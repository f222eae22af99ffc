/** @file
 *  A size on its way from curves to SMPI's settings; of fit.c, fit_points.c and fit_ways.c.
 */
#pragma once

#include "sim/simgrid/fit.h"

/** How much less of the links' bandwidth a message may use at most, over the largest. */
#define IVC_FIT_BANDWIDTH_FACTOR 32.0

/** In s: every way has some, so that other links on it keep theirs. */
#define IVC_FIT_LATENCY_MIN 1e-10

/** Times in s. */
typedef struct {
    double bytes;
    double latency;
    double interval;
    double together;   /**< interval when all pairs send at once */
    double sender;     /**< CPU of a stream's message */
    double receiver;   /**< the same */
    bool sender_first; /**< the sender has more to do than the receiver */
    double other;      /**< CPU of whoever has less to do */
    bool eager;
    double ways[2];      /**< interval of each direction over their mean, which `interval` is */
    double transfer_max; /**< that both directions have time for */
    double transfer;     /**< on the links, alone */
    double least;        /**< what latency of the way allows latency and interval both */
    double most;         /**< the same */
    double wanted;       /**< within that */
    double send;
    double receive;
} IvcFitPoint;

/** What all points of a class share. */
typedef struct {
    IvcFitPoint *points;
    guint n;
    double bytes_per_s; /**< of the links of a pair */
    double flows;       /**< that `together` is of; 1: nothing is known */
    double ratio;  /**< bandwidth of what is shared over that of a pair; 0: nothing is shared */
    bool directed; /**< directions have costs of their own: a point is the mean of both, and all
                        messages set off at once, as that can be had by both */
    guint first_waiting; /**< from there on messages set off when their receive is posted */
} IvcFitPoints;

/** The points of a class that are to be fitted; free `points` with g_free(). Latency and interval
 *  are such that SMPI can have both. */
IvcFitPoints ivc_fit_points(const IvcCurves *curves, unsigned class_);

/** What whoever has less to do must take at least when messages set off at once: a sender that was
 *  faster than the links would fill them with messages that all end together. */
double ivc_fit_other_least(const IvcFitPoint *point);

/** Sets least, most and wanted of a point by its transfer. */
void ivc_fit_latency_range(IvcFitPoint *point);

/** Costs of both ends at a point, for a latency of the way. */
void ivc_fit_share_out(IvcFitPoint *point, double latency);

/** The larger of what latency and interval of a point are off by, with such costs. */
double ivc_fit_error(const IvcFitPoint *point, double latency, double send, double receive);

/** A line through the points' costs by least squares of errors relative to the interval. */
void ivc_fit_line(const IvcFitPoint *points, guint n, bool send, double *ret_zero,
                  double *ret_slope);

const IvcFitSegment *ivc_fit_segment_at(const IvcFit *fit, uint64_t bytes);

/** One piece of sizes. */
typedef struct {
    IvcFitSegment segment; /**< where directions differ: its ends are the mean of both */
    IvcFitEnds ways[2];    /**< the ends of each, where directions differ */
} IvcFitPiece;

/** Fits the ends of both directions to points whose mean costs are known.
 *  @return the largest error of both */
double ivc_fit_ways(const IvcFitPoint *points, guint n, double latency, IvcFitPiece *piece);
