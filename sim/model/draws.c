/* Draws of a workload: addressed, and made of integers only. */
#include "sim/model/draws.h"

#define PS_PER_S UINT64_C(1000000000000)

void ivc_draws_start(IvcDraws *draws, uint64_t seed, uint64_t repeat)
{
    draws->sizes_stream = ivc_stream(seed, repeat, "workload.sizes");
    draws->arrivals_stream = ivc_stream(seed, repeat, "workload.arrivals");
    draws->compute_stream = ivc_stream(seed, repeat, "workload.compute");
}

bool ivc_draws_random(const IvcDraws *draws)
{
    return draws->sizes != IVC_SIZES_FIXED || draws->arrivals == IVC_ARRIVALS_POISSON ||
           (draws->compute_ps != 0 && draws->compute != IVC_COMPUTE_FIXED);
}

static uint64_t pick(const IvcWeighedSize *list, size_t n, uint64_t bits)
{
    uint64_t at = ivc_random_below(bits, list[n - 1].until);
    while (at >= list->until)
        list++;
    return list->bytes;
}

uint64_t ivc_draw_bytes(const IvcDraws *draws, uint32_t from, uint32_t to, uint64_t number)
{
    IvcStream stream = ivc_stream_child(ivc_stream_child(draws->sizes_stream, from), to);
    uint64_t bits = ivc_stream_draw(stream, number), bytes;
    switch (draws->sizes) {
    case IVC_SIZES_UNIFORM:
        return draws->bytes_min + ivc_random_below(bits, 2 * (draws->bytes - draws->bytes_min) + 1);
    case IVC_SIZES_EXPONENTIAL:
        bytes = ivc_random_exponential_of(bits, draws->bytes, 1);
        return CLAMP(bytes, 1, draws->bytes_max);
    case IVC_SIZES_LIST:
        return pick(draws->list, draws->n_list, bits);
    case IVC_SIZES_FIXED:
        break;
    }
    return draws->bytes;
}

IvcTime ivc_draw_gap(const IvcDraws *draws, uint32_t rank, uint64_t number)
{
    if (draws->arrivals == IVC_ARRIVALS_PERIODIC)
        return (PS_PER_S + draws->rate / 2) / draws->rate;
    IvcStream stream = ivc_stream_child(draws->arrivals_stream, rank);
    return ivc_random_exponential_of(ivc_stream_draw(stream, number), PS_PER_S, draws->rate);
}

IvcTime ivc_draw_compute(const IvcDraws *draws, uint32_t rank, uint64_t number)
{
    if (draws->compute == IVC_COMPUTE_FIXED || draws->compute_ps == 0)
        return draws->compute_ps;
    uint64_t bits = ivc_stream_draw(ivc_stream_child(draws->compute_stream, rank), number);
    if (draws->compute == IVC_COMPUTE_UNIFORM)
        return ivc_random_below(bits, 2 * draws->compute_ps + 1);
    return ivc_random_exponential_of(bits, draws->compute_ps, 1);
}
