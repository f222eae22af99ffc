/* Clock domains: cycles to picoseconds by a reduced fraction, in 128 bits, rounding up.
 *
 * A period is never rounded: 2.2 GHz is 5000/11 ps, and only the sum of a cost is converted.
 */
#include "sim/base/clock.h"

#define PS_PER_S ((uint64_t)1000000000000)

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

IvcClock ivc_clock_make(IvcFrequency frequency)
{
    g_assert(frequency.hz != 0);
    uint64_t common = gcd(PS_PER_S, frequency.hz);
    return (IvcClock){.hz = frequency.hz, .num = PS_PER_S / common, .den = frequency.hz / common};
}

IvcTime ivc_clock_cycles_to_ps(const IvcClock *clock, IvcCycles cycles)
{
    /* most costs times num fit into 64 bits, where a division is far cheaper */
    uint64_t narrow;
    if (!__builtin_mul_overflow(cycles.n, clock->num, &narrow))
        return narrow / clock->den + (narrow % clock->den != 0);
    IvcU128 exact = (IvcU128)cycles.n * clock->num;
    IvcU128 ps = exact / clock->den + (exact % clock->den != 0);
    return ps > IVC_TIME_NEVER ? IVC_TIME_NEVER : (IvcTime)ps;
}

IvcTime ivc_clock_cost_to_ps(const IvcClock *clock, IvcCost cost)
{
    return cost.is_time ? cost.n : ivc_clock_cycles_to_ps(clock, (IvcCycles){cost.n});
}

IvcCycles ivc_clock_ps_to_cycles(const IvcClock *clock, IvcTime span_ps)
{
    IvcU128 doubled = (IvcU128)span_ps * clock->den * 2 + clock->num;
    IvcU128 cycles = doubled / ((IvcU128)clock->num * 2);
    return (IvcCycles){cycles > UINT64_MAX ? UINT64_MAX : (uint64_t)cycles};
}
