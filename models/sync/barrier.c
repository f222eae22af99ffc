/* The mechanism `barrier`: ranks that all wait for all. This file has its parameters and what is
 * the same for all kinds; how they go is in barrier_kinds.c.
 *
 * That nobody leaves before all have come is checked whenever somebody leaves. */
#include "models/sync/barrier.h"

#include "models/sync/mechanisms.h"
#include "sim/engine/sim_error.h"

#define S IvcBarrierSpec

const IvcBarrierKind ivc_barrier_kinds[] = {
    {"test-and-set", "a row of registers that set themselves, one a rank, cleared in a chain",
     ivc_barrier_tas},
    {"flag", "one rank reads a flag of each other until all are set, and sets another of each",
     ivc_barrier_flag},
    {"tree", "flags along a tree: to the root when all below have come, and back",
     ivc_barrier_tree},
    {.name = NULL},
};

static const char *const kind_names[] = {"test-and-set", "flag", "tree", NULL};
static const char *const place_names[] = {"lines", "registers", NULL};

static const IvcParam params[] = {
    {IVC_PARAM(S, kind, "kind"), .fallback = "tree", .choices = kind_names,
     .sentence = "how ranks learn that all have come"},
    {IVC_PARAM(S, place, "place"), .fallback = "lines", .choices = place_names,
     .sentence = "what flags are made of: coherent cache lines, or registers and buffers at a core "
                 "that are not cached"},
    {IVC_PARAM(S, fan_in, "fan_in"), .fallback = "2", .min = "1", .max = "1024",
     .sentence = "kind tree: ranks that each rank waits for"},
    {IVC_PARAM(S, enter, "enter"), .fallback = "20cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a call and its tests",
     .sentence = "instructions of a call of the barrier"},
    {IVC_PARAM(S, flag, "flag"), .fallback = "5cycles", .min = "1ps", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: an address, a test and a loop",
     .sentence = "instructions for each flag that is written or looked at in turn"},
    {IVC_PARAM(S, pause, "pause"), .fallback = "10cycles", .max = "1us",
     .kind = IVC_KIND_DOCUMENTED,
     .source =
         "Intel 64 optimisation manual: PAUSE takes about 10 cycles before Skylake, up to 140 "
         "since",
     .sentence = "the pause in a turn of a loop that spins, beyond the chip's 'poll'"},
    {0},
};

static const IvcStage stages[] = {
    [IVC_BARRIER_STAGE_CODE] = {"barrier-code", "instructions of the barrier", false},
    [IVC_BARRIER_STAGE_TRANSFER] = {"barrier-line", "waiting for the line or register of a flag",
                                    false},
    [IVC_BARRIER_STAGE_SPIN] = {"barrier-spin", "looking whether all have come, in vain", true},
    {NULL, NULL, false},
};

/* ---- what a workload calls ---- */

/* Nobody leaves a barrier that somebody has not come to. */
static void leaves(IvcBarrierEnd *own)
{
    IvcBarriers *all = own->all;
    own->done++;
    for (uint32_t r = 0; r < all->n; r++)
        if (all->ends[r].entered < own->done) {
            ivc_sim_fail(own->wait.agent->sim, IVC_SIM_ERROR_CONSERVATION,
                         "rank %u left a barrier of kind '%s' before rank %u came", own->rank,
                         all->kind->name, r);
            return;
        }
}

static IvcStep barrier_pass(IvcRank *rank)
{
    IvcBarrierEnd *own = rank->end;
    IVC_BEGIN(&own->outer);
    own->all->inside++;
    own->entered++;
    rank->doing = "barrier";
    IVC_AWAIT(&own->outer,
              ivc_spend(&rank->agent, own->all->enter_ps,
                        own->all->sync.platform->stage_mechanism + IVC_BARRIER_STAGE_CODE));
    IVC_CALL(&own->outer, own->all->kind->pass(own));
    rank->doing = NULL;
    ivc_sync_wait_ends(&own->wait);
    leaves(own);
    own->all->inside--;
    IVC_END(&own->outer);
}

/* ---- building ---- */

