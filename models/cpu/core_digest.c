/* What of cores, agents and signals can influence the future. */
#include "models/cpu/sharing.h"

static const IvcStateField signal_fields[] = {
    IVC_STATE(IvcSignal, id, FIXED), IVC_STATE(IvcSignal, first, OTHER),
    IVC_STATE(IvcSignal, last, OTHER),
    IVC_STATE(IvcSignal, row, FIXED), /* its timers are known to the engine */
};

static const IvcStateField agent_fields[] = {
    IVC_STATE(IvcAgent, timer, OTHER),
    IVC_STATE(IvcAgent, sim, FIXED),
    IVC_STATE(IvcAgent, core, FIXED),
    IVC_STATE(IvcAgent, ledger, FIXED),
    IVC_STATE(IvcAgent, step, FIXED),
    IVC_STATE(IvcAgent, above, FIXED),
    IVC_STATE(IvcAgent, priority, FIXED),
    IVC_STATE(IvcAgent, state, PLAIN),
    IVC_STATE(IvcAgent, activity, PLAIN),
    IVC_STATE(IvcAgent, preempted, PLAIN),
    IVC_STATE(IvcAgent, signalled, PLAIN),
    IVC_STATE(IvcAgent, timed_out, PLAIN),
    IVC_STATE(IvcAgent, behind, FIXED), /* only attributes time */
    IVC_STATE(IvcAgent, then_moves, PLAIN),
    IVC_STATE(IvcAgent, stage, OTHER),
    IVC_STATE(IvcAgent, move_stage, OTHER),
    IVC_STATE(IvcAgent, n_owed, PLAIN),
    IVC_STATE(IvcAgent, paid, OTHER),
    IVC_STATE(IvcAgent, since_ps, FIXED), /* only attributes time that has passed */
    IVC_STATE(IvcAgent, owed_ps, FIXED),  /* follows from owed */
    IVC_STATE(IvcAgent, owed, OTHER),
    IVC_STATE(IvcAgent, move, OTHER),
    IVC_STATE(IvcAgent, waits_for, REF),
    IVC_STATE(IvcAgent, next_waiting, OTHER),
    IVC_STATE(IvcAgent, period_ps, OTHER),
    IVC_STATE(IvcAgent, spin_since_ps, OTHER),
    IVC_STATE(IvcAgent, lead_ps, OTHER),
    IVC_STATE(IvcAgent, lead_place, FIXED), /* follows from the order in the signal's list */
    IVC_STATE(IvcAgent, next_ready, OTHER),
    IVC_STATE(IvcAgent, left_ps, OTHER),
    IVC_STATE(IvcAgent, timeout, OTHER),
    IVC_STATE(IvcAgent, id, FIXED),
    IVC_STATE(IvcAgent, name, FIXED),
};

static const IvcStateField core_fields[] = {
    IVC_STATE(IvcCore, id, FIXED),          IVC_STATE(IvcCore, cpu, OTHER),
    IVC_STATE(IvcCore, cores, FIXED),       IVC_STATE(IvcCore, sched, FIXED),
    IVC_STATE(IvcCore, guest, FIXED),       IVC_STATE(IvcCore, state, OTHER),
    IVC_STATE(IvcCore, running, REF),       IVC_STATE(IvcCore, stepping, PLAIN),
    IVC_STATE(IvcCore, ready, FIXED), /* follows from the lists */
    IVC_STATE(IvcCore, ready_first, OTHER), IVC_STATE(IvcCore, ready_last, OTHER),
    IVC_STATE(IvcCore, n_agents, PLAIN),    IVC_STATE(IvcCore, free_since_ps, FIXED),
    IVC_STATE(IvcCore, waiting_ps, FIXED),  IVC_STATE(IvcCore, blocked_ps, FIXED),
    IVC_STATE(IvcCore, idle_ps, FIXED),     IVC_STATE(IvcCore, ledger, FIXED),
};

/* What refers to an agent knows it by the id that it begins with. */
G_STATIC_ASSERT(offsetof(IvcAgent, timer) == 0 && offsetof(IvcTimer, id) == 0);

const IvcStateTable ivc_core_state_tables[] = {
    IVC_STATE_TABLE(IvcSignal, signal_fields),
    IVC_STATE_TABLE(IvcAgent, agent_fields),
    IVC_STATE_TABLE(IvcCore, core_fields),
};
const size_t ivc_core_state_tables_n = G_N_ELEMENTS(ivc_core_state_tables);

void ivc_signal_digest(const IvcSignal *signal, IvcDigest *digest)
{
    for (const IvcAgent *agent = signal->first; agent; agent = agent->next_waiting)
        ivc_digest_u64(digest, agent->id);
    ivc_digest_u64(digest, UINT64_MAX);
}

