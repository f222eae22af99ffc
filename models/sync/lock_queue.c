/* Locks whose waiters queue, each of which spins on a line of its own.
 *
 * MCS: a hand-off is a write of the next one's line, and its read: two transfers, however many
 * wait. Queued, as Linux's qspinlock: the second to come does not queue, but sets a bit in the lock
 * word and spins there; those behind queue as in MCS, and the first of them spins on the word until
 * both are gone. So a lock that two want costs no node. Paravirtual queued, as Linux's: who comes
 * takes a free lock even when others queue (once, before it queues itself); who has spun for its
 * threshold halts its virtual CPU, and who hands on to a halted one kicks it by a hypercall; who
 * stands behind a virtual CPU that has no core halts early.
 *
 * Left out: the bit that stops others from taking the lock out of order after the head has waited
 * long; hashing of the lock to the halted head. */
#include "models/sync/lock.h"

static IvcLockWaiter *waiter_at(const IvcLock *lock, uint32_t number)
{
    return &lock->locks->waiters[number - 1];
}

static bool is_granted(const void *what)
{
    return ((const IvcLockWaiter *)what)->granted;
}

static bool knows_next(const void *what)
{
    return ((const IvcLockWaiter *)what)->behind != 0;
}

static uint32_t number_of(const IvcLockWaiter *own)
{
    return (uint32_t)(own - own->lock->locks->waiters) + 1;
}

static bool spend_line(IvcLock *lock, IvcLockWaiter *own, IvcTime span_ps)
{
    return ivc_spend(own->wait.agent, span_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER));
}

/* ---- the queue that all of them have ---- */

/* Prepares its node, and appends it. */
static IvcStep append(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->attempt);
    own->granted = false;
    own->behind = 0;
    IVC_AWAIT(&own->attempt, spend_line(lock, own, ivc_sync_write(&own->node, agent)));
    own->before = lock->tail;
    lock->tail = number_of(own);
    if (lock->locks->kind->fifo && !own->waits)
        ivc_lock_queues(lock, own);
    IVC_AWAIT(&own->attempt, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
    if (own->before) {
        waiter_at(lock, own->before)->behind = number_of(own);
        IVC_AWAIT(
            &own->attempt,
            spend_line(lock, own, ivc_sync_write(&waiter_at(lock, own->before)->node, agent)));
    }
    IVC_END(&own->attempt);
}

/* Waits until it knows who comes next, who is about to say so. */
static IvcStep learn_next(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->attempt);
    own->wait.limit_ps = IVC_TIME_NEVER;
    own->won = own->behind != 0;
    IVC_AWAIT(&own->attempt, spend_line(lock, own, ivc_sync_read(&own->node, own->wait.agent)));
    if (!own->won) {
        IVC_CALL(&own->attempt, ivc_sync_await(&own->wait, &own->node, knows_next, own));
    }
    IVC_END(&own->attempt);
}

/* Tells the next that it is its turn. */
static IvcStep grant(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->attempt);
    waiter_at(lock, own->behind)->granted = true;
    IVC_AWAIT(&own->attempt,
              spend_line(lock, own,
                         ivc_sync_write(&waiter_at(lock, own->behind)->node, own->wait.agent)));
    if (waiter_at(lock, own->behind)->halted) {
        IVC_CALL(&own->attempt, ivc_lock_kick(lock, own, waiter_at(lock, own->behind)));
    }
    IVC_END(&own->attempt);
}

/* ---- MCS ---- */

IvcStep ivc_lock_mcs_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    IVC_CALL(&own->inner, append(lock, own));
    if (own->before) {
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->node, is_granted, own));
    }
    IVC_END(&own->inner);
}

IvcStep ivc_lock_mcs_release(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->inner);
    own->won = own->behind != 0;
    IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_read(&own->node, agent)));
    if (!own->won) {
        own->won = lock->tail != number_of(own);
        if (!own->won)
            lock->tail = 0;
        IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
        if (!own->won) {
            IVC_RETURN(&own->inner);
        }
        IVC_CALL(&own->inner, learn_next(lock, own));
    }
    IVC_CALL(&own->inner, grant(lock, own));
    IVC_END(&own->inner);
}

/* ---- queued: word is the locked byte ---- */

static bool is_unlocked(const void *what)
{
    return ((const IvcLock *)what)->word == 0;
}

static bool is_clear(const void *what)
{
    const IvcLock *lock = what;
    return lock->word == 0 && !lock->pending;
}

