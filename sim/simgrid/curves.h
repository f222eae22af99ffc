/** @file
 *  What a channel costs by message size: latency and interval curves of a scenario's channel, by
 *  simulating ping-pong and stream between its guests. Pairs of guests whose messages cost the
 *  same are one class, of which one pair is measured.
 */
#pragma once

#include "sim/scenario/run.h"

#define IVC_CURVES_ERROR (ivc_curves_error_quark())
GQuark ivc_curves_error_quark(void);

typedef enum {
    IVC_CURVES_ERROR_MECHANISM, /**< the channel's mechanism carries no messages of MPI's */
    IVC_CURVES_ERROR_GUESTS,    /**< it joins fewer than two virtual CPUs, or too many guests */
    IVC_CURVES_ERROR_SCENARIO,  /**< the scenario does not bind with another workload */
} IvcCurvesError;

/** The most guests that a channel may join. */
#define IVC_CURVES_GUESTS_MAX 64u

/** The largest message of a curve. */
#define IVC_CURVES_BYTES_MAX (4u << 20)

/** What a point is for. */
typedef enum {
    IVC_POINT_FIT,   /**< a factor is fitted to it */
    IVC_POINT_CHECK, /**< lies between: the fit is held against it */
} IvcPointUse;

/** One message size of one class. All times of one message, in ps. */
typedef struct {
    uint64_t bytes;
    IvcPointUse use;
    bool lone;          /**< stands for itself only: others stand for what is around it */
    uint64_t around;    /**< of the stream: its messages have sizes drawn from so many bytes less to
                             so many more; 0: all have this one */
    IvcTime latency_ps; /**< half a round trip of a ping-pong */
    IvcTime interval_ps; /**< from message to message of a long stream */
    /* Of the stream, without polling. Inside of a guest its two ends have half of it each. */
    IvcTime sender_ps;   /**< CPU of the guest that sends */
    IvcTime receiver_ps; /**< CPU of the guest that receives */
    IvcTime server_ps;   /**< CPU of the busiest guest beside: a driver domain; 0: none */
} IvcCurvePoint;

/** Between two sizes the interval of a stream jumps from size to size. */
typedef struct {
    uint64_t above;
    uint64_t below;
} IvcCurveRough;

/** A class of pairs. */
typedef struct {
    unsigned from; /**< the pair that was measured: indexes into the channel's `between` */
    unsigned to;   /**< the same as `from`: between two virtual CPUs of one guest */
    size_t n_pairs;
    GArray *points; /**< IvcCurvePoint, by size */
    GArray *rough;  /**< IvcCurveRough, by size; may be NULL: none */
} IvcCurve;

/** All guests of the channel send at once, by pairs. */
typedef struct {
    uint64_t bytes;
    IvcTime interval_ps; /**< from message to message of one pair, on the mean */
    IvcTime alone_ps;    /**< the same of one pair alone */
} IvcCurveTogether;

typedef struct {
    unsigned n_guests;  /**< that the channel joins */
    GPtrArray *curves;  /**< IvcCurve */
    unsigned *classes;  /**< [from * n_guests + to]: index into curves */
    char *server;       /**< name of the guest beside whose CPU serves all pairs, or NULL */
    unsigned pairs;     /**< of guests that sent at once: each guest is in one; 0 or 1: unknown */
    GArray *together;   /**< IvcCurveTogether, by size */
    uint64_t bytes_max; /**< the largest message that the mechanism carries, or that was tried */
} IvcCurves;

typedef struct {
    unsigned jobs;            /**< threads; 0: one for each processor */
    const volatile int *stop; /**< may be NULL */
    /** Called now and then, in any of the threads, one at a time; may be NULL. */
    void (*progress)(size_t done, size_t planned, void *user);
    void *user;
} IvcCurvesOptions;

/**
 * Measures the curves of the scenario's channel (`scenario->channel`); its workload and its sweep
 * are not looked at. Re-entrant.
 *
 * @param options  NULL: all defaults
 * @return transfer full, or NULL with an error of IVC_CURVES_ERROR or IVC_SIM_ERROR
 */
IvcCurves *ivc_curves_measure(const IvcScenario *scenario, const IvcCurvesOptions *options,
                              GError **error);
/** Whether there are two guests whose messages cost something else one way than the other: then
 *  both classes have the same sizes. */
bool ivc_curves_directed(const IvcCurves *curves);
void ivc_curves_free(IvcCurves *curves);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcCurves, ivc_curves_free)
