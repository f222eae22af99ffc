/* The message patterns: who sends to whom in one round.
 *
 * stream    rank 2i sends, rank 2i+1 receives.
 * pingpong  rank 2i sends and waits for the answer of rank 2i+1; latency is half a round trip.
 * exchange  ranks 2i and 2i+1 send each other one message; the lower sends first.
 * ring      each rank sends to the next and receives from the one before.
 * alltoall  each rank sends one message to every other, pair by pair.
 * The order of Send and Recv is such that no pattern needs buffering to finish. */
#include "models/workload/patterns.h"
#include "sim/model/mpi.h"
#include "sim/model/stages.h"
#include "sim/model/virt.h"

static bool sends_first(const IvcRank *rank)
{
    return rank->rank % 2 == 0;
}

static uint64_t pairs(unsigned n)
{
    return n / 2;
}

static uint64_t two_a_pair(unsigned n)
{
    return n / 2 * 2;
}

static uint64_t each_one(unsigned n)
{
    return n;
}

static uint64_t each_all(unsigned n)
{
    return (uint64_t)n * (n - 1);
}

static void keep_latency(IvcRank *rank, const IvcWork *work)
{
    ivc_measure_latency(rank->platform, rank->agent.sim->now - work->call.envelope.sent_ps);
}

static IvcStep stream_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (sends_first(rank)) {
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        keep_latency(rank, work);
    }
    IVC_END(work);
}

typedef struct {
    bool time_stamps;
} PingpongSpec;

static bool stamps(const void *spec)
{
    return ((const PingpongSpec *)spec)->time_stamps;
}

static bool read_stamp(IvcRank *rank)
{
    ivc_virt_owe(&rank->agent, IVC_VIRT_TIME_STAMP);
    return ivc_spend(&rank->agent, rank->platform->guest_clock.read_ps, IVC_STAGE_COMPUTE);
}

/* By the guest's own time stamps, or as nobody in it can know. */
static void keep_half(IvcRank *rank, const IvcWork *work)
{
    IvcTime span_ps = rank->agent.sim->now - work->started_ps;
    if (stamps(work->spec))
        span_ps = ivc_guest_clock_span_ps(&rank->platform->guest_clock, span_ps);
    ivc_measure_latency(rank->platform, span_ps / 2);
}

static IvcStep pingpong_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (sends_first(rank)) {
        if (stamps(work->spec)) {
            IVC_AWAIT(work, read_stamp(rank));
            work->started_ps = rank->agent.sim->now;
        }
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank + 1));
        if (stamps(work->spec)) {
            IVC_AWAIT(work, read_stamp(rank));
        }
        keep_half(rank, work);
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank - 1));
    }
    IVC_END(work);
}

static IvcStep exchange_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (sends_first(rank)) {
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank + 1));
        keep_latency(rank, work);
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        keep_latency(rank, work);
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank - 1));
    }
    IVC_END(work);
}

static uint32_t after(const IvcRank *rank, uint32_t by)
{
    return (rank->rank + by) % rank->platform->n_ranks;
}

static uint32_t before(const IvcRank *rank, uint32_t by)
{
    uint32_t n = rank->platform->n_ranks;
    return (rank->rank + n - by) % n;
}

static IvcStep ring_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (sends_first(rank)) {
        IVC_CALL(work, ivc_work_send(rank, work, after(rank, 1)));
        IVC_CALL(work, ivc_work_recv(rank, work, (int)before(rank, 1)));
        keep_latency(rank, work);
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)before(rank, 1)));
        keep_latency(rank, work);
        IVC_CALL(work, ivc_work_send(rank, work, after(rank, 1)));
    }
    IVC_END(work);
}

/* In step p the ranks i and (p - i) mod n meet, and the lower of the two sends first. */
static uint32_t partner(const IvcRank *rank, uint32_t step)
{
    uint32_t n = rank->platform->n_ranks;
    return (step + n - rank->rank) % n;
}

static IvcStep alltoall_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    for (work->step = 0; work->step < rank->platform->n_ranks; work->step++) {
        work->peer = partner(rank, work->step);
        if (work->peer == rank->rank)
            continue;
        if (rank->rank < work->peer) {
            IVC_CALL(work, ivc_work_send(rank, work, work->peer));
            IVC_CALL(work, ivc_work_recv(rank, work, (int)work->peer));
            keep_latency(rank, work);
        } else {
            IVC_CALL(work, ivc_work_recv(rank, work, (int)work->peer));
            keep_latency(rank, work);
            IVC_CALL(work, ivc_work_send(rank, work, work->peer));
        }
    }
    IVC_END(work);
}

static const IvcWorkloadOps stream_ops = {
    .messages_per_round = pairs, .round = stream_round, .paced = sends_first};
static const IvcWorkloadOps pingpong_ops = {.messages_per_round = two_a_pair,
                                            .round = pingpong_round,
                                            .paced = sends_first,
                                            .stamps = stamps};
static const IvcWorkloadOps exchange_ops = {.messages_per_round = two_a_pair,
                                            .round = exchange_round};
static const IvcWorkloadOps ring_ops = {.messages_per_round = each_one, .round = ring_round};
static const IvcWorkloadOps alltoall_ops = {.messages_per_round = each_all,
                                            .round = alltoall_round};

const IvcWorkload ivc_workload_stream = {
    .head = {.name = "stream",
             .summary = "every even rank sends messages to the next rank, one after the other"},
    .ops = &stream_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
};

static const IvcParam pingpong_params[] = {
    {IVC_PARAM(PingpongSpec, time_stamps, "time_stamps"), .fallback = "false",
     .sentence = "latency is what the guest measures, by a time stamp before and one after each "
                 "round trip, whose reads take their time"},
    {.key = NULL},
};

const IvcWorkload ivc_workload_pingpong = {
    .head = {.name = "pingpong",
             .summary =
                 "every even rank sends a message to the next rank and waits for the answer; "
                 "latency is half a round trip",
             .params = pingpong_params,
             .spec_size = sizeof(PingpongSpec)},
    .ops = &pingpong_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
};

const IvcWorkload ivc_workload_exchange = {
    .head = {.name = "exchange",
             .summary = "the ranks of a pair send each other a message in turn"},
    .ops = &exchange_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
};

const IvcWorkload ivc_workload_ring = {
    .head = {.name = "ring",
             .summary = "every rank sends a message to the next and receives one from the last"},
    .ops = &ring_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
};

const IvcWorkload ivc_workload_alltoall = {
    .head = {.name = "alltoall", .summary = "every rank sends a message to every other rank"},
    .ops = &alltoall_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
};
