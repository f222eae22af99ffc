/* Locks of one word for which everybody spins: test-and-set, the same with exponential backoff,
 * test-and-test-and-set with it, and tickets.
 *
 * Left out: a ticket's wait in proportion to its distance from the front. */
#include "models/sync/lock.h"

/* Takes the word, atomically; or finds that it is taken. */
static IvcTime try_word(IvcLock *lock, IvcLockWaiter *own)
{
    own->won = lock->word == 0;
    lock->word = 1;
    return ivc_sync_atomic(&lock->line, own->wait.agent);
}

#define DRAW_BITS 31

/* How long to stay away: at least the shortest, and up to `backoff_ps` more by the generator that
 * the C standard gives as its example, so that waiters do not keep in step. */
static IvcTime draw(const IvcLock *lock, IvcLockWaiter *own)
{
    if (own->backoff_ps == 0)
        return 0;
    own->drawn = own->drawn * 1103515245u + 12345u;
    IvcTime drawn = own->drawn & ((1u << DRAW_BITS) - 1), most = own->backoff_ps;
    bool far = most >> DRAW_BITS != 0; /* a draw in ps does not reach so far */
    return lock->locks->backoff_min_ps +
           (far ? (IvcTime)((IvcU128)drawn * most >> DRAW_BITS) : drawn % most);
}

/* An update in vain takes `span_ps`; then it spins for some time without looking. Nobody sees where
 * the one ends and the other begins, so they are one event. */
static bool pay_failure(IvcLock *lock, IvcLockWaiter *own, IvcTime span_ps)
{
    ivc_owe(own->wait.agent, span_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_SPIN));
    ivc_owe(own->wait.agent, lock->locks->sync.turn_ps + draw(lock, own),
            ivc_lock_stage(lock, own->backoff_ps ? IVC_LOCK_STAGE_BACKOFF : IVC_LOCK_STAGE_SPIN));
    if (own->backoff_ps < lock->locks->backoff_max_ps)
        own->backoff_ps *= 2;
    return ivc_pay_in_row(own->wait.agent, &lock->row);
}

/* Updates again, for a kind that does not test before, as long as the lock is taken. */
static bool fail_again(IvcSyncWaiter *wait)
{
    IvcLockWaiter *own = (IvcLockWaiter *)wait;
    IvcLock *lock = own->lock;
    for (;;) {
        IvcTime spun_ps = ivc_sync_spun(wait);
        if (lock->word == 0 || ivc_sync_pause_due_at(wait, spun_ps))
            return false;
        ivc_sync_spin_on(wait, spun_ps);
        if (!pay_failure(lock, own, try_word(lock, own)))
            return true;
    }
}

/* One update, in vain or not. */
static IvcStep attempt(IvcLock *lock, IvcLockWaiter *own, bool tests)
{
    IVC_BEGIN(&own->attempt);
    own->span_ps = try_word(lock, own);
    if (own->won) {
        IVC_AWAIT(&own->attempt, ivc_spend(own->wait.agent, own->span_ps,
                                           ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
        IVC_RETURN(&own->attempt);
    }
    ivc_sync_spin_begins(&own->wait);
    if (tests) {
        IVC_AWAIT(&own->attempt, ivc_spend(own->wait.agent, own->span_ps,
                                           ivc_lock_stage(lock, IVC_LOCK_STAGE_SPIN)));
        own->span_ps = 0;
    }
    IVC_AWAIT(&own->attempt, pay_failure(lock, own, own->span_ps) ||
                                 (!tests && ivc_sync_shortcut(&own->wait, fail_again)));
    ivc_sync_spin_ends(&own->wait);
    if (ivc_sync_pause_due(&own->wait)) {
        IVC_CALL(&own->attempt, ivc_sync_pause(&own->wait));
    }
    IVC_END(&own->attempt);
}

static bool word_is_free(const void *what)
{
    return ((const IvcLock *)what)->word == 0;
}

/* Test-and-set, as the two flags say. */
static IvcStep acquire_word(IvcLock *lock, IvcLockWaiter *own, bool tests, bool backs_off)
{
    IVC_BEGIN(&own->inner);
    own->backoff_ps = backs_off ? lock->locks->backoff_min_ps : 0;
    for (;;) {
        if (tests) {
            IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &lock->line, word_is_free, lock));
        }
        IVC_CALL(&own->inner, attempt(lock, own, tests));
        if (own->won)
            break;
    }
    IVC_END(&own->inner);
}

IvcStep ivc_lock_tas_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    return acquire_word(lock, own, false, false);
}

IvcStep ivc_lock_tas_backoff_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    return acquire_word(lock, own, false, true);
}

IvcStep ivc_lock_ttas_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    return acquire_word(lock, own, true, true);
}

IvcStep ivc_lock_word_release(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    lock->word = 0;
    IVC_AWAIT(&own->inner, ivc_spend(own->wait.agent, ivc_sync_write(&lock->line, own->wait.agent),
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
    IVC_END(&own->inner);
}

/* ---- tickets: both counters are in one line, as in Linux's word of 32 bits ---- */

static bool is_served(const void *what)
{
    const IvcLockWaiter *own = what;
    return own->lock->serving == own->ticket;
}

IvcStep ivc_lock_ticket_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    own->ticket = lock->next++;
    own->won = is_served(own);
    ivc_lock_queues(lock, own);
    IVC_AWAIT(&own->inner, ivc_spend(own->wait.agent, ivc_sync_atomic(&lock->line, own->wait.agent),
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
    if (!own->won) {
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &lock->line, is_served, own));
    }
    IVC_END(&own->inner);
}

IvcStep ivc_lock_ticket_release(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    lock->serving++;
    IVC_AWAIT(&own->inner, ivc_spend(own->wait.agent, ivc_sync_write(&lock->line, own->wait.agent),
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
    IVC_END(&own->inner);
}
