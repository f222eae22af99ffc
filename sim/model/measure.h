/** @file
 *  Warm-up and measured phase: counts deliveries, keeps latencies, and takes the ledgers' and
 *  counters' state at both ends of the measured phase.
 */
#pragma once

#include "sim/model/core.h"
#include "sim/stats/histogram.h"

/** The ledgers of all cores at one moment. */
typedef struct {
    IvcLedgerEntry *entries; /**< core by core, n_stages each */
    IvcTime *waiting_ps;
    IvcTime *blocked_ps;
    IvcTime *idle_ps;
    struct IvcSchedShot *sched; /**< NULL: pinned */
} IvcLedgerShot;

typedef struct {
    uint64_t warmup;    /**< deliveries before measuring starts */
    uint64_t target;    /**< deliveries to measure */
    uint64_t delivered; /**< so far, warm-up included; those that are known to be lost, too */
    uint64_t lost;      /**< of them, while measuring */
    uint64_t sent;      /**< messages handed to Send so far */
    uint64_t bytes;     /**< delivered while measuring */
    uint64_t bytes_sent_all;
    uint64_t bytes_delivered_all;
    uint64_t bytes_lost_all;
    IvcTime setup_ps;        /**< when the last rank left Init */
    IvcTime setup_server_ps; /**< that the cores of a guest that serves the channel ran for it */
    IvcTime began_ps;
    IvcTime ended_ps;
    bool measuring;
    bool ended;
    bool counted;        /**< the latest delivery belongs to the measured phase */
    const char *stalled; /**< where a datagram was lost that everything waits for; NULL: none */
    IvcHistogram latency_ps;
    IvcLedgerShot began;
    IvcLedgerShot over;
    volatile uint64_t *progress; /**< may be NULL */
} IvcMeasure;

typedef struct IvcPlatform IvcPlatform;

void ivc_measure_init(IvcPlatform *platform, uint64_t warmup, uint64_t target);
void ivc_measure_clear(IvcMeasure *measure);

/** Begins to measure, when it has not begun yet: for runs without warm-up. */
void ivc_measure_begin_now(IvcPlatform *platform);

/** One more message of `bytes` has been received; begins and ends the measured phase. */
void ivc_measure_delivered(IvcPlatform *platform, uint64_t bytes);

/** One more message of `bytes` is known to be lost: it is settled like one that was received. */
void ivc_measure_lost(IvcPlatform *platform, uint64_t bytes);

/** A request or an answer was lost at `place` (static), and nobody sends it again: the run ends
 * here with what was measured until now, or fails when that is nothing. */
void ivc_measure_stall(IvcPlatform *platform, const char *place);

/** Keeps the latency of the latest delivery, when that was measured. */
void ivc_measure_latency(IvcPlatform *platform, IvcTime latency_ps);
