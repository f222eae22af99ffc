/** @file
 *  Softirqs of one core that find packets without end share it with processes, as Linux's ksoftirqd
 *  does: once they have worked for long, they make way together, for as long as they have worked,
 *  at most until a process sleeps.
 */
#pragma once

#include "sim/model/core.h"

typedef struct IvcSoftirqTurn {
    uint32_t busy;         /**< so many of them have something to do */
    IvcTime busy_since_ps; /**< one of them or another has worked all the time since then */
    IvcTime idle_since_ps; /**< when the latest one ran out of packets */
    IvcSignal over;        /**< they wait for: a process sleeps, or the first goes on */
} IvcSoftirqTurn;

/** One of them begins to work, perhaps as another one ends. */
static inline void ivc_softirq_begins(IvcSoftirqTurn *turn, IvcTime now)
{
    if (turn->busy == 0 && now != turn->idle_since_ps)
        turn->busy_since_ps = now;
    turn->busy++;
}

/** One of them has nothing to do. */
static inline void ivc_softirq_ends(IvcSoftirqTurn *turn, IvcTime now)
{
    turn->busy--;
    turn->idle_since_ps = now;
}

static inline bool ivc_process_is_ready(const IvcCore *core)
{
    return core->ready & 1u << IVC_PRIORITY_PROCESS;
}

/** Whether a process waits for the core of `agent`, one of them, and they have worked for
 *  `turn_ps`, or another one makes way already. */
static inline bool ivc_softirq_is_long(const IvcSoftirqTurn *turn, const IvcAgent *agent,
                                       IvcTime turn_ps)
{
    return ivc_process_is_ready(agent->core) &&
           (turn->over.first || agent->sim->now - turn->busy_since_ps >= turn_ps);
}

/** Makes way. A request like ivc_wait(). */
static inline bool ivc_softirq_gives_way(IvcSoftirqTurn *turn, IvcAgent *agent, IvcTime turn_ps)
{
    return ivc_wait(agent, &turn->over, MAX(agent->sim->now - turn->busy_since_ps, turn_ps));
}

/** After that: all of them go on. */
static inline void ivc_softirq_goes_on(IvcSoftirqTurn *turn, IvcSim *sim)
{
    ivc_signal(sim, &turn->over);
    turn->busy_since_ps = sim->now;
}

/** Feeds it; `turn_ps` as above. How many are busy follows from what they wait for. */
static inline void ivc_softirq_turn_digest(const IvcSoftirqTurn *turn, IvcTime turn_ps,
                                           IvcDigest *digest)
{
    ivc_digest_u64(digest, MIN(digest->now - turn->busy_since_ps, turn_ps));
    ivc_digest_u64(digest, digest->now == turn->idle_since_ps);
    ivc_signal_digest(&turn->over, digest);
}
