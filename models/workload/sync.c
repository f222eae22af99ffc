/* Workloads that synchronise: sections that one rank at a time may be in, and barriers. */
#include "models/workload/patterns.h"
#include "sim/model/mpi.h"

typedef enum { LATENCY_ACQUIRE, LATENCY_HANDOFF } Latency;

typedef struct {
    IvcCost section;
    IvcSpan stagger;
    uint64_t misses;
    uint64_t shared_of;
    int latency; /* Latency */
} SectionSpec;

static const char *const latencies[] = {"acquire", "hand-off", NULL};

static const IvcParam section_params[] = {
    {IVC_PARAM(SectionSpec, section, "section"), .fallback = "500cycles", .max = "1s",
     .sentence = "how long a rank stays in its section"},
    {IVC_PARAM(SectionSpec, stagger, "stagger"), .fallback = "0ps", .max = "10s",
     .sentence =
         "ranks begin at even distances within this time; under a scheduler their turns are "
         "then not in step"},
    {IVC_PARAM(SectionSpec, misses, "misses"), .fallback = "0", .max = "1000000000",
     .sentence = "misses of the TLB in what a rank computes between two sections: what virtual "
                 "memory adds to each is charged"},
    {IVC_PARAM(SectionSpec, shared_of, "shared_of"), .fallback = "0", .max = "1000000",
     .sentence = "of so many sections of a rank, all but one only read; 0: none does"},
    {IVC_PARAM(SectionSpec, latency, "latency"), .fallback = "acquire", .choices = latencies,
     .sentence = "what latencies are: of each acquire; or from a release that others wait for "
                 "until one of them has the lock"},
    {.key = NULL},
};

static uint64_t each_one(unsigned n)
{
    return n;
}

/* An acquisition counts as a message of the workload, of the mean size: it was sent, and it has
 * come. */
static void count_one(IvcRank *rank)
{
    IvcMeasure *measure = &rank->platform->measure;
    uint64_t bytes = rank->platform->draws.bytes;
    measure->sent++;
    measure->bytes_sent_all += bytes;
    ivc_measure_delivered(rank->platform, bytes);
}

static void keep_latency(IvcRank *rank, const IvcWork *work)
{
    const SectionSpec *spec = work->spec;
    IvcTime handed = rank->ops->sync->handed_ps(rank);
    if (spec->latency == LATENCY_ACQUIRE)
        ivc_measure_latency(rank->platform, rank->agent.sim->now - work->started_ps);
    else if (handed)
        ivc_measure_latency(rank->platform, handed);
}

/* Whether this section only reads: all but the first of each `shared_of`, which work->step counts.
 */
static bool shares(const IvcWork *work)
{
    return work->step != 0;
}

static void count_section(IvcWork *work)
{
    const SectionSpec *spec = work->spec;
    work->step = spec->shared_of ? (uint32_t)((work->step + 1) % spec->shared_of) : 0;
}

/* Far apart for neighbours, too. */
static IvcTime stagger_ps(const SectionSpec *spec, uint32_t rank)
{
    uint32_t place = (rank + 1) * UINT32_C(2654435769); /* of 2^32; the golden ratio's */
    return (spec->stagger.ps >> 16) * (place >> 16) + 1;
}

static IvcStep section_round(IvcRank *rank, IvcWork *work)
{
    const SectionSpec *spec = work->spec;
    IVC_BEGIN(work);
    if (work->round == 0 && spec->stagger.ps) {
        IVC_AWAIT(work, ivc_wait(&rank->agent, &work->never, stagger_ps(spec, rank->rank)));
    }
    if (spec->misses) {
        IVC_AWAIT(work, ivc_spend(&rank->agent,
                                  spec->misses * ivc_virt_ps(rank->platform, IVC_VIRT_TLB_MISS),
                                  IVC_STAGE_COMPUTE));
    }
    IVC_CALL(work, rank->ops->sync->acquire(rank, shares(work)));
    count_one(rank);
    keep_latency(rank, work);
    IVC_AWAIT(work, ivc_spend(&rank->agent, ivc_platform_ps(rank->platform, spec->section),
                              IVC_STAGE_COMPUTE));
    IVC_CALL(work, rank->ops->sync->release(rank));
    count_section(work);
    IVC_END(work);
}

static const IvcWorkloadOps section_ops = {
    .messages_per_round = each_one, .round = section_round, .open_ended = true};

