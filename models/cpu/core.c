/* Cores: who runs, who waits for the core, and the ledger.
 *
 * Models: one agent at a time on a core; pre-emption by higher priority at once; first come, first
 * served within a priority; poll loops as waits whose end is rounded up to the next poll; copies
 * whose speed others change. Costs of switching are charged by those who cause them (interrupt
 * entry, wake-up, context switch are stages of the model that performs them), not here.
 * Leaves out: time slices among processes of one core, simultaneous threads, frequency changes.
 * Which virtual CPU has a physical core is decided in sched.c. */
#include "sim/model/core.h"
#include "sim/model/memory.h"
#include "sim/model/sched.h"
#include "models/cpu/core_private.h"
#include "models/cpu/memory_state.h"
#include "models/cpu/sharing.h"
#include "sim/engine/row.h"

static IvcAgent *agent_of_move(IvcMove *move)
{
    return (IvcAgent *)((char *)move - offsetof(IvcAgent, move));
}

static IvcAgent *agent_of_timeout(IvcTimer *timer)
{
    return (IvcAgent *)((char *)timer - offsetof(IvcAgent, timeout));
}

static IvcAgent *agent_of_timer(IvcTimer *timer)
{
    return (IvcAgent *)((char *)timer - offsetof(IvcAgent, timer));
}

/* ---- ledger ---- */

/* What is owed was charged when it was asked for, and is taken out when somebody looks before it is
 * over: brings `owed` up to now, and leaves the agent behind, to be charged as time passes. */
G_NO_INLINE static void charge_owed(IvcAgent *agent)
{
    IvcTime now = agent->sim->now;
    IvcTime elapsed = now - agent->since_ps;
    agent->since_ps = now;
    for (uint32_t i = agent->paid; i < agent->n_owed; i++) {
        IvcOwed *owed = &agent->owed[i];
        IvcTime part = MIN(elapsed, owed->left_ps);
        if (agent->behind)
            agent->ledger[owed->stage].spent_ps += part;
        else
            agent->ledger[owed->stage].spent_ps -= owed->left_ps - part;
        owed->left_ps -= part;
        elapsed -= part;
        agent->paid += owed->left_ps == 0;
    }
    agent->behind = true;
}

/* All that was owed is over. */
static void owed_over(IvcAgent *agent)
{
    if (G_UNLIKELY(agent->behind)) {
        charge_owed(agent);
        agent->behind = false;
    }
    agent->owed_ps = 0;
    agent->n_owed = 0;
}

static void charge(IvcAgent *agent)
{
    if (agent->activity == IVC_ACTIVITY_RUN) {
        charge_owed(agent);
        return;
    }
    IvcTime now = agent->sim->now;
    agent->ledger[agent->stage].spent_ps += now - agent->since_ps;
    agent->since_ps = now;
}

static void charge_free(IvcCore *core)
{
    IvcTime now = core->cores->sim->now;
    IvcTime *to = core->n_agents ? &core->blocked_ps : &core->idle_ps;
    if (core->state == IVC_CORE_WAITING)
        to = &core->waiting_ps;
    else if (core->state == IVC_CORE_SWITCHING)
        to = &core->ledger[core->cores->stage_switch].spent_ps;
    *to += now - core->free_since_ps;
    core->free_since_ps = now;
}

void ivc_cores_settle(IvcCores *cores)
{
    for (uint32_t i = 0; i < cores->n; i++) {
        IvcCore *core = &cores->items[i];
        if (!core->running)
            charge_free(core);
        else if (core->running->activity != IVC_ACTIVITY_NONE)
            charge(core->running);
        else
            ivc_hot_assert(core->running->n_owed == 0);
    }
    if (cores->sched)
        ivc_sched_settle(cores->sched);
}

/* ---- waiting lists ---- */

static void signal_append(IvcSignal *signal, IvcAgent *agent)
{
    agent->waits_for = signal;
    agent->next_waiting = NULL;
    if (signal->last)
        signal->last->next_waiting = agent;
    else
        signal->first = agent;
    signal->last = agent;
}