void ivc_core_digest(const IvcCore *core, IvcDigest *digest)
{
    ivc_digest_state(digest, &ivc_core_state_tables[2], core);
    if (core->sched) {
        ivc_digest_u64(digest, core->cpu);
        ivc_digest_u64(digest, core->state);
    }
    for (int p = IVC_PRIORITY_PROCESS; p < IVC_PRIORITIES; p++) {
        for (const IvcAgent *agent = core->ready_first[p]; agent; agent = agent->next_ready)
            ivc_digest_u64(digest, agent->id);
        ivc_digest_u64(digest, UINT64_MAX);
    }
    const IvcAgent *background = core->ready_first[IVC_PRIORITY_BACKGROUND]; /* one at most */
    if (background)
        ivc_digest_u64(digest, background->id);
}

static void move_digest(const IvcMove *move, IvcTime now, IvcDigest *digest)
{
    const IvcMoveClass *class = move->in;
    IvcU128 left = ivc_sharing_left(move, now);
    ivc_digest_u64(digest, (uint64_t)left);
    ivc_digest_u64(digest, (uint64_t)(left >> 64));
    ivc_digest_u64(digest, class ? class->speed : 0);
    ivc_digest_u64(digest, class ? class->joins - move->order : 0); /* its turn among equals */
    for (uint32_t p = move->piece; p < move->n_pieces; p++) {
        ivc_digest_u64(digest, move->pieces[p].alone_ps);
        for (size_t r = 0; r < IVC_RESOURCES; r++)
            ivc_digest_u64(digest, move->pieces[p].demand[r]);
        if (move->routes)
            ivc_digest_state(digest, &ivc_links_state_tables[2], &move->routes[p]);
    }
}

/* What is owed after the part that has run by now, whether or not that was charged yet. */
static void owed_digest(const IvcAgent *agent, IvcDigest *digest)
{
    bool runs = agent->activity == IVC_ACTIVITY_RUN;
    IvcTime ran_ps = runs && !agent->preempted ? agent->sim->now - agent->since_ps : 0;
    for (uint32_t i = runs ? agent->paid : 0; i < agent->n_owed; i++) {
        IvcTime part = MIN(ran_ps, agent->owed[i].left_ps);
        ran_ps -= part;
        if (part == agent->owed[i].left_ps)
            continue;
        ivc_digest_u64(digest, agent->owed[i].left_ps - part);
        ivc_digest_u64(digest, agent->owed[i].stage);
    }
}

/* Where the polls lie: what is left of the way, or the place within a turn. */
static void spin_digest(const IvcAgent *agent, IvcDigest *digest)
{
    IvcTime now = agent->sim->now;
    bool comes = !agent->preempted && agent->spin_since_ps > now;
    IvcTime lead_ps = comes ? agent->spin_since_ps - now : agent->preempted ? agent->lead_ps : 0;
    IvcTime within_ps = comes ? 0 : (now - agent->spin_since_ps) % agent->period_ps;
    ivc_digest_u64(digest, lead_ps);
    ivc_digest_u64(digest, within_ps);
}

void ivc_agent_digest(const IvcAgent *agent, IvcDigest *digest)
{
    ivc_digest_state(digest, &ivc_core_state_tables[1], agent);
    ivc_timer_digest(&agent->timer, digest);
    ivc_timer_digest(&agent->timeout, digest);
    owed_digest(agent, digest);
    if (agent->then_moves)
        ivc_digest_u64(digest, agent->move_stage);
    if (agent->activity == IVC_ACTIVITY_MOVE || agent->then_moves)
        move_digest(&agent->move, agent->sim->now, digest);
    if (agent->activity == IVC_ACTIVITY_MOVE || agent->activity == IVC_ACTIVITY_SPIN)
        ivc_digest_u64(digest, agent->stage);
    if (agent->activity == IVC_ACTIVITY_RUN && agent->preempted)
        ivc_digest_u64(digest, agent->left_ps);
    if (agent->activity == IVC_ACTIVITY_SPIN) {
        ivc_digest_u64(digest, agent->left_ps);
        ivc_digest_u64(digest, agent->period_ps);
        spin_digest(agent, digest);
    }
}

uint64_t ivc_agent_glance(const IvcAgent *agent)
{
    IvcTime now = agent->sim->now;
    if (agent->timer.armed)
        return agent->timer.when_ps - now;
    if (agent->activity != IVC_ACTIVITY_SPIN || agent->preempted || agent->spin_since_ps > now)
        return UINT64_MAX;
    return (now - agent->spin_since_ps) % agent->period_ps;
}