#define ONE_BYTE_EACH(n)                                                                         \
    (const IvcDefault[])                                                                         \
    {                                                                                            \
        {"message", "1B", "an acquisition counts as a message of a byte"}, {"total", (n), NULL}, \
        {                                                                                        \
            .key = NULL                                                                          \
        }                                                                                        \
    }

const IvcWorkload ivc_workload_critical_section = {
    .head = {.name = "critical-section",
             .summary =
                 "every rank acquires a lock, stays in its section, releases it, computes, and "
                 "so on; who is faster comes more often",
             .params = section_params,
             .spec_size = sizeof(SectionSpec)},
    .ops = &section_ops,
    .ranks_min = 1,
    .ranks_multiple = 1,
    .speaks = IVC_SPEAKS_LOCK,
    .defaults = ONE_BYTE_EACH("100000B"),
};

/* ---- barriers ---- */

static IvcStep barrier_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    IVC_CALL(work, rank->ops->sync->barrier(rank));
    count_one(rank);
    ivc_measure_latency(rank->platform, rank->agent.sim->now - work->started_ps);
    IVC_END(work);
}

static const IvcWorkloadOps barrier_ops = {.messages_per_round = each_one, .round = barrier_round};

const IvcWorkload ivc_workload_barrier = {
    .head = {.name = "barrier",
             .summary = "every rank computes and waits for all others, again and again"},
    .ops = &barrier_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
    .speaks = IVC_SPEAKS_BARRIER,
    .defaults = ONE_BYTE_EACH("100000B"),
};

/* ---- calls in batches, and a consumer that takes its time ---- */

typedef enum {
    CLOCK_FREE,
    CLOCK_SERIALISED,
} Clock;

static const char *const clocks[] = {"free", "serialised", NULL};

typedef struct {
    uint64_t batch;
    int clock; /* Clock */
} CallSpec;

static const IvcParam call_params[] = {
    {IVC_PARAM(CallSpec, batch, "batch"), .fallback = "1", .min = "1", .max = "65536",
     .sentence = "calls that are made before the first answer is waited for"},
    {IVC_PARAM(CallSpec, clock, "clock"), .fallback = "free", .choices = clocks,
     .sentence = "how the caller reads its clock before a batch: as nobody in the machine can; or "
                 "by an instruction that waits for all before it, and lets nothing behind it "
                 "begin, as x86's CPUID does, outside of what is measured"},
    {.key = NULL},
};

static uint64_t batch_of(const IvcWork *work)
{
    return ((const CallSpec *)work->spec)->batch;
}

static bool even(const IvcRank *rank)
{
    return rank->rank % 2 == 0;
}

static uint64_t two_a_pair(unsigned n)
{
    return n / 2 * 2;
}

static uint64_t pairs(unsigned n)
{
    return n / 2;
}

static uint64_t call_messages(const void *spec, unsigned n)
{
    return ((const CallSpec *)spec)->batch * two_a_pair(n);
}

static bool serialise(IvcRank *rank)
{
    return ivc_spend(&rank->agent, rank->ops->serialise(rank), IVC_STAGE_COMPUTE);
}

static IvcStep call_round(IvcRank *rank, IvcWork *work)
{
    const CallSpec *spec = work->spec;
    IVC_BEGIN(work);
    if (even(rank)) {
        if (spec->clock == CLOCK_SERIALISED && rank->ops->serialise) {
            IVC_AWAIT(work, serialise(rank));
            work->started_ps = rank->agent.sim->now;
        }
        for (work->step = 0; work->step < batch_of(work); work->step++) {
            IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
        }
        for (work->step = 0; work->step < batch_of(work); work->step++) {
            IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank + 1));
        }
        ivc_measure_latency(rank->platform, rank->agent.sim->now - work->started_ps);
    } else {
        for (work->step = 0; work->step < batch_of(work); work->step++) {
            IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        }
        for (work->step = 0; work->step < batch_of(work); work->step++) {
            IVC_CALL(work, ivc_work_send(rank, work, rank->rank - 1));
        }
    }
    IVC_END(work);
}

static const IvcWorkloadOps call_ops = {.messages_per_round = two_a_pair,
                                        .messages_of = call_messages,
                                        .round = call_round,
                                        .paced = even};

const IvcWorkload ivc_workload_call = {
    .head = {.name = "call",
             .summary =
                 "every even rank calls the next, some calls at a time, all of which are taken "
                 "before they are answered; latency is from the first call to the last answer",
             .params = call_params,
             .spec_size = sizeof(CallSpec)},
    .ops = &call_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
    .defaults = (const IvcDefault[]){{"message", "8B", "a word of arguments"},
                                     {"total", "256KiB", NULL},
                                     {.key = NULL}},
};