/* Whether what `agent` polls is there later than what the other polls. */
static bool leads(const IvcAgent *agent, const IvcAgent *other)
{
    return agent->activity == IVC_ACTIVITY_SPIN && (agent->spin_since_ps > other->spin_since_ps ||
                                                    (agent->spin_since_ps == other->spin_since_ps &&
                                                     agent->lead_place > other->lead_place));
}

/* In the order in which those who poll begin to. */
static void signal_insert(IvcSignal *signal, IvcAgent *agent)
{
    if (!signal->last || !leads(signal->last, agent)) {
        signal_append(signal, agent);
        return;
    }
    IvcAgent **at = &signal->first;
    while (!leads(*at, agent))
        at = &(*at)->next_waiting;
    agent->waits_for = signal;
    agent->next_waiting = *at;
    *at = agent;
}

static void signal_remove(IvcAgent *agent)
{
    IvcSignal *signal = agent->waits_for;
    IvcAgent *before = NULL;
    for (IvcAgent *at = signal->first; at != agent; at = at->next_waiting)
        before = at;
    if (before)
        before->next_waiting = agent->next_waiting;
    else
        signal->first = agent->next_waiting;
    if (signal->last == agent)
        signal->last = before;
    agent->waits_for = NULL;
    agent->next_waiting = NULL;
}

static void ready_push(IvcAgent *agent, bool front)
{
    IvcCore *core = agent->core;
    IvcPriority p = agent->priority;
    agent->state = IVC_AGENT_READY;
    core->ready |= 1u << p;
    agent->next_ready = front ? core->ready_first[p] : NULL;
    if (!core->ready_first[p])
        core->ready_first[p] = core->ready_last[p] = agent;
    else if (front)
        core->ready_first[p] = agent;
    else
        core->ready_last[p] = core->ready_last[p]->next_ready = agent;
}

static IvcAgent *ready_pop(IvcCore *core)
{
    if (!core->ready)
        return NULL;
    unsigned p = 31u - (unsigned)__builtin_clz(core->ready);
    IvcAgent *agent = core->ready_first[p];
    core->ready_first[p] = agent->next_ready;
    if (!core->ready_first[p]) {
        core->ready_last[p] = NULL;
        core->ready &= ~(1u << p);
    }
    agent->next_ready = NULL;
    return agent;
}

/* ---- moves ---- */

/* Only the member of a class that ends first has its end in a timer. */
static void retime_class(IvcSim *sim, IvcMoveClass *class)
{
    if (!class->retimed && class->timed == class->first)
        return;
    if (class->timed && class->timed != class->first)
        ivc_timer_cancel(&agent_of_move(class->timed)->timer);
    class->timed = class->first;
    class->retimed = false;
    if (class->first)
        ivc_timer_arm(sim, &agent_of_move(class->first)->timer, ivc_sharing_end(class->first),
                      IVC_PHASE_ACT);
}

static void retime_moves(IvcSim *sim, const IvcSharing *sharing)
{
    for (uint32_t c = 0; c < sharing->n_classes; c++)
        retime_class(sim, sharing->classes[c]);
}

static IvcSharing *sharing_of(const IvcAgent *agent)
{
    return &agent->core->cores->memory->sharing;
}

static bool uses_shared(const IvcMovePiece *piece)
{
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        if (piece->demand[r])
            return true;
    return false;
}

/* Lets the current piece go on with the work that it has left. */
static void move_go(IvcAgent *agent)
{
    IvcMove *move = &agent->move;
    if (!uses_shared(&move->pieces[move->piece])) {
        move->since_ps = agent->sim->now;
        ivc_timer_arm(agent->sim, &agent->timer, ivc_sharing_end(move), IVC_PHASE_ACT);
        return;
    }
    if (ivc_sharing_join(sharing_of(agent), move, agent->sim->now))
        retime_moves(agent->sim, sharing_of(agent));
    else
        retime_class(agent->sim, move->in);
}

static void move_leave(IvcAgent *agent)
{
    IvcMoveClass *class = agent->move.in;
    if (ivc_sharing_leave(sharing_of(agent), &agent->move, agent->sim->now))
        retime_moves(agent->sim, sharing_of(agent));
    else
        retime_class(agent->sim, class);
}

