/** @file
 *  The sweep engine: takes the points of a plan, runs those that are not in the store yet on
 *  worker threads, and stores each as soon as it has finished. What the points are, and how one is
 *  run, comes from outside (sweep_plan.h), so that tests can use points of their own.
 */
#pragma once

#include "sim/scenario/run.h"
#include "sim/scenario/store.h"

/** One point of a sweep. Points with equal keys are the same point: it is run once. */
typedef struct {
    char *key;         /**< content address: equal keys, equal results */
    char *label;       /**< for people: "channel=shmem workload.message=64KiB" */
    char *identity;    /**< JSON object: what the outputs say of the point whatever happens to it */
    char **sets;       /**< "key.path=value" assignments that make the point; NULL-terminated */
    uint64_t messages; /**< that it is expected to deliver; 0: unknown */
    uint64_t cost;     /**< expected work in any unit, at least 1; the longest is started first */
} IvcSweepPoint;

void ivc_sweep_point_clear(IvcSweepPoint *point);

/** Sorts pointers to points of one array: the longest first, so that no long one is left alone at
 * the end; among equals the array's order. */
void ivc_sweep_longest_first(GPtrArray *points);

/**
 * Runs one point; called from several threads at once.
 *
 * @param hooks  `stop` must be obeyed soon with IVC_SIM_ERROR_STOPPED; `messages` may be counted up
 * @return transfer full, or NULL with an error: of IVC_SIM_ERROR, and the point has failed; of
 *         another domain, and something is wrong with this computer
 */
typedef IvcResult *(*IvcSweepRun)(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                                  GError **error);

/** How far a sweep is. Numbers of points count each different point once. */
typedef struct {
    size_t points;       /**< all */
    size_t stored;       /**< were in the store when the sweep began */
    size_t done;         /**< finished now, failed ones included */
    size_t failed;       /**< of done */
    size_t running;      /**< being simulated at this moment */
    uint64_t cost_total; /**< of the points that were not stored */
    uint64_t cost_done;  /**< of the finished ones, and of the finished part of running ones */
    uint64_t elapsed_us; /**< real time since the start */
    const char *current; /**< label of the point that was started last, or NULL; borrowed */
} IvcSweepStatus;

typedef struct {
    unsigned jobs;            /**< worker threads; 0: one for each processor */
    bool failed_again;        /**< run points again that are stored as failed */
    uint64_t failures_max;    /**< stop when so many have failed now; 0: never */
    bool full;                /**< simulate every period of every point */
    const volatile int *stop; /**< non-zero: stop soon; may be NULL */
    IvcSweepRun run;
    void *run_user;
    /** Called in the caller's thread after each finished point and every 50 ms; may be NULL. */
    void (*tick)(const IvcSweepStatus *status, void *user);
    void *tick_user;
} IvcSweepOptions;

/** How a sweep ended. */
typedef struct {
    IvcSweepStatus status; /**< `current` is NULL */
    bool stopped;          /**< by `stop` or `failures_max`, before all points had finished */
} IvcSweepOutcome;

/**
 * Runs all points that are not stored, `jobs` at a time. Failed points are stored with their
 * message and do not stop the others. What was finished is in the store whatever this returns.
 *
 * @param points       in the order of the outputs; their keys, and nothing else, decide what is
 *                     stored already
 * @param ret_outcome  set on success
 * @return false with an error of domain IVC_STORE_ERROR when a point could not be stored or read,
 * or with that of the first point that something wrong with this computer kept from running: it has
 * not failed, and is not stored
 */
bool ivc_sweep_run(IvcStore *store, const IvcSweepPoint *points, size_t n,
                   const IvcSweepOptions *options, IvcSweepOutcome *ret_outcome,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Finds what is to be done without doing it.
 *
 * @param ret_pending  set on success, transfer full: of every point, whether it would be run (true
 *                     at the first of several points with one key only)
 * @param ret_status   set on success: points, stored, cost_total and the number of failed points in
 *                     the store
 * @param store        NULL: nothing is stored yet
 */
bool ivc_sweep_pending(IvcStore *store, const IvcSweepPoint *points, size_t n, bool failed_again,
                       bool **ret_pending, IvcSweepStatus *ret_status,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
