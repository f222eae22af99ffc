/** @file
 *  Several runs of one point, each with random streams of its own, summed up to one result.
 */
#pragma once

#include "sim/scenario/run.h"

/** One run, with the streams of one repeat (from 0); its result has no samples of repeats. */
IvcResult *ivc_run_once(const IvcScenario *scenario, uint64_t repeat, const IvcRunHooks *hooks,
                        GError **error);

/** What a whole run says as one sample. */
IvcSample ivc_repeats_sample(const IvcResult *run);

/**
 * Adds a run to a sum: counts, times and ledgers are added, digests hashed together; the sum gets
 * one sample more.
 */
void ivc_repeats_add(IvcResult *sum, const IvcResult *run);

/** Whether another run is wanted after those in `sum`. */
bool ivc_repeats_more(const IvcResult *sum, const IvcStatisticsSpec *statistics);

/** Fewest runs that an interval is judged by. */
#define IVC_REPEATS_MIN 5
