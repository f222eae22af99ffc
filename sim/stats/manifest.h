/** @file
 *  What a result was made from: enough to repeat it and to judge it.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "sim/stats/result.h"

/** All texts are borrowed; a NULL text or a zero `points` is left out. */
typedef struct {
    const char *version;       /**< of ivcsim */
    const char *scenario;      /**< its name */
    const char *file;          /**< as the user named it */
    const char *scenario_hash; /**< ivc_scenario_hash() */
    uint64_t seed;
    uint64_t parameters;
    uint64_t parameters_assumed;
    uint64_t parameters_calibrated;
    uint64_t points;      /**< of a sweep */
    const char *resolved; /**< the resolved scenario, ivc_scenario_show() */
    const json_t *values; /**< array {path, value, kind, source, origin}, or NULL; borrowed */
} IvcManifest;

/**
 * Adds to a manifest's list "recurrence" what became of one point: the outcome, the period, how
 * often and how many messages were skipped; or the reason why none were.
 *
 * @param point  what tells it from others: "channel=shmem workload.message=64KiB"
 */
void ivc_manifest_add_recurrence(json_t *manifest, const char *point,
                                 const IvcRecurrenceResult *recurrence);

/** Adds to a manifest's list "statistics" what a point's intervals rest on: repeats, or the batches
 *  of an estimate, and how many messages were simulated of how many; nothing for a single run. */
void ivc_manifest_add_sampling(json_t *manifest, const char *point, const IvcResult *result);

/** @return transfer full: a JSON object */
json_t *ivc_manifest_json(const IvcManifest *manifest);
