/** @file
 *  SMPI's settings that reproduce curves: what a message costs its sender, its receiver, and on
 *  its way, by size.
 *
 *  Messages shorter than `eager_below` set off at once, and interval = the largest of the three
 *  costs. The others set off when their receive is posted: what is on the way and the receiver's
 *  cost come one after the other, and the sender's beside both. Either way latency is the sum.
 *  What pairs share is a link: where all of them are slower together than one alone, messages
 *  spend that part of their time on it.
 */
#pragma once

#include "sim/simgrid/curves.h"

/** From one size to the next. The times are in s, of a message of b bytes: at_zero + b * slope. */
typedef struct {
    uint64_t above; /**< messages longer than that */
    double send_at_zero;
    double send_per_byte;
    double receive_at_zero;
    double receive_per_byte;
    double latency_factor;   /**< that the latency of links takes */
    double bandwidth_factor; /**< that their bandwidth takes: a message uses so much less of it */
} IvcFitSegment;

/** What a message costs both ends, from one size to the next, as in IvcFitSegment. */
typedef struct {
    uint64_t above;
    double send_at_zero;
    double send_per_byte;
    double receive_at_zero;
    double receive_per_byte;
} IvcFitEnds;

/** The links of a class. */
typedef struct {
    double latency_s;
    double bytes_per_s;
    double error_max;    /**< of latency and interval at the fitted sizes, relative */
    double error_median; /**< the same */
    double check_max;    /**< at the sizes between */
    double check_median;
    unsigned reverse; /**< the class of the way back: a round trip is both; often the same */
    GArray *ends; /**< IvcFitEnds, by size: of the guests that send, and those that receive, in this
                       class and no other; NULL: what the segments have */
} IvcFitClass;

typedef struct {
    uint64_t eager_below;
    GArray *segments;          /**< IvcFitSegment, by size */
    GArray *classes;           /**< IvcFitClass, in the order of the curves */
    unsigned base;             /**< the class that the segments are fitted to */
    double shared_bytes_per_s; /**< of the link that all pairs share; 0: none is known */
    size_t unlike;             /**< points of all classes whose interval is longer than their
                                    latency: SMPI has nothing for that */
    double unlike_max;         /**< the largest interval over latency */
} IvcFit;

/** What SMPI adds to each message on its way. */
#define IVC_FIT_ENVELOPE 16u

/** Whether the interval of a class's ith point is longer than its latency; where directions differ,
 *  the mean of both intervals. */
bool ivc_fit_is_unlike(const IvcCurves *curves, unsigned class_, guint i);

/** The class of the way back, when directions differ; else the same. */
unsigned ivc_fit_reverse(const IvcCurves *curves, unsigned class_);

/** Fits; never fails. @return transfer full */
IvcFit *ivc_fit_new(const IvcCurves *curves);
void ivc_fit_free(IvcFit *fit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcFit, ivc_fit_free)

/** What SMPI makes of a message of a class, in s: latency is half a round trip. */
void ivc_fit_predict(const IvcFit *fit, unsigned class_, uint64_t bytes, double *ret_latency,
                     double *ret_interval);
