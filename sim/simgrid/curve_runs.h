/** @file
 *  Runs of a scenario's channel with a workload of one's own; for curves.c.
 */
#pragma once

#include "sim/simgrid/curves.h"

/** A scenario whose workload, sweep and report are taken out. */
typedef struct IvcCurveBase IvcCurveBase;

IvcCurveBase *ivc_curve_base_new(const IvcScenario *scenario, const IvcCurvesOptions *options);
void ivc_curve_base_free(IvcCurveBase *base);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcCurveBase, ivc_curve_base_free)

/** One run: what, and what came out. */
typedef struct {
    const char *workload; /**< "pingpong", "stream" */
    uint64_t bytes;
    uint64_t around; /**< bytes more or less, at most: each message has a size of its own, drawn */
    unsigned from;   /**< indexes into the channel's `between`; */
    unsigned to;     /**< all guests of the channel, when the two are G_MAXUINT */
    IvcTime message_ps; /**< out: time of a message of one pair */
    IvcTime sender_ps;  /**< out: CPU a message, without polling, as in IvcCurvePoint */
    IvcTime receiver_ps;
    IvcTime server_ps;
    GError *error; /**< out */
} IvcCurveRun;

/** Adds to the number of runs that progress is told of. */
void ivc_curve_plan(IvcCurveBase *base, size_t more);

/** Does all of them, several at a time. @return false with the first error */
bool ivc_curve_runs(IvcCurveBase *base, IvcCurveRun *runs, size_t n, GError **error);
