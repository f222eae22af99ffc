/** @file
 *  Locks: what they are made of, and the table of their kinds. A kind is two stackless functions;
 *  all else (who waits in which order, who holds it, what is measured) is the same for all.
 */
#pragma once

#include "models/sync/sync.h"
#include "sim/engine/row.h"

/** The parameters of the mechanism `lock`. */
typedef struct {
    int kind;       /**< index into the table */
    int scope;      /**< IvcLockScope */
    uint64_t locks; /**< of each scope */
    int place;      /**< IvcLockPlace */
    uint64_t home;
    IvcCost acquire;
    IvcCost release;
    IvcCost pause;
    IvcCost backoff_min;
    IvcCost backoff_max;
    uint64_t threshold;
    IvcCost halt;
    IvcCost resume;
    IvcCost kick;
    uint64_t permits;
    int boost; /**< IvcLockBoost */
} IvcLockSpec;

typedef enum {
    IVC_LOCK_OF_ALL,   /**< one for all ranks */
    IVC_LOCK_OF_GUEST, /**< one for the ranks of each guest */
} IvcLockScope;

/** What becomes, at a release, of the virtual CPU of who is next and has no core. */
typedef enum {
    IVC_LOCK_BOOST_NONE,
    IVC_LOCK_BOOST_NEXT, /**< the scheduler is asked to run it soon */
} IvcLockBoost;

typedef enum {
    IVC_LOCK_LINES,     /**< in cache lines */
    IVC_LOCK_REGISTERS, /**< in registers that set themselves when they are read */
} IvcLockPlace;

typedef struct IvcLock IvcLock;
typedef struct IvcLocks IvcLocks;
typedef struct IvcLockWaiter IvcLockWaiter;

/** A rank's end. */
struct IvcLockWaiter {
    IvcSyncWaiter wait; /**< first */
    struct {
        IvcLabel label;
    } outer; /**< of acquire or release, as the workload calls them */
    struct {
        IvcLabel label;
    } inner; /**< of the kind's */
    struct {
        IvcLabel label;
    } attempt; /**< of a part of it */
    struct {
        IvcLabel label;
    } take; /**< of another */
    struct {
        IvcLabel label;
    } halt;           /**< of halting and kicking */
    IvcLock *locks;   /**< of its scope; it takes them in turn */
    IvcLock *lock;    /**< that it deals with */
    IvcSyncLine node; /**< its own line, in locks that queue */
    bool shared;      /**< it wants to read only */
    bool waits;       /**< it stands in the lock's order */
    bool holds;
    bool won;          /**< what an update found: the lock was free */
    bool stands;       /**< queued: it has set the pending bit */
    bool halted;       /**< it has given its virtual CPU up, or is about to */
    bool sleeps;       /**< in the kernel, for a mutex */
    uint64_t slept;    /**< numbers those who sleep, in order */
    bool waits_inside; /**< for a monitor's condition */
    bool wants;        /**< semaphore, readers: it has asked */
    bool due;          /**< it was granted, and not woken yet */
    bool wakes_one;    /**< what it wakes: one, or all; used at once */
    uint32_t turns;    /**< paravirtual: looks at the one in front, since it halted last */
    IvcSignal kicked;
    IvcSleeper sleeper;
    IvcSleepFrame sleep;
    IvcLockWaiter *other; /**< whom it kicks or wakes */
    bool granted;         /**< in its node: it is its turn */
    uint64_t ticket;
    uint32_t before;      /**< rank + 1 in front of it in the queue; 0: nobody */
    uint32_t behind;      /**< in its node: rank + 1 of who comes next; 0: nobody has said */
    IvcTime backoff_ps;   /**< the next is so much longer than the shortest, at most */
    uint32_t drawn;       /**< by its generator of pseudo-random numbers */
    IvcTime span_ps;      /**< of a request; used at once */
    IvcTime handed_ps;    /**< what IvcSyncOps.handed_ps says */
    uint64_t taken;       /**< counts */
    IvcLockWaiter *ahead; /**< in the lock's order */
    IvcLockWaiter *after;
};