static void move_halt(IvcAgent *agent)
{
    IvcMove *move = &agent->move;
    if (move->in) {
        move_leave(agent);
    } else {
        IvcU128 done = (IvcU128)(agent->sim->now - move->since_ps) * IVC_SPEED_FULL;
        move->work = done < move->work ? move->work - done : 0;
    }
}

static void move_load_piece(IvcMove *move)
{
    move->work = (IvcU128)move->pieces[move->piece].alone_ps * IVC_SPEED_FULL;
}

static void move_begin(IvcAgent *agent, uint32_t stage)
{
    agent->activity = IVC_ACTIVITY_MOVE;
    agent->stage = stage;
    agent->since_ps = agent->sim->now;
    move_load_piece(&agent->move);
    move_go(agent);
}

/* ---- dispatching ---- */

static void activity_resume(IvcAgent *agent)
{
    IvcSim *sim = agent->sim;
    agent->since_ps = sim->now;
    agent->preempted = false;
    switch (agent->activity) {
    case IVC_ACTIVITY_RUN:
        ivc_timer_arm(sim, &agent->timer, sim->now + agent->left_ps, IVC_PHASE_ACT);
        break;
    case IVC_ACTIVITY_MOVE:
        move_go(agent);
        break;
    case IVC_ACTIVITY_SPIN:
        agent->spin_since_ps = sim->now + agent->lead_ps;
        agent->lead_place = ivc_sim_place(sim, IVC_PHASE_ACT);
        if (agent->signalled)
            ivc_timer_arm_at(sim, &agent->timer, agent->spin_since_ps, agent->lead_place);
        else if (agent->left_ps != IVC_TIME_NEVER)
            ivc_timer_arm(sim, &agent->timeout, sim->now + agent->left_ps, IVC_PHASE_ACT);
        break;
    case IVC_ACTIVITY_NONE:
        ivc_timer_arm(sim, &agent->timer, sim->now, IVC_PHASE_ACT);
        break;
    }
}

static void activity_suspend(IvcAgent *agent)
{
    IvcTime now = agent->sim->now;
    charge(agent);
    agent->preempted = true;
    switch (agent->activity) {
    case IVC_ACTIVITY_RUN:
        agent->left_ps = agent->timer.when_ps - now;
        break;
    case IVC_ACTIVITY_MOVE:
        move_halt(agent);
        break;
    case IVC_ACTIVITY_SPIN:
        agent->signalled = agent->signalled || agent->timer.armed;
        agent->lead_ps = agent->spin_since_ps - MIN(now, agent->spin_since_ps);
        if (agent->timeout.armed)
            agent->left_ps = agent->timeout.when_ps - now;
        ivc_timer_cancel(&agent->timeout);
        break;
    case IVC_ACTIVITY_NONE:
        break;
    }
    ivc_timer_cancel(&agent->timer);
}

static void dispatch(IvcCore *core)
{
    IvcAgent *agent = ready_pop(core);
    if (!agent)
        return;
    if (!core->running)
        charge_free(core);
    core->running = agent;
    agent->state = IVC_AGENT_RUNNING;
    activity_resume(agent);
}

static void release(IvcCore *core)
{
    core->running = NULL;
    core->free_since_ps = core->cores->sim->now;
    dispatch(core);
    if (G_UNLIKELY(core->sched) && !core->running)
        ivc_sched_block(core);
}

static void make_ready(IvcAgent *agent)
{
    IvcCore *core = agent->core;
    ready_push(agent, false);
    if (!core->running) {
        if (G_UNLIKELY(core->state != IVC_CORE_ON))
            ivc_sched_ready(core);
        else
            dispatch(core);
    } else if (!core->stepping && ivc_core_outranked(core->running)) {
        IvcAgent *running = core->running;
        activity_suspend(running);
        ready_push(running, true);
        dispatch(core);
    }
}