typedef struct {
    IvcCost produce;
    IvcCost consume;
} ProduceSpec;

static const IvcParam produce_params[] = {
    {IVC_PARAM(ProduceSpec, produce, "produce"), .fallback = "500cycles", .max = "1s",
     .sentence = "what making an item takes"},
    {IVC_PARAM(ProduceSpec, consume, "consume"), .fallback = "500cycles", .max = "1s",
     .sentence = "what using it takes"},
    {.key = NULL},
};

static IvcStep produce_round(IvcRank *rank, IvcWork *work)
{
    const ProduceSpec *spec = work->spec;
    IVC_BEGIN(work);
    if (even(rank)) {
        IVC_AWAIT(work, ivc_spend(&rank->agent, ivc_platform_ps(rank->platform, spec->produce),
                                  IVC_STAGE_COMPUTE));
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        ivc_measure_latency(rank->platform, rank->agent.sim->now - work->call.envelope.sent_ps);
        IVC_AWAIT(work, ivc_spend(&rank->agent, ivc_platform_ps(rank->platform, spec->consume),
                                  IVC_STAGE_COMPUTE));
    }
    IVC_END(work);
}

static const IvcWorkloadOps produce_ops = {
    .messages_per_round = pairs, .round = produce_round, .paced = even};

const IvcWorkload ivc_workload_produce_consume = {
    .head = {.name = "produce-consume",
             .summary =
                 "every even rank makes items and hands each to the next rank, which uses it",
             .params = produce_params,
             .spec_size = sizeof(ProduceSpec)},
    .ops = &produce_ops,
    .ranks_min = 2,
    .ranks_multiple = 2,
    .defaults = (const IvcDefault[]){{"message", "8B", "a word that says where the item is"},
                                     {"total", "256KiB", NULL},
                                     {.key = NULL}},
};

/* ---- a lock by messages: a rank that serves, and others that ask it ---- */

#define ASK_BYTES 8

typedef struct {
    IvcCost section;
} ServedSpec;

static const IvcParam served_params[] = {
    {IVC_PARAM(ServedSpec, section, "section"), .fallback = "500cycles", .max = "1s",
     .sentence = "how long a rank stays in its section"},
    {.key = NULL},
};

static uint64_t all_but_one(unsigned n)
{
    return n - 1;
}

static bool asks(const IvcRank *rank)
{
    return rank->rank != 0;
}

/* Who asks while another has the lock waits in the channel: who came first is answered first. */
static IvcStep serve_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    for (work->step = 1; work->step < rank->platform->n_ranks; work->step++) {
        IVC_CALL(work, ivc_work_recv_ack(rank, work, IVC_MPI_ANY_SOURCE, ASK_BYTES));
        work->peer = work->call.envelope.source;
        IVC_CALL(work, ivc_work_send_ack(rank, work, work->peer, ASK_BYTES));
        IVC_CALL(work, ivc_work_recv_ack(rank, work, (int)work->peer, ASK_BYTES));
    }
    IVC_END(work);
}

static IvcStep ask_round(IvcRank *rank, IvcWork *work)
{
    const ServedSpec *spec = work->spec;
    IVC_BEGIN(work);
    IVC_CALL(work, ivc_work_send_ack(rank, work, 0, ASK_BYTES));
    IVC_CALL(work, ivc_work_recv_ack(rank, work, 0, ASK_BYTES));
    count_one(rank);
    ivc_measure_latency(rank->platform, rank->agent.sim->now - work->started_ps);
    IVC_AWAIT(work, ivc_spend(&rank->agent, ivc_platform_ps(rank->platform, spec->section),
                              IVC_STAGE_COMPUTE));
    IVC_CALL(work, ivc_work_send_ack(rank, work, 0, ASK_BYTES));
    IVC_END(work);
}

static IvcStep served_round(IvcRank *rank, IvcWork *work)
{
    return asks(rank) ? ask_round(rank, work) : serve_round(rank, work);
}

static const IvcWorkloadOps served_ops = {.messages_per_round = all_but_one,
                                          .round = served_round,
                                          .paced = asks,
                                          .ack_bytes = ASK_BYTES};

const IvcWorkload ivc_workload_lock_server = {
    .head = {.name = "lock-server",
             .summary =
                 "a lock by messages: rank 0 grants it to one of the others at a time, in the "
                 "order in which they ask",
             .params = served_params,
             .spec_size = sizeof(ServedSpec)},
    .ops = &served_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
    .defaults = ONE_BYTE_EACH("100000B"),
};
