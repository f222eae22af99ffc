/** @file
 *  The event engine: simulated time, timers and bounds.
 *
 *  Order: events run by (time, phase, sequence). Phases of one instant: things arrive (DELIVER)
 *  before agents act on them (ACT). The sequence grows with every arming, so that equal events run
 *  in the order in which they were armed. Nothing may be armed in the past. Events of zero delay
 *  are allowed, counted, and bounded per instant.
 */
#pragma once

#include "sim/base/units.h"
#include "sim/engine/digest.h"
#include "sim/engine/queue.h"

typedef struct IvcSim IvcSim;
typedef struct IvcTimer IvcTimer;
typedef struct IvcTimerRow IvcTimerRow;

typedef enum {
    IVC_PHASE_DELIVER,
    IVC_PHASE_ACT,
} IvcPhase;

/** Something that can happen once at a time; arm it again at will. Embedded in its owner. */
struct IvcTimer {
    uint32_t id; /**< of the owner, for digests */
    bool armed;
    void (*fire)(IvcSim *sim, IvcTimer *timer);
    IvcTime when_ps; /**< while armed */
    uint64_t order;  /**< of the firing that it is armed for; of none once it was cancelled */
    /* The item of the queue that stands for it, at that time or an earlier one. Moving a timer to a
     * later time leaves the item where it is: it is moved when it comes up, in its proper order. */
    IvcTime queued_ps; /**< IVC_TIME_NEVER: no item */
    uint64_t queued_order;
};

/** Why a run ended early. */
typedef enum {
    IVC_STOP_NONE,
    IVC_STOP_HORIZON,
    IVC_STOP_LIVELOCK,
    IVC_STOP_EVENTS,
    IVC_STOP_QUEUE,
    IVC_STOP_ASKED,  /**< the caller's stop flag */
    IVC_STOP_FAILED, /**< a component called ivc_sim_fail() */
} IvcStop;

typedef struct {
    IvcTime horizon_ps;
    uint64_t events_per_instant;
    uint64_t events_max; /**< 0: none */
    size_t queue_max;    /**< most pending events */
} IvcSimLimits;

/** The engine. Read the members; change them only through the functions. */
struct IvcSim {
    IvcTime now;
    IvcTime skipped_ps; /**< simulated time that was skipped in whole periods; now leaves it out */
    IvcQueue *queue;
    uint64_t sequence;
    uint64_t events;   /**< executed, those advanced inline included */
    uint64_t instant;  /**< executed at this time */
    uint64_t check_at; /**< next event count at which the flags below are looked at; 0: now */
    IvcSimLimits limits;
    IvcStop stop;
    char *failure; /**< text of ivc_sim_fail(), owned */
    int failure_code;
    bool finished; /**< a component called ivc_sim_finish() */
    const volatile int *stop_flag;
    IvcTimerRow *rows; /**< of timers that are not each in the queue, see row.h */
};

/** Simulated time since the start, with what was skipped: for results and messages. */
static inline IvcTime ivc_sim_time(const IvcSim *sim)
{
    return sim->now + sim->skipped_ps;
}

void ivc_sim_init(IvcSim *sim, const IvcSimLimits *limits);
void ivc_sim_clear(IvcSim *sim);

/** Prepares a timer, unarmed. `id` tells it apart in digests. */
void ivc_timer_init(IvcTimer *timer, uint32_t id, void (*fire)(IvcSim *, IvcTimer *));

/** Arms (or moves) a timer; `when_ps` must not lie before now. */
void ivc_timer_arm(IvcSim *sim, IvcTimer *timer, IvcTime when_ps, IvcPhase phase);

/** The phase of a place among equal times is above the sequence. */
#define IVC_PHASE_SHIFT 56
/** Of no item: the place that a timer has that was cancelled. */
#define IVC_NO_PLACE UINT64_MAX

/** The place among equal times that a timer armed now would get, and arming one with such a place.
 */
static inline uint64_t ivc_sim_place(IvcSim *sim, IvcPhase phase)
{
    return (uint64_t)phase << IVC_PHASE_SHIFT | sim->sequence++;
}
void ivc_timer_arm_at(IvcSim *sim, IvcTimer *timer, IvcTime when_ps, uint64_t place);

/** Forgets a pending firing; fine when there is none. */
static inline void ivc_timer_cancel(IvcTimer *timer)
{
    timer->armed = false;
    timer->order = IVC_NO_PLACE;
}

/** Feeds whether a timer is armed, and for when. */
void ivc_timer_digest(const IvcTimer *timer, IvcDigest *digest);

/** Runs until nothing is pending, ivc_sim_finish() was called or a bound was hit. */
IvcStop ivc_sim_run(IvcSim *sim);

/** Ends the run after the current event. */
void ivc_sim_finish(IvcSim *sim);

/** Ends the run with an error: `code` is an IvcSimError, the text names who and what. */
void ivc_sim_fail(IvcSim *sim, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/**
 * Moves time on to `to_ps` at once, when nothing is pending at or before it: what an event with
 * nothing in between would do, without the queue. Counts as one event.
 *
 * @return false, with nothing changed, when something is pending or a bound is near
 */
static inline bool ivc_sim_advance(IvcSim *sim, IvcTime to_ps)
{
    if (ivc_queue_next_time(sim->queue) <= to_ps || to_ps > sim->limits.horizon_ps ||
        sim->events >= sim->check_at)
        return false;
    if (to_ps == sim->now && sim->instant >= sim->limits.events_per_instant)
        return false; /* the event that follows will hit the bound and say so */
    if (to_ps != sim->now)
        sim->instant = 0;
    sim->now = to_ps;
    sim->events++;
    sim->instant++;
    return true;
}

/** The same by a span that is not 0: a new instant, which has no bound to come near to. */
static inline bool ivc_sim_pass(IvcSim *sim, IvcTime span_ps)
{
    IvcTime to_ps = sim->now + span_ps;
    if (ivc_queue_next_time(sim->queue) <= to_ps || to_ps > sim->limits.horizon_ps ||
        sim->events >= sim->check_at)
        return false;
    sim->now = to_ps;
    sim->events++;
    sim->instant = 1;
    return true;
}

/** Takes an event that is not in the queue, at its place among the others: when it comes before all
 *  that are. @return false, with nothing changed, when it does not, or a bound is near */
static inline bool ivc_sim_take(IvcSim *sim, IvcTime when_ps, uint64_t place)
{
    if (!ivc_queue_would_be_next(sim->queue, when_ps, place) || when_ps > sim->limits.horizon_ps ||
        sim->events >= sim->check_at)
        return false;
    if (when_ps != sim->now)
        sim->instant = 0;
    else if (sim->instant >= sim->limits.events_per_instant)
        return false; /* the queue's turn to say so */
    sim->now = when_ps;
    sim->events++;
    sim->instant++;
    return true;
}

/** Feeds pending events: who is due, in what distance, in order. */
void ivc_sim_digest(const IvcSim *sim, IvcDigest *digest);
