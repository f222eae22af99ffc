/** @file
 *  A bench for the machine: an engine, cores, a memory system, and agents that follow a list of
 *  requests and note when each was over.
 */
#pragma once

#include "models/cpu/memory_state.h"
#include "sim/model/core.h"
#include "tests/harness/points.h"

#define LAB_STAGES 6
#define LAB_OPS 24

typedef enum {
    LAB_END,
    LAB_RUN,    /**< time_ps */
    LAB_WAIT,   /**< signal, time_ps: time-out */
    LAB_POLL,   /**< signal, period_ps, time_ps: bound; lead_ps */
    LAB_MOVE,   /**< piece */
    LAB_SIGNAL, /**< signal */
    LAB_COPY,   /**< to, from, bytes */
} LabKind;

typedef struct {
    LabKind kind;
    IvcTime time_ps;
    IvcTime period_ps;
    IvcTime lead_ps; /**< of a poll */
    IvcSignal *signal;
    IvcMovePiece piece;
    const IvcCopyCosts *by; /**< of a copy by another routine; NULL: the profile's */
    IvcBuffer *to;
    IvcBuffer *from;
    uint64_t to_at;
    uint64_t from_at;
    uint64_t bytes;
    uint32_t stage;
} LabOp;

/** An agent and its program. */
typedef struct {
    IvcAgent agent;
    IvcLabel label;
    unsigned at;
    LabOp ops[LAB_OPS];
    IvcTime ended_ps[LAB_OPS]; /**< when each request was over */
    bool timed_out[LAB_OPS];
} LabAgent;

typedef struct {
    IvcSim sim;
    IvcCores cores;
} Lab;

static inline bool lab_request(LabAgent *lab, const LabOp *op)
{
    IvcAgent *agent = &lab->agent;
    switch (op->kind) {
    case LAB_RUN:
        return ivc_spend(agent, op->time_ps, op->stage);
    case LAB_WAIT:
        return ivc_wait(agent, op->signal, op->time_ps);
    case LAB_POLL:
        if (op->lead_ps)
            return ivc_poll_after(agent, op->signal, op->lead_ps, op->period_ps, op->time_ps,
                                  op->stage);
        return ivc_poll(agent, op->signal, op->period_ps, op->time_ps, op->stage);
    case LAB_MOVE:
        agent->move.n_pieces = 1;
        agent->move.pieces[0] = op->piece;
        return ivc_move(agent, op->stage);
    case LAB_COPY:
        if (op->by)
            return ivc_copy_by(agent, op->by, op->to, op->to_at, op->from, op->from_at, op->bytes,
                               op->stage);
        return ivc_copy(agent, op->to, op->to_at, op->from, op->from_at, op->bytes, op->stage);
    case LAB_SIGNAL:
        ivc_signal(agent->sim, op->signal);
        return true;
    case LAB_END:
        break;
    }
    return true;
}

static inline IvcStep lab_step(IvcAgent *agent)
{
    LabAgent *lab = (LabAgent *)((char *)agent - offsetof(LabAgent, agent));
    IVC_BEGIN(lab);
    for (lab->at = 0; lab->ops[lab->at].kind != LAB_END; lab->at++) {
        IVC_AWAIT(lab, lab_request(lab, &lab->ops[lab->at]));
        lab->ended_ps[lab->at] = agent->sim->now;
        lab->timed_out[lab->at] = agent->timed_out;
    }
    IVC_END(lab);
}

static const IvcSimLimits lab_limits = {
    .horizon_ps = UINT64_C(1) << 53, .events_per_instant = 10000, .queue_max = 100000};

/** Cores without shared resources that limit; a memory of its own can be set before use. */
static inline void lab_init(Lab *lab, uint32_t cores, IvcMemory *memory)
{
    ivc_sim_init(&lab->sim, &lab_limits);
    ivc_cores_init(&lab->cores, &lab->sim, cores, LAB_STAGES);
    lab->cores.memory = memory;
}

static inline void lab_clear(Lab *lab)
{
    ivc_memory_free(lab->cores.memory);
    ivc_cores_clear(&lab->cores);
    ivc_sim_clear(&lab->sim);
}

/** Puts an agent with its program on a core, ready. */
static inline void lab_start(Lab *lab, LabAgent *agent, uint32_t id, uint32_t core,
                             IvcPriority priority)
{
    agent->label = 0;
    ivc_agent_init(&agent->agent, id, "agent", &lab->cores.items[core], priority, lab_step);
    ivc_agent_start(&agent->agent);
}

/** Runs to the end and checks that every core's ledger sums to the time. */
static inline void lab_run(Lab *lab)
{
    ck_assert_int_eq(ivc_sim_run(&lab->sim), IVC_STOP_NONE);
    ivc_cores_settle(&lab->cores);
    for (uint32_t c = 0; c < lab->cores.n; c++) {
        const IvcCore *core = &lab->cores.items[c];
        IvcTime sum = core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < LAB_STAGES; s++)
            sum += core->ledger[s].spent_ps;
        ck_assert_uint_eq(sum, lab->sim.now);
    }
}

/** A machine with round numbers: 1 GHz (a cycle is 1,000 ps), lines of 64 B, L1 4 KiB. */
static inline IvcMachineSpec lab_machine(uint64_t cores)
{
    return (IvcMachineSpec){
        .cores = cores,
        .clock = {1000000000},
        .line = {64},
        .cache_size = {{4096}, {65536}, {0}},
        .cache_scope = {IVC_CACHE_CORE, IVC_CACHE_CHIP, IVC_CACHE_NONE},
        .l1_write = IVC_WRITE_BACK,
        .copy_setup = {.n = 10},
        .copy_word = {.n = 1},
        .read = {.level = {{0}, {.n = 8}, {0}}, .other = {.n = 50}, .memory = {.n = 100}},
        .write = {.level = {{0}, {.n = 4}, {0}}, .other = {.n = 30}, .memory = {.n = 60}},
        .memory_rate = {.bps = UINT64_C(8000000000000000)},
        .interconnect_rate = {.bps = UINT64_C(8000000000000000)},
        .memory_size = {UINT64_C(1) << 30},
        .registers_block = "loongson3",
    };
}
