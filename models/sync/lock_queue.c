/* Locks whose waiters queue, each of which spins on a line of its own: MCS. A hand-off is a write
 * of the next one's line, and its read: two transfers, however many wait. */
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

IvcStep ivc_lock_mcs_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    uint32_t transfer = ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER);
    IVC_BEGIN(&own->inner);
    own->granted = false;
    own->behind = 0;
    IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_write(&own->node, agent), transfer));
    own->before = lock->tail;
    lock->tail = number_of(own);
    ivc_lock_queues(lock, own);
    IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_atomic(&lock->line, agent), transfer));
    if (own->before) {
        waiter_at(lock, own->before)->behind = number_of(own);
        IVC_AWAIT(
            &own->inner,
            ivc_spend(agent, ivc_sync_write(&waiter_at(lock, own->before)->node, agent), transfer));
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->node, is_granted, own));
    }
    IVC_END(&own->inner);
}

IvcStep ivc_lock_mcs_release(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    uint32_t transfer = ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER);
    IVC_BEGIN(&own->inner);
    own->won = own->behind != 0;
    IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_read(&own->node, agent), transfer));
    if (!own->won) {
        own->won = lock->tail != number_of(own);
        if (!own->won)
            lock->tail = 0;
        IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_atomic(&lock->line, agent), transfer));
        if (!own->won) {
            IVC_RETURN(&own->inner);
        }
        /* Somebody is about to say who comes next. */
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->node, knows_next, own));
    }
    waiter_at(lock, own->behind)->granted = true;
    IVC_AWAIT(
        &own->inner,
        ivc_spend(agent, ivc_sync_write(&waiter_at(lock, own->behind)->node, agent), transfer));
    IVC_END(&own->inner);
}
