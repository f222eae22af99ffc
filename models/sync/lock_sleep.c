/* Locks whose waiters sleep in the kernel of their guest: a mutex on a futex, a monitor of it with
 * a condition, a semaphore, and a lock for readers and writers.
 *
 * The mutex has three states, as in Drepper's "Futexes are tricky": free, taken, taken and perhaps
 * slept for. Semaphore and readers' lock hand what is released to those who wait, in their order:
 * who is woken has it. Left out: priority inheritance; time-outs; spinning before sleep. */
#include "models/sync/lock.h"

static bool spend_line(IvcLock *lock, IvcLockWaiter *own, IvcTime span_ps)
{
    return ivc_spend(own->wait.agent, span_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER));
}

/* Enters the kernel, and sleeps there unless `stays` says otherwise when it looks. */
static IvcStep sleep_on(IvcLock *lock, IvcLockWaiter *own,
                        bool (*stays)(const IvcLock *lock, const IvcLockWaiter *own))
{
    IvcPlatform *platform = lock->locks->sync.platform;
    const IvcMachineTimes *t = &platform->t;
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->attempt);
    IVC_AWAIT(&own->attempt, ivc_spend(agent, t->syscall_enter, IVC_STAGE_SYSCALL));
    if (stays(lock, own)) {
        own->sleeps = true;
        own->slept = lock->sleeps++;
        IVC_CALL(&own->attempt, ivc_os_sleep(platform, agent, &own->sleeper, &own->sleep));
        own->sleeps = false;
    }
    IVC_AWAIT(&own->attempt, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(&own->attempt);
}

typedef IvcLockWaiter *Chooser(const IvcLock *lock);

/* Enters the kernel and wakes whom `chooses` finds there, one after the other. */
static IvcStep wake_those(IvcLock *lock, IvcLockWaiter *own, Chooser *chooses)
{
    IvcPlatform *platform = lock->locks->sync.platform;
    const IvcMachineTimes *t = &platform->t;
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->attempt);
    IVC_AWAIT(&own->attempt, ivc_spend(agent, t->syscall_enter, IVC_STAGE_SYSCALL));
    for (own->other = chooses(lock); own->other; own->other = chooses(lock)) {
        own->other->sleeps = false;
        own->other->due = false;
        if (ivc_os_notify(platform, &own->other->sleeper)) {
            IVC_AWAIT(&own->attempt, ivc_spend(agent, t->wake, IVC_STAGE_WAKE));
        }
        if (own->wakes_one)
            break;
    }
    IVC_AWAIT(&own->attempt, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(&own->attempt);
}

/* ---- mutex: 0 free, 1 taken, 2 taken and perhaps slept for ---- */

static bool is_slept_for(const IvcLock *lock, const IvcLockWaiter *own)
{
    (void)own;
    return lock->word == 2;
}

/* Who has slept longest for the mutex: of all ranks, since who leaves a monitor sleeps for it, too.
 */
static IvcLockWaiter *first_asleep(const IvcLock *lock)
{
    IvcLockWaiter *first = NULL;
    for (uint32_t r = 0; r < lock->locks->n; r++) {
        IvcLockWaiter *at = &lock->locks->waiters[r];
        if (at->lock == lock && at->sleeps && !at->waits_inside &&
            (!first || at->slept < first->slept))
            first = at;
    }
    return first;
}

static IvcStep mutex_take(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->take);
    own->won = lock->word == 0;
    if (own->won)
        lock->word = 1;
    IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
    while (!own->won) {
        own->won = lock->word == 0;
        lock->word = 2;
        IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, agent)));
        if (!own->won) {
            IVC_CALL(&own->take, sleep_on(lock, own, is_slept_for));
        }
    }
    IVC_END(&own->take);
}

static IvcStep mutex_give(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    own->won = lock->word == 2;
    lock->word = 0;
    IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
    if (own->won) {
        own->wakes_one = true;
        IVC_CALL(&own->take, wake_those(lock, own, first_asleep));
    }
    IVC_END(&own->take);
}

IvcStep ivc_lock_mutex_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    return mutex_take(lock, own);
}

IvcStep ivc_lock_mutex_release(IvcLock *lock, IvcLockWaiter *own)
{
    return mutex_give(lock, own);
}

/* ---- monitor: what it guards is taken or free, and changes only inside it; who finds it taken
 * waits for a condition outside, and looks again inside (Mesa's rule) ---- */

static bool waits_still(const IvcLock *lock, const IvcLockWaiter *own)
{
    (void)lock;
    return own->waits_inside;
}

