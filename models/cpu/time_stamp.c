/* What a guest reads as the processor's time stamp, and what it measures by two of them.
 *
 * Left out: counters of different sockets that do not agree, and where within a tick a read falls:
 * all times in a run are relative to now. */
#include "sim/model/time_stamp.h"

#define PS_PER_SECOND 1000000000000u

const char *const ivc_tsc_policy_names[] = {
    [IVC_TSC_NATIVE] = "native",   [IVC_TSC_OFFSET] = "offset",  [IVC_TSC_SCALED] = "scaled",
    [IVC_TSC_TRAPPED] = "trapped", [IVC_TSC_TRAPPED + 1] = NULL,
};

IvcTimeStamp ivc_time_stamp_same(void)
{
    return (IvcTimeStamp){.ratio = 1};
}

IvcTimeStamp ivc_time_stamp_scaled(uint64_t guest_hz, uint64_t host_hz, uint32_t fraction)
{
    IvcU128 ratio = (((IvcU128)guest_hz << fraction) + host_hz / 2) / host_hz;
    return (IvcTimeStamp){.ratio = (uint64_t)ratio, .fraction = fraction};
}

uint64_t ivc_time_stamp_read(const IvcTimeStamp *stamp, uint64_t host)
{
    return (uint64_t)(((IvcU128)host * stamp->ratio) >> stamp->fraction) + stamp->offset;
}

void ivc_time_stamp_set(IvcTimeStamp *stamp, uint64_t host, uint64_t value)
{
    stamp->offset += value - ivc_time_stamp_read(stamp, host);
}

IvcTime ivc_guest_clock_span_ps(const IvcGuestClock *clock, IvcTime span_ps)
{
    IvcTimeStamp stamp = clock->stamp;
    stamp.offset = 0;
    uint64_t host = (uint64_t)((IvcU128)span_ps * clock->host_hz / PS_PER_SECOND);
    uint64_t ticks = ivc_time_stamp_read(&stamp, host);
    return (IvcTime)((IvcU128)ticks * PS_PER_SECOND / clock->guest_hz);
}
