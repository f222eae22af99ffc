/* Workloads of interrupts: one at a time, threads that are woken one after the other, and many
 * targets at once. Rank 0, or every even rank, lets time pass between rounds, in which the others
 * go to sleep; that, and knowing that all have received, takes no work.
 *
 * Left out: what the tools of these names do besides. */
#include "models/workload/patterns.h"
#include "sim/model/mpi.h"

typedef struct {
    IvcSpan gap;
    uint64_t targets;
} Spec;

static const Spec *spec_of(const IvcWork *work)
{
    return work->spec;
}

static bool is_even(const IvcRank *rank)
{
    return rank->rank % 2 == 0;
}

static uint64_t pairs(unsigned n)
{
    return n / 2;
}

static uint64_t targets_of(const void *spec, unsigned n)
{
    return MIN(((const Spec *)spec)->targets, n - 1);
}

/* Rank 0 and its targets; those beyond have nothing to do. */
static bool takes_part(const IvcRank *rank)
{
    return rank->rank <= targets_of(rank->work->spec, rank->platform->n_ranks);
}

static uint64_t others(unsigned n)
{
    return n - 1;
}

/* A span in which this rank does nothing. */
static bool let_pass(IvcRank *rank, IvcWork *work)
{
    if (work->never.id == 0)
        work->never.id = ivc_platform_id(rank->platform);
    return ivc_wait(&rank->agent, &work->never, spec_of(work)->gap.ps);
}

/* Whether this round's messages have come to the ranks from `first` on. */
static bool have_come(const IvcRank *rank, uint32_t first, uint64_t n)
{
    for (uint32_t r = first; r < first + n; r++)
        if (rank->all[r].received_from[rank->rank] < rank->sent_to[r])
            return false;
    return true;
}

/* ---- one at a time ---- */

static IvcStep ipi_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (is_even(rank)) {
        if (work->round == 0) {
            IVC_AWAIT(work, let_pass(rank, work));
        }
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
        do {
            IVC_AWAIT(work, let_pass(rank, work));
        } while (!have_come(rank, rank->rank + 1, 1));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        ivc_measure_latency(rank->platform, work->call.done_ps - work->call.envelope.sent_ps);
    }
    IVC_END(work);
}

/* ---- one after the other ---- */

/* The time of the whole loop is what the tool shows. */
static void keep_loop(IvcRank *rank, const IvcWork *work)
{
    IvcMeasure *measure = &rank->platform->measure;
    uint64_t n = targets_of(work->spec, rank->platform->n_ranks);
    if (work->round * n >= measure->warmup)
        ivc_histogram_add(&measure->latency_ps, rank->agent.sim->now - work->started_ps);
}

static IvcStep wake_round(IvcRank *rank, IvcWork *work)
{
    uint64_t n = targets_of(work->spec, rank->platform->n_ranks);
    IVC_BEGIN(work);
    if (rank->rank == 0) {
        if (work->round == 0) {
            IVC_AWAIT(work, let_pass(rank, work));
        }
        work->started_ps = rank->agent.sim->now;
        for (work->step = 1; work->step <= n; work->step++) {
            IVC_CALL(work, ivc_work_send(rank, work, work->step));
        }
        keep_loop(rank, work);
        do {
            IVC_AWAIT(work, let_pass(rank, work));
        } while (!have_come(rank, 1, n));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, 0));
    }
    IVC_END(work);
}

/* ---- many at once ---- */

static uint64_t requests_of(const void *spec)
{
    return ((const Spec *)spec)->targets;
}

static IvcStep broadcast_round(IvcRank *rank, IvcWork *work)
{
    uint64_t n = targets_of(work->spec, rank->platform->n_ranks);
    IVC_BEGIN(work);
    if (rank->rank == 0) {
        if (work->round == 0) {
            IVC_AWAIT(work, let_pass(rank, work));
        }
        for (work->step = 1; work->step <= n; work->step++) {
            IVC_CALL(work, ivc_work_isend(rank, work, work->step));
        }
        IVC_CALL(work, ivc_work_waitall(rank, work));
        do {
            IVC_AWAIT(work, let_pass(rank, work));
        } while (!have_come(rank, 1, n));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, 0));
        ivc_measure_latency(rank->platform, rank->agent.sim->now - work->call.envelope.sent_ps);
    }
    IVC_END(work);
}

