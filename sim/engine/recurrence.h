/** @file
 *  Exact recurrence: a run whose whole state comes back does the same again, for ever. Looks at the
 *  state from time to time, recognises one that was there before, and lets whole periods be
 * skipped: what they would have added to every statistic is added at once, to the last unit.
 *
 *  A look compares a single number with those of a few marked states; when one agrees, a brief
 *  digest (all that is small), and then the full states, word by word. New states are marked at
 *  growing distances, so a period that begins after m looks and takes p of them is seen after
 * little more than m + p. A period that was seen is confirmed by those that follow, for some time:
 * every statistic has to grow by the same, and the state to come back again. What a digest forgot
 * would show there.
 */
#pragma once

#include "sim/engine/engine.h"

/** A number that only grows, and that nothing in the simulation reads but bounds. */
typedef struct {
    uint64_t *at;
    uint64_t below; /**< skipping must leave it below this; UINT64_MAX: no bound */
} IvcStatistic;

/** What is looked at. */
typedef struct {
    /** Anything that follows from the state, at almost no cost: most looks end there. */
    uint64_t (*glance)(const void *run);
    /** Feeds the whole state, or only what is small when digest->brief. */
    void (*digest)(const void *run, IvcDigest *digest);
    /** Brings the statistics up to now; may be NULL. */
    void (*settle)(void *run);
    void *run;
    uint64_t looks_max;   /**< looks without a period after which the search ends */
    uint64_t confirm_min; /**< events that a confirmation takes at least, and one period at least */
    bool unwatched;       /**< for tests: a period that was seen is believed at once */
} IvcRecurrenceOps;

typedef enum {
    IVC_RECURRENCE_SEARCHING,
    IVC_RECURRENCE_CONFIRMING, /**< a period was seen once */
    IVC_RECURRENCE_FOUND,      /**< it was confirmed; skipping is possible now */
    IVC_RECURRENCE_GIVEN_UP,   /**< no period within the looks allowed */
    IVC_RECURRENCE_BROKEN,     /**< equal states went different ways: the digest is incomplete */
} IvcRecurrenceState;

typedef struct IvcRecurrence IvcRecurrence;

/**
 * Prepares a search.
 *
 * @param statistics  IvcStatistic, everything that a period adds to; transfer full
 * @return transfer full
 */
IvcRecurrence *ivc_recurrence_new(IvcSim *sim, const IvcRecurrenceOps *ops, GArray *statistics);
void ivc_recurrence_free(IvcRecurrence *recurrence);

/**
 * Searches anew: something has ended, and what is left may have another period. What was skipped
 * stays skipped.
 *
 * @param first_mark  the look, from 1, at which a state is marked first: later ones spare the price
 *                    of a snapshot when much ends at about the same time
 */
void ivc_recurrence_restart(IvcRecurrence *recurrence, uint64_t first_mark);

/**
 * Looks at the state now. Call it always at the same place of the simulated program, between two
 * requests of an agent. Ends at once when the search is over.
 *
 * @return IVC_RECURRENCE_FOUND when ivc_recurrence_skip() may be called now
 */
IvcRecurrenceState ivc_recurrence_look(IvcRecurrence *recurrence);

/**
 * Skips as many whole periods as the statistics' bounds, the horizon and the most events allow;
 * sim->skipped_ps grows by their time. The search is over then.
 *
 * @return how many; 0 when not even one fits
 */
uint64_t ivc_recurrence_skip(IvcRecurrence *recurrence);

/** By how much one period advances a statistic; valid once a period was found. */
uint64_t ivc_recurrence_period(const IvcRecurrence *recurrence, const uint64_t *statistic);

/** How long a period takes; valid once a period was found. */
IvcTime ivc_recurrence_period_ps(const IvcRecurrence *recurrence);

IvcRecurrenceState ivc_recurrence_state(const IvcRecurrence *recurrence);
