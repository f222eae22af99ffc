/** @file
 *  What locks and barriers share: waiting for a value in a line, what spinning is good for, and how
 *  ranks meet before and after the work.
 */
#pragma once

#include "models/sync/line.h"
#include "sim/model/mpi.h"

typedef struct IvcSync IvcSync;
typedef struct IvcSyncWaiter IvcSyncWaiter;

/** What the time of those who spin is good for. */
typedef enum {
    IVC_WAIT_USEFUL,        /**< who holds the lock, or is about to, is on a core */
    IVC_WAIT_BEHIND_HOLDER, /**< the holder was taken off its core */
    IVC_WAIT_BEHIND_WAITER, /**< nobody holds it, and who is next was taken off its core */
    IVC_WAITS,
} IvcWaitKind;

/** One lock's spinning, as it is sorted. */
typedef struct {
    IvcWaitKind kind;  /**< of what is spun now */
    uint32_t spinners; /**< on a core */
    IvcTime since_ps;  /**< sorted up to here */
    /** Who is to run for the lock to go on: holder or next; NULL: nobody in particular. */
    const IvcAgent *holder;
    const IvcAgent *next;
} IvcSyncWatch;

/** A rank, as far as it waits. Its first member when embedded. */
struct IvcSyncWaiter {
    IvcSync *sync;
    IvcAgent *agent;
    IvcSyncWatch *watch; /**< of what it waits for; NULL: nobody sorts it */
    IvcPauseFrame pause;
    struct {
        IvcLabel label;
    } await;
    struct {
        IvcLabel label;
    } burst;
    uint32_t straight; /**< lines that it read since it last spun, up to two: ivc_sync_read_on() */
    IvcTime ahead_ps;  /**< when it asked for the latest line, as it has run ahead since */
    IvcSyncStores stores;
    bool ready;        /**< what it saw when it looked */
    bool spinning;     /**< in a burst, on its core or taken off it */
    bool gave_up;      /**< result: the limit was reached before the value came */
    bool burning;      /**< spinning, and on its core */
    IvcTime since_ps;  /**< it has burnt, and not counted */
    IvcTime spun_ps;   /**< on the core, in one wait, since the latest pause */
    IvcTime limit_ps;  /**< on the core, until it gives up; IVC_TIME_NEVER: never */
    IvcTime bound_ps;  /**< what it will have spun when the burst begins to poll */
    IvcSyncLine *line; /**< that it polls; this and the next two: during a burst */
    bool (*is_ready)(const void *what);
    const void *what;
    bool direct; /**< its frames begin at the agent's step: ivc_sync_shortcut() may be used */
    bool (*again)(IvcSyncWaiter *waiter); /**< while it has a shortcut */
    IvcStep (*outside)(IvcAgent *agent);  /**< the agent's step without it */
    uint32_t come;                        /**< messages of Init and Finalize */
    IvcSignal meeting;
};

/** Shared by all ranks of a channel. */
struct IvcSync {
    IvcPlatform *platform;
    IvcSyncCosts costs;
    uint32_t stage_transfer; /**< a line is on its way */
    uint32_t stage_spin;     /**< the same, and what came was of no use; polling a copy */
    IvcTime turn_ps;         /**< of a loop that spins */
    IvcTime pauses_ps;       /**< from one pause of it to the next; IVC_TIME_NEVER: it has none */
    uint32_t n;
    IvcSyncWaiter **waiters;      /**< by rank */
    IvcSyncWaiter **by_core;      /**< by IvcCore.id; NULL: no rank is there */
    uint64_t waits_ps[IVC_WAITS]; /**< counts: time of spinning, by what it was good for */
    uint64_t holder_preemptions;
    uint64_t pauses;
};

/** Prepares what is shared; ivc_sync_join() enters each rank. The platform's IvcSpin is set.
 *  `pause_ps` is in each turn of a loop that spins, beyond the chip's 'poll'. */
void ivc_sync_init(IvcSync *sync, IvcPlatform *platform, bool uncached, IvcTime pause_ps,
                   uint32_t n);
void ivc_sync_clear(IvcSync *sync);
void ivc_sync_join(IvcSync *sync, IvcSyncWaiter *waiter, IvcRank *rank);

