/* Waiters that give their virtual CPU up: halting and kicking, and the ticket lock that does so.
 *
 * A kick that comes while the waiter is on its way to halting is not lost: the hypervisor looks for
 * one before it takes the virtual CPU off its core. */
#include "models/sync/lock.h"

IvcStep ivc_lock_halt(IvcLock *lock, IvcLockWaiter *own, bool (*ready)(const void *what),
                      const void *what)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->halt);
    own->halted = true;
    if (ready(what)) { /* it came just now */
        own->halted = false;
        IVC_RETURN(&own->halt);
    }
    lock->locks->halts++;
    ivc_virt_owe(agent, IVC_VIRT_HALT);
    IVC_AWAIT(&own->halt,
              ivc_spend(agent, lock->locks->halt_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_HALT)));
    while (own->halted) {
        IVC_AWAIT(&own->halt, ivc_wait(agent, &own->kicked, IVC_TIME_NEVER));
    }
    IVC_AWAIT(&own->halt,
              ivc_spend(agent, lock->locks->resume_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_HALT)));
    IVC_END(&own->halt);
}

IvcStep ivc_lock_kick(IvcLock *lock, IvcLockWaiter *own, IvcLockWaiter *other)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->halt);
    lock->locks->kicks++;
    ivc_virt_owe(agent, IVC_VIRT_HYPERCALL);
    IVC_AWAIT(&own->halt,
              ivc_spend(agent, lock->locks->kick_ps, ivc_lock_stage(lock, IVC_LOCK_STAGE_KICK)));
    other->halted = false;
    ivc_signal(agent->sim, &other->kicked);
    IVC_END(&own->halt);
}

/* ---- paravirtual ticket: as Linux's until 4.1; the slow path is a bit in the lock word ---- */

static bool is_served(const void *what)
{
    const IvcLockWaiter *own = what;
    return own->lock->serving == own->ticket;
}

IvcStep ivc_lock_pv_ticket_acquire(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->inner);
    own->ticket = lock->next++;
    own->won = is_served(own);
    ivc_lock_queues(lock, own);
    IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_atomic(&lock->line, agent),
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
    while (!own->won) {
        own->wait.limit_ps = lock->locks->threshold_ps;
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &lock->line, is_served, own));
        own->wait.limit_ps = IVC_TIME_NEVER;
        if (!own->wait.gave_up)
            break;
        IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_atomic(&lock->line, agent),
                                         ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
        IVC_CALL(&own->inner, ivc_lock_halt(lock, own, is_served, own));
    }
    IVC_END(&own->inner);
}

/* Who has the next ticket, when it has halted. */
static IvcLockWaiter *halted_next(const IvcLock *lock)
{
    for (IvcLockWaiter *at = lock->first; at; at = at->after)
        if (at->ticket == lock->serving)
            return at->halted ? at : NULL;
    return NULL;
}

IvcStep ivc_lock_pv_ticket_release(IvcLock *lock, IvcLockWaiter *own)
{
    IvcAgent *agent = own->wait.agent;
    IVC_BEGIN(&own->inner);
    lock->serving++;
    IVC_AWAIT(&own->inner, ivc_spend(agent, ivc_sync_atomic(&lock->line, agent),
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_TRANSFER)));
    own->other = halted_next(lock);
    if (own->other) {
        IVC_CALL(&own->inner, ivc_lock_kick(lock, own, own->other));
    }
    IVC_END(&own->inner);
}
