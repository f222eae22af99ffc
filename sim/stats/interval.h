/** @file
 *  Intervals of confidence for what a sample of runs, or of batches of one run, says: a quotient of
 *  sums (bytes over time, sum of latencies over messages), or a mean. Printed with 6 digits, so
 * that every computer prints the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sim/stats/result.h"

/** A value and half of the width of its interval; both NAN when there are too few samples. */
typedef struct {
    double value;
    double half;
} IvcInterval;

/** The point that |t| of Student's distribution stays below with probability `confidence`.
 *  @param confidence above 0, below 1; @param degrees at least 1 */
double ivc_student_t(double confidence, unsigned degrees);

/**
 * The quotient sum(above) / sum(below) with its interval: Student's t on the residuals of the
 * quotient (Cochran, Sampling Techniques, 3rd ed., 6.4; equal `below` give the plain mean).
 *
 * @param n  samples; fewer than 2, or no `below`: NAN
 */
IvcInterval ivc_interval_ratio(const double *above, const double *below, size_t n,
                               double confidence);

/** The mean of n values with its interval. */
IvcInterval ivc_interval_mean(const double *values, size_t n, double confidence);

/** What an interval is wanted of. */
typedef enum {
    IVC_SAMPLED_BANDWIDTH, /**< bytes/s */
    IVC_SAMPLED_LATENCY,   /**< mean, ps */
    IVC_SAMPLED_P50,       /**< mean of the samples' medians, ps */
    IVC_SAMPLED_P99,
} IvcSampled;

/** The interval of one figure over samples (IvcSample). */
IvcInterval ivc_interval_of(const GArray *samples, IvcSampled what, double confidence);

/** One sample's own figure; NAN when it has none. */
double ivc_sample_value(const IvcSample *sample, IvcSampled what);

/** Whether bandwidth and mean latency are both within `precision`, relative to themselves. */
bool ivc_interval_reached(const GArray *samples, IvcShare confidence, IvcShare precision);

/**
 * Whether samples that follow each other in time may pass for independent ones without a trend:
 * the autocorrelation between neighbours of bandwidth and of latency is not above what chance gives
 * (95 % one-sided), and the first and the last third agree within three standard errors.
 */
bool ivc_interval_independent(const GArray *samples);