static void step(IvcAgent *agent)
{
    IvcCore *core = agent->core;
    agent->activity = IVC_ACTIVITY_NONE;
    core->stepping = true;
    IvcStep outcome = agent->step(agent);
    core->stepping = false;
    if (outcome == IVC_DONE) {
        agent->state = IVC_AGENT_FINISHED;
        if (agent->priority == IVC_PRIORITY_PROCESS)
            core->n_agents--;
        release(core);
    } else if (agent->state == IVC_AGENT_WAITING) {
        release(core);
    } else if (core->ready & agent->above) {
        /* Something more urgent on this core was made ready by this very step. */
        if (!agent->preempted)
            activity_suspend(agent);
        ready_push(agent, true);
        dispatch(core);
    }
}

/* The current piece of a move is over: begins the next one, if there is one. */
static bool move_goes_on(IvcAgent *agent)
{
    IvcMove *move = &agent->move;
    if (move->in)
        move_leave(agent);
    if (++move->piece == move->n_pieces)
        return false;
    move_load_piece(move);
    move_go(agent);
    return true;
}

void ivc_agent_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)sim;
    IvcAgent *agent = agent_of_timer(timer);
    if (G_LIKELY(agent->activity == IVC_ACTIVITY_RUN)) {
        owed_over(agent);
        if (agent->then_moves) {
            agent->then_moves = false;
            move_begin(agent, agent->move_stage);
            return;
        }
    } else if (agent->activity != IVC_ACTIVITY_NONE) {
        charge(agent);
        if (agent->activity == IVC_ACTIVITY_MOVE && move_goes_on(agent))
            return;
    }
    step(agent);
}

bool ivc_agent_is_over(IvcAgent *agent)
{
    bool ran = agent->activity == IVC_ACTIVITY_RUN;
    if (agent->then_moves || (!ran && agent->activity != IVC_ACTIVITY_SPIN))
        return false;
    ran ? owed_over(agent) : charge(agent);
    return true;
}

void ivc_agent_timeout_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)sim;
    IvcAgent *agent = agent_of_timeout(timer);
    signal_remove(agent);
    agent->timed_out = true;
    if (agent->activity == IVC_ACTIVITY_SPIN) {
        charge(agent);
        step(agent);
    } else {
        make_ready(agent);
    }
}

/* ---- on and off a physical core ---- */

static void tell_moved(IvcCore *core)
{
    if (core->cores->moved)
        core->cores->moved(core->cores->moved_data, core);
}

void ivc_core_set_state(IvcCore *core, IvcCoreState state)
{
    charge_free(core);
    core->state = state;
    tell_moved(core);
}

void ivc_core_leave(IvcCore *core, IvcCoreState state)
{
    IvcAgent *running = core->running;
    ivc_hot_assert(core->state == IVC_CORE_ON && running && !core->stepping);
    activity_suspend(running);
    ready_push(running, true);
    core->running = NULL;
    core->free_since_ps = core->cores->sim->now;
    core->state = state;
    tell_moved(core);
}

void ivc_core_enter(IvcCore *core)
{
    ivc_core_set_state(core, IVC_CORE_ON);
    dispatch(core);
    ivc_hot_assert(core->running);
}

/* ---- the requests; those for a fixed time are in core_spend.c ---- */

bool ivc_wait(IvcAgent *agent, IvcSignal *signal, IvcTime timeout_ps)
{
    ivc_hot_assert(agent->core->running == agent && agent->n_owed == 0);
    agent->state = IVC_AGENT_WAITING;
    agent->timed_out = false;
    signal_append(signal, agent);
    if (timeout_ps != IVC_TIME_NEVER)
        ivc_timer_arm(agent->sim, &agent->timeout, agent->sim->now + timeout_ps, IVC_PHASE_ACT);
    return false;
}

