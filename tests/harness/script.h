/** @file
 *  Ranks that follow a script of calls instead of a workload, with the result of each call kept.
 */
#pragma once

#include "sim/model/stages.h"
#include "tests/harness/points.h"

typedef enum {
    SCRIPT_END,
    SCRIPT_SEND,
    SCRIPT_RECV,
    SCRIPT_DELAY,
    SCRIPT_ISEND,
    SCRIPT_IRECV,
    SCRIPT_WAITALL, /**< the results of what was begun before are there then */
} ScriptKind;

typedef struct {
    ScriptKind kind;
    int peer;
    int tag;
    uint64_t count; /**< elements; of a delay: picoseconds */
    IvcMpiType type;
    uint32_t comm;
} ScriptOp;

typedef struct {
    bool done;
    IvcMpiError error;
    IvcEnvelope envelope;
    IvcTime began_ps;
    IvcTime ended_ps;
} ScriptResult;

#define SCRIPT_OPS 64
#define SCRIPT_RANKS 8

/** What all ranks do, and what came of it. */
typedef struct {
    ScriptOp ops[SCRIPT_RANKS][SCRIPT_OPS];
    ScriptResult results[SCRIPT_RANKS][SCRIPT_OPS];
    IvcMpiCall calls[SCRIPT_RANKS][SCRIPT_OPS]; /**< of Isend and Irecv */
    uint64_t repeat; /**< how often each rank goes through its script; 0: once */
} Script;

static inline IvcStep script_begin(IvcRank *rank, IvcWork *work, const ScriptOp *op)
{
    Script *script = (Script *)work->spec;
    IvcMpiCall *call = &script->calls[rank->rank][work->step];
    IVC_BEGIN(&work->io);
    ivc_mpi_call(call, op->kind == SCRIPT_ISEND ? &work->outgoing : &work->incoming, op->count,
                 op->type, op->peer, op->tag, op->comm);
    IVC_CALL(&work->io,
             op->kind == SCRIPT_ISEND ? ivc_mpi_isend(rank, call) : ivc_mpi_irecv(rank, call));
    IVC_END(&work->io);
}

/* What was begun is complete. */
static inline void script_keep(Script *script, uint32_t rank, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        ScriptKind kind = script->ops[rank][i].kind;
        if (kind != SCRIPT_ISEND && kind != SCRIPT_IRECV)
            continue;
        ck_assert(!script->calls[rank][i].pending);
        script->results[rank][i].done = true;
        script->results[rank][i].error = script->calls[rank][i].error;
        script->results[rank][i].envelope = script->calls[rank][i].envelope;
        script->results[rank][i].ended_ps = script->calls[rank][i].done_ps;
    }
}

static inline IvcStep script_round(IvcRank *rank, IvcWork *work)
{
    Script *script = (Script *)work->spec;
    const ScriptOp *op = &script->ops[rank->rank][work->step];
    ScriptResult *result = &script->results[rank->rank][work->step];
    IVC_BEGIN(work);
    for (work->step = 0; script->ops[rank->rank][work->step].kind; work->step++) {
        op = &script->ops[rank->rank][work->step];
        script->results[rank->rank][work->step].began_ps = rank->agent.sim->now;
        if (op->kind == SCRIPT_DELAY) {
            IVC_AWAIT(work, ivc_spend(&rank->agent, op->count, IVC_STAGE_SYSCALL));
        } else if (op->kind == SCRIPT_SEND) {
            ivc_mpi_call(&work->call, &work->outgoing, op->count, op->type, op->peer, op->tag,
                         op->comm);
            IVC_CALL(work, ivc_mpi_send(rank, &work->call));
        } else if (op->kind == SCRIPT_ISEND || op->kind == SCRIPT_IRECV) {
            IVC_CALL(work, script_begin(rank, work, op));
            continue;
        } else if (op->kind == SCRIPT_WAITALL) {
            ivc_mpi_call(&work->call, &work->incoming, 0, IVC_MPI_BYTE, 0, 0, IVC_MPI_COMM_WORLD);
            IVC_CALL(work, ivc_mpi_waitall(rank, &work->call));
            script_keep(script, rank->rank, work->step);
        } else {
            ivc_mpi_call(&work->call, &work->incoming, op->count, op->type, op->peer, op->tag,
                         op->comm);
            IVC_CALL(work, ivc_mpi_recv(rank, &work->call));
        }
        result = &script->results[rank->rank][work->step];
        result->done = true;
        result->error = work->call.error;
        result->envelope = work->call.envelope;
        result->ended_ps = rank->agent.sim->now;
    }
    IVC_END(work);
}

static const IvcWorkloadOps script_ops = {.round = script_round};

/** Builds a point whose ranks follow the script, buffers of `bytes`. @return transfer full */
static inline IvcPoint *script_point(const IvcScenario *scenario, Script *script, uint64_t bytes)
{
    g_autoptr(GError) error = NULL;
    IvcPoint *point = ivc_point_new(scenario, &error);
    if (!point)
        ck_abort_msg("%s", error->message);
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        point->works[r].spec = script;
        point->works[r].ops = &script_ops;
        point->works[r].rounds = script->repeat ? script->repeat : 1;
        ivc_buffer_init(&point->works[r].outgoing, point->works[r].outgoing.id, bytes);
        ivc_buffer_init(&point->works[r].incoming, point->works[r].incoming.id, bytes);
    }
    return point;
}

/** Every picosecond of every core is in its ledger. */
static inline void script_check_ledger(IvcPoint *point)
{
    IvcPlatform *platform = &point->platform;
    ivc_cores_settle(&platform->cores);
    for (uint32_t c = 0; c < platform->cores.n; c++) {
        const IvcCore *core = &platform->cores.items[c];
        IvcTime sum = core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < platform->cores.n_stages; s++)
            sum += core->ledger[s].spent_ps;
        ck_assert_uint_eq(sum, platform->sim.now);
    }
}

static inline bool script_finished(const IvcPoint *point)
{
    for (uint32_t r = 0; r < point->platform.n_ranks; r++)
        if (point->ranks[r].agent.state != IVC_AGENT_FINISHED)
            return false;
    return true;
}

/** Runs a script to its end in a scenario: nobody waits, nothing is inside, no time is lost. */
static inline void script_run_in(const IvcScenario *scenario, Script *script, uint64_t bytes)
{
    g_autoptr(IvcPoint) point = script_point(scenario, script, bytes);
    IvcStop stop = ivc_sim_run(&point->platform.sim);
    ck_assert_msg(stop == IVC_STOP_NONE, "stop %d: %s", stop, point->platform.sim.failure);
    ck_assert_msg(script_finished(point), "deadlock on %s",
                  scenario->channel->mechanism->head.name);
    ck_assert_uint_eq(point->ops->in_flight(point->channel), 0);
    script_check_ledger(point);
}

/** The same in a scenario that is given as text. */
static inline void script_run(const char *text, const char *const *sets, Script *script,
                              uint64_t bytes)
{
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    script_run_in(scenario, script, bytes);
}
