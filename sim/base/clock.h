/** @file
 *  Clock domains: the only bridge between cycles and simulated time.
 */
#pragma once

#include "sim/base/units.h"

/** A clock as a reduced fraction: one cycle lasts num/den picoseconds, exactly. */
typedef struct {
    uint64_t hz;
    uint64_t num; /**< 10^12 / gcd(10^12, hz) */
    uint64_t den; /**< hz / gcd(10^12, hz) */
} IvcClock;

/** Makes the clock of a frequency; `frequency.hz` must not be 0. */
IvcClock ivc_clock_make(IvcFrequency frequency);

/**
 * Converts cycles into picoseconds, rounding up: never earlier than the exact time, and less than
 * 1 ps later. Saturates at IVC_TIME_NEVER.
 */
IvcTime ivc_clock_cycles_to_ps(const IvcClock *clock, IvcCycles cycles);

/** Converts a cost; a cost given as a time is returned as it is. Rounds up, saturates. */
IvcTime ivc_clock_cost_to_ps(const IvcClock *clock, IvcCost cost);

/** Converts picoseconds into whole cycles, rounding to the nearest: for reports only. */
IvcCycles ivc_clock_ps_to_cycles(const IvcClock *clock, IvcTime span_ps);
