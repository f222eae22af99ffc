/* Builds the machine, places the ranks and starts them. */
#include "sim/scenario/build.h"

#include "sim/base/pages.h"
#include "sim/engine/sim_error.h"
#include "sim/model/pause_loop.h"
#include "sim/model/sched.h"
#include "sim/scenario/vcpus.h"

/* Far more pending events than agents and timers there can be: a bound, not a size. */
#define QUEUE_MAX (1u << 22)

/* Rounds of a rank that goes on until the measured phase is over: more than it can do. */
#define ROUNDS_OPEN (UINT64_C(1) << 62)

static IvcMachineTimes times_of(const IvcPlatform *platform)
{
    const IvcMachineSpec *spec = platform->spec;
    return (IvcMachineTimes){
        .cycle = ivc_clock_cycles_to_ps(&platform->clock, (IvcCycles){1}),
        .atomic = ivc_platform_ps(platform, spec->atomic),
        .poll = MAX(1, ivc_platform_ps(platform, spec->poll)),
        .registers_store = ivc_platform_ps(platform, spec->registers_store),
        .registers_load = ivc_platform_ps(platform, spec->registers_load),
        .registers_flight = ivc_platform_ps(platform, spec->registers_flight),
        .registers_hop = ivc_platform_ps(platform, spec->registers_hop),
        .interrupt_entry = ivc_platform_ps(platform, spec->interrupt_entry),
        .interrupt_exit = ivc_platform_ps(platform, spec->interrupt_exit),
        .syscall_enter = ivc_platform_ps(platform, spec->os_syscall_enter),
        .syscall_exit = ivc_platform_ps(platform, spec->os_syscall_exit),
        .block = ivc_platform_ps(platform, spec->os_block),
        .wake = ivc_platform_ps(platform, spec->os_wake),
        .resume = ivc_platform_ps(platform, spec->os_idle_exit) +
                  ivc_platform_ps(platform, spec->os_resume),
    };
}

static uint32_t count_stages(const IvcStage *stages)
{
    uint32_t n = 0;
    while (stages && stages[n].name)
        n++;
    return n;
}

static void place_ranks(IvcPoint *point)
{
    const IvcScenario *scenario = point->scenario;
    const IvcChannelSpec *channel = scenario->channel;
    IvcPlatform *platform = &point->platform;
    unsigned cores = 0;
    for (size_t g = 0; g < channel->n_between; g++)
        cores += (unsigned)platform->guests[channel->between[g]].n_cores;
    platform->n_ranks = scenario->workload.ranks ? (unsigned)scenario->workload.ranks : cores;
    platform->ranks = g_new0(IvcRankPlace, platform->n_ranks);
    /* Round by round over the guests, so that few ranks still lie in different guests. */
    unsigned placed = 0;
    for (size_t round = 0; placed < platform->n_ranks; round++)
        for (size_t g = 0; g < channel->n_between && placed < platform->n_ranks; g++) {
            const IvcGuestPlace *guest = &platform->guests[channel->between[g]];
            if (round >= guest->n_cores)
                continue;
            IvcRankPlace *place = &platform->ranks[placed];
            place->guest = channel->between[g];
            place->core = guest->cores[round];
            g_snprintf(place->name, sizeof place->name, "rank %u", placed);
            placed++;
        }
}

/* Times of all cores together stay within what a signed integer of 64 bits holds: so do sums over
 * the cores of a guest, in a results store and in JSON. */
static IvcTime horizon_of(const IvcPlatform *platform, const IvcLimits *limits)
{
    IvcTime most = (IvcTime)INT64_MAX / MAX(1, MAX(platform->spec->cores, platform->cores.n));
    return MIN(limits->horizon.ps, MIN(most, IVC_TIME_HORIZON));
}

/* Of the largest message of the run, acknowledgements included. */
static uint64_t bytes_max(const IvcScenario *scenario)
{
    return MAX(ivc_workload_draws(&scenario->workload).bytes_max,
               scenario->workload.workload->ops->ack_bytes);
}