/** One lock. */
struct IvcLock {
    IvcLocks *locks;
    IvcSyncLine line; /**< the lock word */
    IvcTimerRow row;  /**< the ends of updates in vain, and the polls of who spins on a copy */
    IvcSyncWatch watch;
    uint64_t word;    /**< what the kind makes of it: taken or not, holders */
    uint64_t next;    /**< ticket */
    uint64_t serving; /**< ticket */
    uint32_t tail;    /**< rank + 1 of the last in the queue; 0: nobody */
    bool pending;
    uint64_t sleeps;      /**< so far */
    uint32_t slow;        /**< paravirtual queued: rank + 1 of the halted head; 0: it has not */
    uint32_t holders;     /**< ranks between acquire and release */
    uint32_t readers;     /**< of them, those that share it */
    IvcLockWaiter *first; /**< who waits, in order */
    IvcLockWaiter *last;
    const IvcLockWaiter *next_up; /**< as the platform's IvcSpin knows it */
    uint32_t freed;               /**< releases that others waited for, and have not taken since */
    IvcTime freed_ps; /**< the sum of when these were: of several the next takes the mean */
};

/** A row of the table of locks. */
typedef struct {
    const char *name;
    const char *summary;
    bool fifo;  /**< who came first gets it first; the kind says who came: ivc_lock_queues() */
    bool nodes; /**< ranks have nodes of their own */
    bool in_registers; /**< it can be made of registers that set themselves */
    bool many;         /**< as many as `permits` hold it at once */
    bool shares;       /**< those who only read hold it together */
    IvcStep (*acquire)(IvcLock *lock, IvcLockWaiter *own);
    IvcStep (*release)(IvcLock *lock, IvcLockWaiter *own);
} IvcLockKind;

/** The table, in the order of the parameter's choices; ends with a NULL name. */
extern const IvcLockKind ivc_lock_kinds[];

struct IvcLocks {
    IvcSync sync;
    IvcLockSpec spec;
    const IvcLockKind *kind;
    IvcTime acquire_ps;
    IvcTime release_ps;
    IvcTime backoff_min_ps;
    IvcTime backoff_max_ps;
    IvcTime threshold_ps;
    IvcTime early_ps; /**< between looks at the virtual CPU in front */
    IvcTime halt_ps;
    IvcTime resume_ps;
    IvcTime kick_ps;
    uint32_t n;
    IvcLockWaiter *waiters; /**< by rank */
    uint32_t n_locks;
    IvcLock *items;
    uint64_t handoffs; /**< counts */
    uint64_t handoff_ps;
    uint64_t overtakes;
    uint64_t halts;
    uint64_t kicks;
    uint64_t boosts;
};

enum {
    IVC_LOCK_STAGE_CODE,
    IVC_LOCK_STAGE_TRANSFER,
    IVC_LOCK_STAGE_SPIN,
    IVC_LOCK_STAGE_BACKOFF,
    IVC_LOCK_STAGE_HALT,
    IVC_LOCK_STAGE_KICK,
};

/** The rank's place in the lock's order is decided. Every acquire says so once. */
void ivc_lock_queues(IvcLock *lock, IvcLockWaiter *own);

/** The ledger's number of one of the stages above. */
static inline uint32_t ivc_lock_stage(const IvcLock *lock, uint32_t stage)
{
    return lock->locks->sync.platform->stage_mechanism + stage;
}

IvcStep ivc_lock_tas_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_tas_backoff_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_ttas_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_word_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_ticket_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_ticket_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_mcs_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_mcs_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_queued_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_pv_ticket_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_pv_ticket_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_pv_queued_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_pv_queued_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_mutex_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_mutex_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_monitor_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_monitor_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_semaphore_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_semaphore_release(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_rw_acquire(IvcLock *lock, IvcLockWaiter *own);
IvcStep ivc_lock_rw_release(IvcLock *lock, IvcLockWaiter *own);

/** Halts the waiter's virtual CPU until it is kicked; or not, when `ready(what)` by now. */
IvcStep ivc_lock_halt(IvcLock *lock, IvcLockWaiter *own, bool (*ready)(const void *what),
                      const void *what);

/** Wakes a halted waiter by a hypercall. */
IvcStep ivc_lock_kick(IvcLock *lock, IvcLockWaiter *own, IvcLockWaiter *other);
