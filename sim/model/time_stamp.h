/** @file
 *  What a guest reads as the processor's time stamp (TSC): the host's counter, scaled and moved.
 *  Integers only, as the processor does it. docs/virtualisation.md is the user's page.
 */
#pragma once

#include "sim/base/clock.h"

/** What the hypervisor makes of a guest's time stamps. */
typedef enum {
    IVC_TSC_NATIVE,  /**< the host's counter as it is */
    IVC_TSC_OFFSET,  /**< it begins at 0 when the guest starts */
    IVC_TSC_SCALED,  /**< and has a frequency of its own */
    IVC_TSC_TRAPPED, /**< the hypervisor emulates every read */
} IvcTscPolicy;

/** "native" ... in the order of the enum; ends with NULL. */
extern const char *const ivc_tsc_policy_names[];

/** Bits behind the point of a ratio in a processor's multiplier, and in a hypervisor's code. */
enum {
    IVC_TSC_FRACTION_VMX = 48,
    IVC_TSC_FRACTION_SVM = 32,
    IVC_TSC_FRACTION_SOFTWARE = 32,
};

/** The group `hypervisor.tsc`. */
typedef struct {
    int policy;             /**< IvcTscPolicy */
    IvcFrequency frequency; /**< of the guest's counter; 0: the host's */
} IvcTscSpec;

/** From the host's counter to the guest's: ((host * ratio) >> fraction) + offset, modulo 2^64. */
typedef struct {
    uint64_t ratio;
    uint32_t fraction; /**< at most 48 */
    uint64_t offset;
} IvcTimeStamp;

/** Of a guest whose counter is the host's. */
IvcTimeStamp ivc_time_stamp_same(void);

/** Of a guest whose counter runs at `guest_hz` on a host's at `host_hz` (neither 0, their quotient
 *  below 2^15): the ratio is rounded to the nearest. */
IvcTimeStamp ivc_time_stamp_scaled(uint64_t guest_hz, uint64_t host_hz, uint32_t fraction);

/** What the guest reads when the host's counter is at `host`. */
uint64_t ivc_time_stamp_read(const IvcTimeStamp *stamp, uint64_t host);

/** Sets the offset such that the guest reads `value` when the host's counter is at `host`: 0 at its
 *  start; after a migration what it would have read on the host that it left. */
void ivc_time_stamp_set(IvcTimeStamp *stamp, uint64_t host, uint64_t value);

/** A guest's clock: how it measures spans by two reads. */
typedef struct {
    IvcTimeStamp stamp;
    uint64_t host_hz;
    uint64_t guest_hz; /**< that the guest has been told */
    IvcTime read_ps;   /**< what the processor does in a read; the mode's part is an event */
} IvcGuestClock;

/** What a guest makes of a span between two reads: whole ticks of its counter, as a time by the
 *  frequency that it has been told. The first read is taken to be at a tick. */
IvcTime ivc_guest_clock_span_ps(const IvcGuestClock *clock, IvcTime span_ps);