static void build_platform(IvcPoint *point)
{
    const IvcScenario *scenario = point->scenario;
    IvcPlatform *platform = &point->platform;
    platform->spec = scenario->machine;
    platform->clock = ivc_clock_make(platform->spec->clock);
    platform->t = times_of(platform);
    platform->next_id = 1;
    platform->stage_mechanism = count_stages(scenario->registry->machine_stages);
    platform->draws = ivc_workload_draws(&scenario->workload);
    ivc_draws_start(&platform->draws, scenario->workload.seed, point->repeat);
    platform->message_bytes_max = bytes_max(scenario);
    platform->speaks = point->workload->speaks;
    platform->network = scenario->channel->mechanism->network;
    platform->transactions = point->workload->ops->transactions;
    if (point->workload->ops->retry_ps)
        platform->retry_ps = point->workload->ops->retry_ps(scenario->workload.spec);
    if (point->workload->ops->read_bytes)
        platform->read_bytes = point->workload->ops->read_bytes(scenario->workload.spec);
    platform->cores.n = ivc_vcpus_count(scenario);
    IvcSimLimits limits = {
        .horizon_ps = horizon_of(platform, &scenario->limits),
        .events_per_instant = scenario->limits.events_per_instant,
        .events_max = scenario->limits.events_max,
        .queue_max = QUEUE_MAX,
    };
    ivc_sim_init(&platform->sim, &limits);
    platform->stage_hypervisor =
        platform->stage_mechanism + count_stages(scenario->channel->mechanism->head.stages);
    uint32_t n_stages = platform->stage_hypervisor;
    if (ivc_vcpus_need_stages(scenario))
        n_stages += count_stages(scenario->registry->hypervisor_stages);
    ivc_cores_init(&platform->cores, &platform->sim, ivc_vcpus_count(scenario), n_stages);
    platform->memory = ivc_memory_new(platform->spec);
    platform->cores.memory = platform->memory;
    ivc_memory_count(platform);
    platform->n_guests = (unsigned)scenario->n_guests;
    platform->virt = ivc_virt_new(platform, scenario->channel->mode, &scenario->hypervisor.tsc);
    platform->guest_clock =
        ivc_virt_guest_clock(platform, scenario->channel->mode, &scenario->hypervisor.tsc);
    platform->cores.virt = platform->virt;
    platform->pauses = ivc_pause_loops_new(platform, &scenario->hypervisor.pause_loop);
    /* Wherever a system call is charged, it is with what the mode adds. */
    platform->t.syscall_enter += ivc_virt_ps(platform, IVC_VIRT_SYSTEM_CALL);
    ivc_vcpus_place(platform, scenario);
    place_ranks(point);
}

IvcWorkloadRounds ivc_workload_rounds(const IvcWorkloadSpec *spec, uint64_t per_round)
{
    const uint64_t few = 64;
    uint64_t bytes = ivc_workload_bytes(spec);
    uint64_t messages = MAX(1, (spec->total.n + bytes - 1) / bytes);
    IvcWorkloadRounds rounds = {.asked = (messages + per_round - 1) / per_round};
    rounds.measured = MIN(rounds.asked, MAX(1, spec->messages_max / per_round));
    rounds.warmup = MIN(spec->warmup, MAX(few, rounds.measured / 8));
    return rounds;
}

uint64_t ivc_point_messages_per_round(const IvcPoint *point)
{
    const IvcWorkloadOps *ops = point->workload->ops;
    unsigned n = point->platform.n_ranks;
    return ops->messages_of ? ops->messages_of(point->scenario->workload.spec, n)
                            : ops->messages_per_round(n);
}

/* How many rounds each rank does: what the total asks for, but no more than the cap. */
static void plan_rounds(IvcPoint *point)
{
    const IvcWorkloadSpec *spec = &point->scenario->workload;
    uint64_t per_round = ivc_point_messages_per_round(point);
    IvcWorkloadRounds rounds = ivc_workload_rounds(spec, per_round);
    point->messages_asked = rounds.asked * per_round;
    point->capped = rounds.asked > rounds.measured;
    point->rounds =
        point->workload->ops->open_ended ? ROUNDS_OPEN : rounds.measured + rounds.warmup;
    ivc_measure_init(&point->platform, rounds.warmup * per_round, rounds.measured * per_round);
}

static bool paced(const IvcRank *rank)
{
    const IvcWorkloadOps *ops = rank->work->ops;
    return ivc_draws_paced(&rank->platform->draws) && (!ops->paced || ops->paced(rank));
}

static bool goes_on(const IvcRank *rank, const IvcWork *work)
{
    return work->round < work->rounds && !(work->ops->open_ended && rank->platform->measure.ended);
}