static void *barrier_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    IvcBarriers *all = g_new0(IvcBarriers, 1);
    const IvcBarrierSpec *spec = bound;
    all->spec = *spec;
    all->kind = &ivc_barrier_kinds[spec->kind];
    all->enter_ps = ivc_platform_ps(platform, spec->enter);
    all->flag_ps = MAX(1, ivc_platform_ps(platform, spec->flag));
    all->n = n;
    ivc_sync_init(&all->sync, platform, spec->place == IVC_BARRIER_REGISTERS,
                  ivc_platform_ps(platform, spec->pause), n);
    all->sync.stage_transfer = platform->stage_mechanism + IVC_BARRIER_STAGE_TRANSFER;
    all->sync.stage_spin = platform->stage_mechanism + IVC_BARRIER_STAGE_SPIN;
    all->ends = g_new0(IvcBarrierEnd, n);
    for (uint32_t r = 0; r < n; r++) {
        IvcBarrierEnd *own = &all->ends[r];
        ranks[r].end = own;
        own->all = all;
        own->rank = r;
        ivc_sync_join(&all->sync, &own->wait, &ranks[r]);
        ivc_sync_line_init(&own->gather, &all->sync.costs, ranks[r].agent.core);
        ivc_sync_line_init(&own->release, &all->sync.costs, ranks[r].agent.core);
    }
    ivc_sync_count_lines(&all->sync);
    return all;
}

static void barrier_free(void *channel)
{
    IvcBarriers *all = channel;
    for (uint32_t r = 0; r < all->n; r++) {
        ivc_sync_line_clear(&all->ends[r].gather);
        ivc_sync_line_clear(&all->ends[r].release);
    }
    ivc_sync_clear(&all->sync);
    g_free(all->ends);
    g_free(all);
}

static IvcStep barrier_send(IvcRank *rank, IvcMpiCall *call)
{
    IvcBarriers *all = rank->channel;
    return ivc_sync_meet_send(&all->ends[call->peer].wait);
}

static IvcStep barrier_recv(IvcRank *rank, IvcMpiCall *call)
{
    (void)call;
    return ivc_sync_meet_recv(&((IvcBarrierEnd *)rank->end)->wait);
}

static void barrier_digest(const void *channel, IvcDigest *digest)
{
    const IvcBarriers *all = channel;
    ivc_digest_u64(digest, all->inside);
    for (uint32_t r = 0; r < all->n; r++) {
        const IvcBarrierEnd *own = &all->ends[r];
        ivc_sync_waiter_digest(&own->wait, digest);
        ivc_digest_u64(digest, own->outer.label);
        ivc_digest_u64(digest, own->inner.label);
        ivc_digest_u64(digest, own->take.label);
        ivc_sync_line_digest(&own->gather, digest);
        ivc_sync_line_digest(&own->release, digest);
        ivc_digest_u64(digest, own->entered - own->done);
        /* Some are never told: the root; in a row of registers, nobody. */
        ivc_digest_u64(digest, own->came ? own->came - own->done : 0);
        ivc_digest_u64(digest, own->told ? own->told - own->done : 0);
        ivc_digest_u64(digest, own->done - all->ends[0].done);
        ivc_digest_u64(digest, own->set);
        ivc_digest_u64(digest, own->got);
        ivc_digest_u64(digest, own->all_came);
        ivc_digest_u64(digest, own->step);
    }
}

static uint64_t barrier_in_flight(const void *channel)
{
    return ((const IvcBarriers *)channel)->inside;
}

static const IvcSyncOps sync_ops = {.barrier = barrier_pass};

static const IvcMechanismOps ops = {
    .create = barrier_create,
    .free = barrier_free,
    .setup = ivc_mpi_no_setup,
    .send = barrier_send,
    .recv = barrier_recv,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = barrier_digest,
    .in_flight = barrier_in_flight,
    .sync = &sync_ops,
};

const IvcMechanism ivc_mechanism_barrier = {
    .head = {.name = "barrier",
             .summary = "a barrier of flags, in cache lines or in registers",
             .params = params,
             .spec_size = sizeof(IvcBarrierSpec),
             .stages = stages},
    .no_messages = true,
    .carries = IVC_CARRIES(IVC_SPEAKS_BARRIER),
    .socket_ops = &ops,
};
