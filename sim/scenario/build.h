/** @file
 *  From a bound scenario to a machine with ranks, a channel and a workload, ready to run.
 */
#pragma once

#include "sim/model/mpi.h"
#include "sim/scenario/scenario.h"

/** A point under simulation. */
typedef struct {
    const IvcScenario *scenario;
    uint64_t repeat; /**< of the random streams, from 0 */
    IvcPlatform platform;
    IvcRank *ranks;
    IvcWork *works;
    uint64_t *sent;     /**< by sender and receiver: messages so far */
    uint64_t *received; /**< by receiver and sender */
    const IvcWorkload *workload;
    const IvcMechanismOps *ops;
    void *channel;
    uint64_t rounds; /**< of each rank, warm-up included */
    uint64_t messages_asked;
    bool capped;
} IvcPoint;

/** Builds a point; with an error of IVC_SIM_ERROR when channel and workload do not fit. */
IvcPoint *ivc_point_new(const IvcScenario *scenario, GError **error);
/** The same for one of several repeats, from 0: each has random streams of its own. */
IvcPoint *ivc_point_new_repeat(const IvcScenario *scenario, uint64_t repeat, GError **error);
void ivc_point_free(IvcPoint *point);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcPoint, ivc_point_free)

/** Messages that all ranks together send in one round. */
uint64_t ivc_point_messages_per_round(const IvcPoint *point);

/** Feeds the whole state of the run. */
void ivc_point_digest(const IvcPoint *point, IvcDigest *digest);
