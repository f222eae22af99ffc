/** @file
 *  The virtual CPUs of a run's guests: where they are in the platform, who schedules them, and what
 *  runs on them beside the ranks.
 */
#pragma once

#include "sim/model/platform.h"
#include "sim/scenario/scenario.h"

/** Whether guests share cores under a scheduler. */
bool ivc_vcpus_are_scheduled(const IvcScenario *scenario);

/** How many cores the platform has: virtual CPUs under a scheduler, else those of the chip. */
uint32_t ivc_vcpus_count(const IvcScenario *scenario);

/** Whether the ledgers need the stages of a hypervisor. */
bool ivc_vcpus_need_stages(const IvcScenario *scenario);

/** Gives each guest its cores, and makes the scheduler. The platform has its cores, clock and
 *  stages. */
void ivc_vcpus_place(IvcPlatform *platform, const IvcScenario *scenario);

/** Starts what computes beside the ranks. */
void ivc_vcpus_start_loads(IvcPlatform *platform, const IvcScenario *scenario);

void ivc_vcpus_clear(IvcPlatform *platform);