#define GAP(value, from)                                                                     \
    {                                                                                        \
        IVC_PARAM(Spec, gap, "gap"), .fallback = (value), .min = "100ns", .max = "10s",      \
                                     .kind = IVC_KIND_DOCUMENTED, .source = (from),          \
                                     .sentence = "time between rounds, in which the others " \
                                                 "go to sleep"                               \
    }
#define TARGETS(value, from, text)                                                           \
    {                                                                                        \
        IVC_PARAM(Spec, targets, "targets"), .fallback = (value), .min = "1", .max = "4096", \
                                             .kind = IVC_KIND_DOCUMENTED, .source = (from),  \
                                             .sentence = (text)                              \
    }

static const IvcParam ipi_params[] = {
    {IVC_PARAM(Spec, gap, "gap"), .fallback = "1ms", .min = "100ns", .max = "10s",
     .sentence = "time between two, in which the receiver goes to sleep"},
    {.key = NULL},
};

static const IvcParam wake_params[] = {
    GAP("100ms", "perf bench futex wake: usleep(100000) before it wakes"),
    TARGETS("16", "perf bench futex wake: -t, a thread for each CPU, here of 16",
            "ranks that are woken, from rank 1 on: all others when there are fewer"),
    {.key = NULL},
};

static const IvcParam broadcast_params[] = {
    {IVC_PARAM(Spec, gap, "gap"), .fallback = "1ms", .min = "100ns", .max = "10s",
     .sentence = "time between two rounds, in which the others go to sleep"},
    {IVC_PARAM(Spec, targets, "targets"), .fallback = "128", .min = "1", .max = "4096",
     .sentence = "ranks that are interrupted at once, from rank 1 on: all others when there are "
                 "fewer"},
    {.key = NULL},
};

static const IvcWorkloadOps ipi_ops = {
    .messages_per_round = pairs, .round = ipi_round, .paced = is_even};
static const IvcWorkloadOps wake_ops = {.messages_per_round = others,
                                        .messages_of = targets_of,
                                        .round = wake_round,
                                        .active = takes_part};
static const IvcWorkloadOps broadcast_ops = {.messages_per_round = others,
                                             .messages_of = targets_of,
                                             .round = broadcast_round,
                                             .active = takes_part,
                                             .requests = requests_of};

#define WORDS(n)                                                                   \
    (const IvcDefault[])                                                           \
    {                                                                              \
        {"message", "8B", "a word"}, {"total", (n), NULL}, {"warmup", "16", NULL}, \
        {                                                                          \
            .key = NULL                                                            \
        }                                                                          \
    }

const IvcWorkload ivc_workload_ipi = {
    .head = {.name = "ipi",
             .summary = "every even rank interrupts the next one now and then; latency is until "
                        "the handler's first instruction",
             .params = ipi_params,
             .spec_size = sizeof(Spec)},
    .ops = &ipi_ops,
    .to_handler = true,
    .ranks_min = 2,
    .ranks_multiple = 2,
    .defaults = WORDS("8000B"),
};

const IvcWorkload ivc_workload_wake = {
    .head = {.name = "futex-wake",
             .summary = "perf bench futex wake: rank 0 wakes the others one by one; latency is "
                        "that of its whole loop",
             .params = wake_params,
             .spec_size = sizeof(Spec)},
    .ops = &wake_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
    .defaults = WORDS("12800B"),
};

const IvcWorkload ivc_workload_broadcast = {
    .head = {.name = "interrupt-all",
             .summary = "rank 0 interrupts the others at once, as for flushing TLBs; latency is "
                        "until each has received",
             .params = broadcast_params,
             .spec_size = sizeof(Spec)},
    .ops = &broadcast_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
    .defaults = WORDS("12800B"),
};