static bool is_free(const IvcLock *lock)
{
    return lock->word == 0 && !lock->pending && lock->tail == 0;
}

/* The first of the queue has the word to itself: takes it, and tells the next to come to the front.
 */
static IvcStep take_word(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    lock->word = 1;
    own->won = lock->tail == number_of(own);
    if (own->won)
        lock->tail = 0;
    IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
    if (!own->won) {
        if (own->behind == 0) {
            IVC_CALL(&own->take, learn_next(lock, own));
        }
        IVC_CALL(&own->take, grant(lock, own));
    }
    IVC_END(&own->take);
}

IvcStep ivc_lock_queued_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->inner);
    own->won = is_free(lock);
    if (own->won)
        lock->word = 1;
    own->stands = !own->won && !lock->pending && lock->tail == 0;
    if (own->stands)
        lock->pending = true;
    if (own->won || own->stands)
        ivc_lock_queues(lock, own);
    IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
    if (own->stands) {
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &lock->line, is_unlocked, lock));
        lock->pending = false;
        lock->word = 1;
        IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_write(&lock->line, agent)));
    } else if (!own->won) {
        IVC_CALL(&own->inner, append(lock, own));
        if (own->before) {
            IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->node, is_granted, own));
        }
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &lock->line, is_clear, lock));
        IVC_CALL(&own->inner, take_word(lock, own));
    }
    IVC_END(&own->inner);
}

/* ---- paravirtual queued ---- */

/* It stands behind a virtual CPU that has no core, or has halted: to spin is of no use. */
static bool waits_early(const IvcLock *lock, const IvcLockWaiter *own)
{
    const IvcLockWaiter *before = waiter_at(lock, own->before);
    return before->halted || before->wait.agent->core->state == IVC_CORE_WAITING;
}

/* Spins on its node up to the threshold, halts, and so on, until it is its turn. */
static IvcStep wait_for_turn(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    own->turns = 0;
    for (;;) {
        own->wait.limit_ps = lock->locks->early_ps;
        IVC_CALL(&own->take, ivc_sync_await(&own->wait, &own->node, is_granted, own));
        if (!own->wait.gave_up)
            break;
        if (++own->turns * lock->locks->early_ps < lock->locks->threshold_ps &&
            !waits_early(lock, own))
            continue;
        own->turns = 0;
        IVC_CALL(&own->take, ivc_lock_halt(lock, own, is_granted, own));
    }
    own->wait.limit_ps = IVC_TIME_NEVER;
    IVC_END(&own->take);
}

/* The word is free, or a release has read that the head has halted: that one kicks it. */
static bool need_not_halt(const void *what)
{
    const IvcLock *lock = what;
    return lock->word == 0 || lock->slow == 0;
}

/* The first of the queue does the same on the word, and leaves word that it has halted. */
static IvcStep wait_for_word(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    for (;;) {
        own->wait.limit_ps = lock->locks->threshold_ps;
        IVC_CALL(&own->take, ivc_sync_await(&own->wait, &lock->line, is_unlocked, lock));
        if (!own->wait.gave_up)
            break;
        lock->slow = number_of(own);
        IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
        IVC_CALL(&own->take, ivc_lock_halt(lock, own, need_not_halt, lock));
        lock->slow = 0;
    }
    own->wait.limit_ps = IVC_TIME_NEVER;
    IVC_END(&own->take);
}

IvcStep ivc_lock_pv_queued_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->inner);
    own->won = lock->word == 0; /* out of order, once */
    if (own->won)
        lock->word = 1;
    IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
    if (own->won) {
        IVC_RETURN(&own->inner);
    }
    IVC_CALL(&own->inner, append(lock, own));
    if (own->before) {
        IVC_CALL(&own->inner, wait_for_turn(lock, own));
    }
    for (;;) {
        IVC_CALL(&own->inner, wait_for_word(lock, own));
        if (lock->word == 0)
            break; /* else somebody was quicker */
    }
    IVC_CALL(&own->inner, take_word(lock, own));
    IVC_END(&own->inner);
}

IvcStep ivc_lock_pv_queued_release(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    lock->word = 0;
    own->before = lock->slow;
    lock->slow = 0; /* what others do to the word does not bring it back */
    IVC_AWAIT(&own->inner, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
    if (own->before) {
        IVC_CALL(&own->inner, ivc_lock_kick(lock, own, waiter_at(lock, own->before)));
    }
    IVC_END(&own->inner);
}
