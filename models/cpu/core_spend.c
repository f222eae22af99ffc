/* Requests for a fixed time: they pass at once when nothing else can happen meanwhile, and else the
 * agent runs until its timer. */
#include "models/cpu/core_private.h"
#include "sim/engine/row.h"

/* Steps of no time still count as events, so that a loop of them is noticed. */
static bool count_instant(IvcSim *sim)
{
    sim->events++;
    return ++sim->instant < sim->limits.events_per_instant;
}

/* Lets `sum` pass if nothing else can happen meanwhile. */
static inline bool pass(IvcAgent *agent, IvcTime sum)
{
    if (sum == 0)
        return G_LIKELY(count_instant(agent->sim));
    if (ivc_core_outranked(agent) || !ivc_sim_pass(agent->sim, sum))
        return false;
    agent->owed_ps = 0;
    agent->n_owed = 0;
    return true;
}

/* Runs until all that is owed is over. */
static inline void run(IvcAgent *agent, IvcTime sum)
{
    IvcSim *sim = agent->sim;
    agent->activity = IVC_ACTIVITY_RUN;
    agent->paid = 0;
    agent->since_ps = sim->now;
    ivc_timer_arm(sim, &agent->timer, sim->now + sum, IVC_PHASE_ACT);
}

bool ivc_pay(IvcAgent *agent)
{
    IvcTime sum = agent->owed_ps;
    if (pass(agent, sum))
        return true;
    run(agent, sum);
    return false;
}

bool ivc_pay_in_row(IvcAgent *agent, IvcTimerRow *row)
{
    IvcTime sum = agent->owed_ps;
    bool before_them = sum == 0 || agent->sim->now + sum < ivc_row_next_time(row);
    if (before_them && pass(agent, sum))
        return true;
    agent->activity = IVC_ACTIVITY_RUN;
    agent->paid = 0;
    agent->since_ps = agent->sim->now;
    ivc_row_arm(row, agent->sim, &agent->timer, agent->sim->now + sum, IVC_PHASE_ACT);
    return false;
}

/* As ivc_owe() and ivc_pay(); the span is not noted when it passes at once. */
bool ivc_spend(IvcAgent *agent, IvcTime span_ps, uint32_t stage)
{
    IvcLedgerEntry *entry = &agent->ledger[stage];
    IvcTime sum = agent->owed_ps + span_ps;
    entry->times++;
    entry->spent_ps += span_ps;
    if (pass(agent, sum))
        return true;
    if (span_ps)
        ivc_owed_note(agent, span_ps, stage);
    run(agent, sum);
    return false;
}