static IvcStep rank_step(IvcAgent *agent)
{
    IvcRank *rank = (IvcRank *)((char *)agent - offsetof(IvcRank, agent));
    IvcWork *work = rank->work;
    IVC_BEGIN(&rank->life);
    IVC_CALL(&rank->life, ivc_mpi_init(rank));
    if (rank->platform->measure.warmup == 0)
        ivc_measure_begin_now(rank->platform);
    for (work->round = 0; goes_on(rank, work); work->round++) {
        if (work->paced) {
            IVC_CALL(&rank->life, ivc_work_pace(rank, work));
        }
        work->started_ps = work->due_ps ? work->due_ps : rank->agent.sim->now;
        IVC_CALL(&rank->life, work->ops->round(rank, work));
        if (rank->platform->watch)
            rank->platform->watch(rank->platform, rank->rank);
        if (rank->platform->look)
            rank->platform->look(rank->platform, rank->rank);
    }
    if (rank->platform->leave)
        rank->platform->leave(rank->platform, rank->rank);
    IVC_CALL(&rank->life, ivc_mpi_finalize(rank));
    if (--rank->platform->n_at_work == 0)
        ivc_signal(&rank->platform->sim, &rank->platform->load_ends);
    IVC_END(&rank->life);
}

static void build_rank(IvcPoint *point, uint32_t r)
{
    IvcPlatform *platform = &point->platform;
    IvcRank *rank = &point->ranks[r];
    IvcWork *work = &point->works[r];
    IvcRankPlace *place = &platform->ranks[r];
    rank->rank = r;
    rank->platform = platform;
    rank->ops = point->ops;
    rank->all = point->ranks;
    rank->work = work;
    rank->sent_to = &point->sent[(size_t)r * platform->n_ranks];
    rank->received_from = &point->received[(size_t)r * platform->n_ranks];
    ivc_buffer_init(&rank->nothing, ivc_platform_id(platform), 0);
    ivc_agent_init(&rank->agent, ivc_platform_id(platform), place->name,
                   &platform->cores.items[place->core], IVC_PRIORITY_PROCESS, rank_step);
    work->ops = point->workload->ops;
    work->spec = point->scenario->workload.spec;
    work->message_bytes = platform->draws.bytes_max;
    work->rounds = work->ops->active && !work->ops->active(rank) ? 0 : point->rounds;
    work->paced = paced(rank);
    if (platform->draws.arrivals != IVC_ARRIVALS_NONE)
        work->never.id = ivc_platform_id(platform);
    ivc_buffer_init(&work->outgoing, ivc_platform_id(platform), work->message_bytes);
    ivc_buffer_init(&work->incoming, ivc_platform_id(platform), work->message_bytes);
    ivc_buffer_init(&work->ack, ivc_platform_id(platform), IVC_WORK_ACK_MAX);
    if (work->ops->requests)
        work->requests = g_new0(IvcMpiCall, work->ops->requests(work->spec));
    work->into =
        point->scenario->workload.buffers == IVC_BUFFERS_ONE ? &work->outgoing : &work->incoming;
}

/* The mechanism's hooks for what the workload speaks. */
static const IvcMechanismOps *ops_of(const IvcScenario *scenario)
{
    const IvcMechanism *mechanism = scenario->channel->mechanism;
    return scenario->workload.workload->speaks == IVC_SPEAKS_MPI ? mechanism->ops
                                                                 : mechanism->socket_ops;
}

/* Whether the channel carries messages and acknowledgements of such sizes. */
static bool check_size(const IvcScenario *scenario, uint64_t most, GError **error)
{
    uint64_t bytes = ivc_workload_draws(&scenario->workload).bytes_max;
    if (bytes_max(scenario) <= most)
        return true;
    g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_MPI,
                "channel '%s' carries messages of at most %" G_GUINT64_FORMAT
                " bytes, %s %" G_GUINT64_FORMAT " bytes",
                scenario->channel->name, most,
                bytes > most ? "workload.message is" : "acknowledgements of the workload have",
                bytes_max(scenario));
    return false;
}

IvcPoint *ivc_point_new(const IvcScenario *scenario, GError **error)
{
    return ivc_point_new_repeat(scenario, 0, error);
}

IvcPoint *ivc_point_new_repeat(const IvcScenario *scenario, uint64_t repeat, GError **error)
{
    const IvcMechanismOps *ops = ops_of(scenario);
    if (!check_size(scenario, ops->message_bytes_max(scenario->channel->spec), error))
        return NULL;
    IvcPoint *point = g_new0(IvcPoint, 1);
    point->scenario = scenario;
    point->repeat = repeat;
    point->workload = scenario->workload.workload;
    point->ops = ops;
    build_platform(point);
    plan_rounds(point);
    IvcPlatform *platform = &point->platform;
    size_t n = platform->n_ranks;
    point->ranks = ivc_pages_new0(n, sizeof(IvcRank));
    point->works = ivc_pages_new0(n, sizeof(IvcWork));
    point->sent = ivc_pages_new0(n * n, sizeof(uint64_t));
    point->received = ivc_pages_new0(n * n, sizeof(uint64_t));
    for (uint32_t r = 0; r < platform->n_ranks; r++)
        build_rank(point, r);
    point->channel =
        point->ops->create(platform, scenario->channel->spec, point->ranks, platform->n_ranks);
    platform->n_at_work = platform->n_ranks;
    ivc_vcpus_start_loads(platform, scenario);
    for (uint32_t r = 0; r < platform->n_ranks; r++) {
        point->ranks[r].channel = point->channel;
        ivc_agent_start(&point->ranks[r].agent);
    }
    return point;
}