/** Declares the counters of lines; and of what spinning is good for, where that is sorted. */
void ivc_sync_count_lines(IvcSync *sync);
void ivc_sync_count_spinning(IvcSync *sync);

/**
 * Spins on a line until `ready(what)`: reads it, polls the copy until that is taken away, reads it
 * again ... A pause hook of the platform is called when its window is over.
 *
 * Gives up after waiter->limit_ps of spinning, which it counts down.
 */
IvcStep ivc_sync_await(IvcSyncWaiter *waiter, IvcSyncLine *line, bool (*ready)(const void *what),
                       const void *what);

/**
 * Reads a line that is one of several in a row. A core runs ahead of its loads as long as its
 * branches are predicted. A spin that ends is a branch that was not; so the read that ended it and
 * the first one behind it wait for their lines, and the others have been asked for before: each
 * `code_ps` behind the one in front. What was not there at that time is asked for again, which is
 * a branch that was not predicted, too.
 *
 * @param code_ps  the program between two such reads
 */
IvcTime ivc_sync_read_on(IvcSyncWaiter *waiter, IvcSyncLine *line, IvcTime code_ps);

/** Reads the clock by an instruction that begins when all before it is over, stores included, and
 *  before which nothing behind it begins. @return how long that takes */
IvcTime ivc_sync_serialise(IvcSyncWaiter *waiter);

/** A burst of spinning that is not polling begins and ends: an atomic update in vain, a backoff. */
void ivc_sync_spin_begins(IvcSyncWaiter *waiter);
void ivc_sync_spin_ends(IvcSyncWaiter *waiter);

/**
 * After a request that yields: in place of the agent's next step, `again` is called. So who spins
 * in vain goes on at once, without passing the frames above. It does what they would do, and
 * returns true when the agent has a new request that yields; or it changes nothing more and returns
 * false, and then the step comes. @return false, as such a request
 */
bool ivc_sync_shortcut(IvcSyncWaiter *waiter, bool (*again)(IvcSyncWaiter *waiter));

/** For a row of agents' timers: goes on by `again`, when the agent has such a shortcut. */
bool ivc_sync_again_at_once(IvcTimer *timer);

/** What the waiter has spun on the core since the latest pause, up to now. */
static inline IvcTime ivc_sync_spun(const IvcSyncWaiter *waiter)
{
    return waiter->spun_ps + waiter->sync->platform->sim.now - waiter->since_ps;
}

/** A burst ends and the next begins, with nothing between. `spun_ps` is ivc_sync_spun(). */
static inline void ivc_sync_spin_on(IvcSyncWaiter *waiter, IvcTime spun_ps)
{
    waiter->spun_ps = spun_ps;
    waiter->since_ps = waiter->sync->platform->sim.now;
}

/** What it waited for has come. When it spins again, the processor sees another loop. */
static inline void ivc_sync_wait_ends(IvcSyncWaiter *waiter)
{
    waiter->spun_ps = 0;
}

/** How long the waiter may still spin before the pause hook is due. */
IvcTime ivc_sync_window_left(const IvcSyncWaiter *waiter);

/** Whether the pause hook is due; then waiter->pause is its frame. The other: when it has spun so
 *  long. */
bool ivc_sync_pause_due(const IvcSyncWaiter *waiter);
bool ivc_sync_pause_due_at(const IvcSyncWaiter *waiter, IvcTime spun_ps);
IvcStep ivc_sync_pause(IvcSyncWaiter *waiter);

/** Who is to run has changed: sorts what was spun so far, and sets both. */
void ivc_sync_watch_set(IvcSync *sync, IvcSyncWatch *watch, const IvcAgent *holder,
                        const IvcAgent *next);

/** The waiter of an agent holds its lock from now on, or is the next; or no longer. */
void ivc_sync_holds(IvcSyncWaiter *waiter, bool holds);
void ivc_sync_is_next(IvcSyncWaiter *waiter, bool next);

/** Init and Finalize: the process sleeps until its message is there. Costs nothing: neither is part
 *  of what is measured. */
IvcStep ivc_sync_meet_send(IvcSyncWaiter *to);
IvcStep ivc_sync_meet_recv(IvcSyncWaiter *waiter);

void ivc_sync_waiter_digest(const IvcSyncWaiter *waiter, IvcDigest *digest);
void ivc_sync_watch_digest(const IvcSyncWatch *watch, IvcDigest *digest);