static IvcLockWaiter *first_inside(const IvcLock *lock)
{
    IvcLockWaiter *at = lock->first;
    while (at && !at->waits_inside)
        at = at->after;
    if (at)
        at->waits_inside = false;
    return at;
}

IvcStep ivc_lock_monitor_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    IVC_CALL(&own->inner, mutex_take(lock, own));
    while (lock->pending) {
        own->waits_inside = true;
        IVC_CALL(&own->inner, mutex_give(lock, own));
        while (own->waits_inside) {
            IVC_CALL(&own->inner, sleep_on(lock, own, waits_still));
        }
        IVC_CALL(&own->inner, mutex_take(lock, own));
    }
    lock->pending = true;
    IVC_CALL(&own->inner, mutex_give(lock, own));
    IVC_END(&own->inner);
}

IvcStep ivc_lock_monitor_release(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->inner);
    IVC_CALL(&own->inner, mutex_take(lock, own));
    lock->pending = false;
    for (own->other = lock->first; own->other && !own->other->waits_inside;)
        own->other = own->other->after;
    if (own->other) {
        own->wakes_one = true;
        IVC_CALL(&own->inner, wake_those(lock, own, first_inside));
    }
    IVC_CALL(&own->inner, mutex_give(lock, own));
    IVC_END(&own->inner);
}

/* ---- what is released is handed over: `due` marks those who have it and were not woken yet ----
 */

static bool not_granted(const IvcLock *lock, const IvcLockWaiter *own)
{
    (void)lock;
    return !own->granted;
}

static IvcLockWaiter *first_due(const IvcLock *lock)
{
    for (IvcLockWaiter *at = lock->first; at; at = at->after)
        if (at->due)
            return at;
    return NULL;
}

/* The first who wants it and has not got it. */
static IvcLockWaiter *first_wanting(const IvcLock *lock)
{
    for (IvcLockWaiter *at = lock->first; at; at = at->after)
        if (at->wants && !at->granted)
            return at;
    return NULL;
}

static void give_to(IvcLockWaiter *other)
{
    other->granted = true;
    other->due = true;
}

/* The atomic update is done; sleeps until it is handed over, if it must. */
static IvcStep settle_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    own->wants = true;
    own->granted = own->won;
    IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
    while (!own->granted) {
        IVC_CALL(&own->take, sleep_on(lock, own, not_granted));
    }
    own->wants = false;
    IVC_END(&own->take);
}

static IvcStep settle_release(IvcLock *lock, IvcLockWaiter *own)
{
    IVC_BEGIN(&own->take);
    IVC_AWAIT(&own->take, spend_line(lock, own, ivc_sync_atomic(&lock->line, own->wait.agent)));
    if (first_due(lock)) {
        own->wakes_one = false;
        IVC_CALL(&own->take, wake_those(lock, own, first_due));
    }
    IVC_END(&own->take);
}

/* ---- semaphore: `word` are inside ---- */

IvcStep ivc_lock_semaphore_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    if (own->take.label == 0) {
        own->won = lock->word < lock->locks->spec.permits;
        lock->word += own->won;
    }
    return settle_acquire(lock, own);
}

IvcStep ivc_lock_semaphore_release(IvcLock *lock, IvcLockWaiter *own)
{
    if (own->take.label == 0) {
        IvcLockWaiter *next = first_wanting(lock);
        if (next)
            give_to(next);
        else
            lock->word--;
    }
    return settle_release(lock, own);
}

/* ---- readers and writers: `word` readers are inside, or `pending` a writer. Who comes while
 * others wait, waits behind them, so that writers do not starve ---- */

IvcStep ivc_lock_rw_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    if (own->take.label == 0) {
        own->won = !lock->pending && (own->shared || lock->word == 0) && !first_wanting(lock);
        lock->word += own->won && own->shared;
        lock->pending |= own->won && !own->shared;
    }
    return settle_acquire(lock, own);
}

/* To the first, and when that is a reader, to the readers right behind it. */
static void hand_over(IvcLock *lock)
{
    IvcLockWaiter *next = first_wanting(lock);
    if (next && !next->shared) {
        lock->pending = true;
        give_to(next);
    }
    while (next && next->shared) {
        lock->word++;
        give_to(next);
        next = first_wanting(lock);
    }
}

IvcStep ivc_lock_rw_release(IvcLock *lock, IvcLockWaiter *own)
{
    if (own->take.label == 0) {
        if (own->shared)
            lock->word--;
        else
            lock->pending = false;
        if (lock->word == 0)
            hand_over(lock);
    }
    return settle_release(lock, own);
}