bool ivc_poll_after(IvcAgent *agent, IvcSignal *signal, IvcTime lead_ps, IvcTime period_ps,
                    IvcTime bound_ps, uint32_t stage)
{
    IvcSim *sim = agent->sim;
    ivc_hot_assert(agent->core->running == agent && agent->n_owed == 0 && period_ps > 0);
    agent->ledger[stage].times++;
    agent->activity = IVC_ACTIVITY_SPIN;
    agent->stage = stage;
    agent->since_ps = sim->now;
    agent->spin_since_ps = sim->now + lead_ps;
    agent->lead_place = lead_ps ? ivc_sim_place(sim, IVC_PHASE_ACT) : 0;
    agent->period_ps = period_ps;
    agent->left_ps = bound_ps;
    agent->signalled = agent->timed_out = false;
    signal_insert(signal, agent);
    if (bound_ps != IVC_TIME_NEVER)
        ivc_timer_arm(sim, &agent->timeout, agent->spin_since_ps + bound_ps, IVC_PHASE_ACT);
    return false;
}

bool ivc_poll(IvcAgent *agent, IvcSignal *signal, IvcTime period_ps, IvcTime bound_ps,
              uint32_t stage)
{
    return ivc_poll_after(agent, signal, 0, period_ps, bound_ps, stage);
}

/* Goes through the pieces of a move as far as nothing else can happen meanwhile. */
static bool move_inline(IvcAgent *agent, IvcLedgerEntry *entry)
{
    IvcSim *sim = agent->sim;
    IvcMove *move = &agent->move;
    uint32_t n = move->n_pieces;
    for (uint32_t i = 0; i < n; i++) {
        IvcTime alone_ps = move->pieces[i].alone_ps;
        move->piece = i;
        /* With many agents something mostly does come between: nobody need look for room then. */
        if (ivc_queue_next_time(sim->queue) <= sim->now + alone_ps || ivc_core_outranked(agent) ||
            !ivc_sharing_has_room(sharing_of(agent), move) ||
            !ivc_sim_advance(sim, sim->now + alone_ps))
            return false;
        entry->spent_ps += alone_ps;
    }
    return true;
}

bool ivc_move(IvcAgent *agent, uint32_t stage)
{
    IvcLedgerEntry *entry = &agent->ledger[stage];
    ivc_hot_assert(agent->core->running == agent);
    entry->times++;
    agent->move.piece = 0;
    if (agent->n_owed && !ivc_pay(agent)) {
        agent->then_moves = true;
        agent->move_stage = stage;
        return false;
    }
    if (move_inline(agent, entry))
        return true;
    move_begin(agent, stage);
    return false;
}

/* `place` is that of the event which ends it. */
static void spin_ends(IvcAgent *agent, IvcTimerRow *row, uint64_t place)
{
    IvcSim *sim = agent->sim;
    ivc_timer_cancel(&agent->timeout);
    if (agent->state != IVC_AGENT_RUNNING) {
        agent->signalled = true;
        return;
    }
    if (agent->spin_since_ps > sim->now ||
        (agent->spin_since_ps == sim->now && agent->lead_place > place)) {
        ivc_row_arm_at(row, sim, &agent->timer, agent->spin_since_ps, agent->lead_place);
        return;
    }
    IvcTime polls = (sim->now - agent->spin_since_ps + agent->period_ps - 1) / agent->period_ps;
    ivc_row_arm_at(row, sim, &agent->timer, agent->spin_since_ps + polls * agent->period_ps,
                   ivc_sim_place(sim, IVC_PHASE_ACT));
}

static inline void signal_all(IvcSignal *signal, uint64_t place)
{
    IvcAgent *agent = signal->first;
    signal->first = signal->last = NULL;
    while (agent) {
        IvcAgent *next = agent->next_waiting;
        agent->waits_for = NULL;
        agent->next_waiting = NULL;
        if (agent->state == IVC_AGENT_WAITING) {
            ivc_timer_cancel(&agent->timeout);
            make_ready(agent);
        } else {
            spin_ends(agent, signal->row, place);
        }
        agent = next;
    }
}

void ivc_signal(IvcSim *sim, IvcSignal *signal)
{
    (void)sim;
    signal_all(signal, UINT64_MAX);
}

void ivc_signal_by(const IvcAgent *agent, IvcSignal *signal)
{
    /* Its timer has fired just now, unless time was passed without it: then it is the latest. */
    signal_all(signal, agent->timer.when_ps == agent->sim->now ? agent->timer.order : UINT64_MAX);
}

void ivc_agent_start(IvcAgent *agent)
{
    make_ready(agent);
}
