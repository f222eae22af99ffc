/** @file
 *  A size on its way from curves to SMPI's settings; of fit.c.
 */
#pragma once

#include <stdbool.h>

/** Times in s. */
typedef struct {
    double bytes;
    double latency;
    double interval;
    bool sender_first; /**< the sender has more to do than the receiver */
    double other;      /**< CPU of whoever has less to do */
    bool eager;
    double least;  /**< what latency of the way allows latency and interval both */
    double most;   /**< the same */
    double wanted; /**< within that */
    double send;
    double receive;
} IvcFitPoint;