void ivc_point_free(IvcPoint *point)
{
    if (!point)
        return;
    if (point->channel)
        point->ops->free(point->channel);
    size_t n = point->platform.n_ranks;
    ivc_pages_free(point->ranks, n, sizeof(IvcRank));
    for (size_t r = 0; r < n; r++)
        g_free(point->works[r].requests);
    ivc_pages_free(point->works, n, sizeof(IvcWork));
    ivc_pages_free(point->sent, n * n, sizeof(uint64_t));
    ivc_pages_free(point->received, n * n, sizeof(uint64_t));
    ivc_measure_clear(&point->platform.measure);
    ivc_memory_free(point->platform.memory);
    ivc_vcpus_clear(&point->platform);
    ivc_virt_free(point->platform.virt);
    ivc_pause_loops_free(point->platform.pauses);
    ivc_cores_clear(&point->platform.cores);
    ivc_platform_clear_counters(&point->platform);
    g_free(point->platform.ranks);
    g_free(point->platform.guests);
    ivc_sim_clear(&point->platform.sim);
    g_free(point);
}

/* What a rank waits for, and until when. */
static void pace_digest(const IvcDraws *draws, const IvcWork *work, IvcDigest *digest)
{
    if (!ivc_draws_paced(draws))
        return;
    ivc_digest_u64(digest, work->pace.label);
    ivc_signal_digest(&work->never, digest);
    if (work->due_ps && work->round < work->rounds) /* who only answers has none */
        ivc_digest_time(digest, work->due_ps);
}

static void work_digest(const IvcPoint *point, uint32_t r, IvcDigest *digest)
{
    const IvcWork *work = &point->works[r];
    const IvcMemory *memory = point->platform.memory;
    pace_digest(&point->platform.draws, work, digest);
    ivc_digest_u64(digest, work->label);
    ivc_digest_u64(digest, work->io.label);
    ivc_digest_u64(digest, work->step);
    ivc_digest_u64(digest, work->peer);
    ivc_digest_u64(digest, work->call.label);
    ivc_digest_u64(digest, work->call.error);
    if (work->round < work->rounds) /* who has done them all measures no latency any more */
        ivc_digest_time(digest, work->started_ps);
    /* What a Send has not handed on yet; a Recv has none before it ends. */
    if (work->call.label && work->call.envelope.sent_ps)
        ivc_digest_time(digest, work->call.envelope.sent_ps);
    if (work->requests)
        ivc_work_requests_digest(&point->ranks[r], work, digest);
    ivc_buffer_digest(memory, &work->outgoing, digest);
    ivc_buffer_digest(memory, &work->incoming, digest);
    if (point->workload->ops->ack_bytes)
        ivc_buffer_digest(memory, &work->ack, digest);
}

/* A brief digest is compared, and ends where it differs: what a channel holds differs soonest. */
void ivc_point_digest(const IvcPoint *point, IvcDigest *digest)
{
    const IvcPlatform *platform = &point->platform;
    if (digest->brief)
        point->ops->digest(point->channel, digest);
    else
        ivc_sim_digest(&platform->sim, digest); /* timers are fed by their owners, too */
    for (uint32_t c = 0; c < platform->cores.n && !digest->differs; c++)
        ivc_core_digest(&platform->cores.items[c], digest);
    if (platform->sched)
        ivc_sched_digest(platform->sched, digest);
    ivc_pause_loops_digest(platform->pauses, digest);
    for (unsigned l = 0; l < platform->n_loads; l++)
        ivc_agent_digest(&platform->loads[l], digest);
    ivc_memory_digest(platform->memory, digest);
    for (uint32_t r = 0; r < platform->n_ranks && !digest->differs; r++) {
        const IvcRank *rank = &point->ranks[r];
        ivc_agent_digest(&rank->agent, digest);
        ivc_digest_u64(digest, rank->label);
        ivc_digest_u64(digest, rank->phase.label);
        ivc_digest_u64(digest, rank->life.label);
        ivc_digest_u64(digest, rank->loop);
        ivc_digest_u64(digest, rank->internal.label);
        work_digest(point, r, digest);
    }
    if (!digest->differs && !digest->brief)
        point->ops->digest(point->channel, digest);
}
