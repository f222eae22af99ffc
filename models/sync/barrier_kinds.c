/* How barriers go: by a row of test-and-set registers, by flags that one rank reads and writes for
 * all, and by flags along a tree. */
#include "models/sync/barrier.h"

static uint32_t stage(const IvcBarrierEnd *own, uint32_t which)
{
    return own->all->sync.platform->stage_mechanism + which;
}

/* ---- flags: a rank sets one where others look ---- */

static bool is_told(const void *what)
{
    const IvcBarrierEnd *own = what;
    return own->told > own->done;
}

/* What the program does with each flag, beyond the access. */
static bool pay_code(IvcBarrierEnd *own)
{
    return ivc_spend(own->wait.agent, own->all->flag_ps, stage(own, IVC_BARRIER_STAGE_CODE));
}

static bool pay_read(IvcBarrierEnd *own, IvcSyncLine *line, bool useful)
{
    return ivc_spend(own->wait.agent, ivc_sync_read(line, own->wait.agent),
                     stage(own, useful ? IVC_BARRIER_STAGE_TRANSFER : IVC_BARRIER_STAGE_SPIN));
}

static bool pay_write(IvcBarrierEnd *own, IvcSyncLine *line)
{
    return ivc_spend(own->wait.agent, ivc_sync_write(line, own->wait.agent),
                     stage(own, IVC_BARRIER_STAGE_TRANSFER));
}

static bool pay_atomic(IvcBarrierEnd *own, IvcSyncLine *line, bool useful)
{
    return ivc_spend(own->wait.agent, ivc_sync_atomic(line, own->wait.agent),
                     stage(own, useful ? IVC_BARRIER_STAGE_TRANSFER : IVC_BARRIER_STAGE_SPIN));
}

/* The root reads the flags of all, round by round, until it has found all of them set in one; then
 * it sets everybody's flag of release. RCCE_barrier() does it so. */
static IvcStep lead(IvcBarrierEnd *own)
{
    IvcBarrierEnd *ends = own->all->ends;
    IVC_BEGIN(&own->take);
    do {
        own->all_came = true;
        for (own->step = 1; own->step < own->all->n; own->step++) {
            IVC_AWAIT(&own->take, pay_code(own));
            own->got = ends[own->step].came > own->done;
            own->all_came &= own->got;
            IVC_AWAIT(&own->take, pay_read(own, &ends[own->step].gather, own->got));
        }
    } while (!own->all_came);
    for (own->step = 1; own->step < own->all->n; own->step++) {
        IVC_AWAIT(&own->take, pay_code(own));
        ends[own->step].told++;
        IVC_AWAIT(&own->take, pay_write(own, &ends[own->step].release));
    }
    IVC_END(&own->take);
}

/* What a rank's flag says turns over with each barrier, and the flag is the only place where it is
 * kept: so a rank reads its own before it sets it. */
IvcStep ivc_barrier_flag(IvcBarrierEnd *own)
{
    IVC_BEGIN(&own->inner);
    IVC_AWAIT(&own->inner, pay_code(own));
    IVC_AWAIT(&own->inner, pay_read(own, &own->gather, true));
    IVC_AWAIT(&own->inner, pay_code(own));
    own->came++;
    IVC_AWAIT(&own->inner, pay_write(own, &own->gather));
    if (own->rank == 0) {
        IVC_CALL(&own->inner, lead(own));
    } else {
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->release, is_told, own));
    }
    IVC_END(&own->inner);
}

/* ---- along a tree: a rank waits for its children, tells its parent, and waits to be told ---- */

static uint32_t child(const IvcBarrierEnd *own)
{
    return (uint32_t)(own->rank * own->all->spec.fan_in) + 1 + own->step;
}

static bool has_child(const IvcBarrierEnd *own)
{
    return own->step < own->all->spec.fan_in && child(own) < own->all->n;
}

static bool child_came(const void *what)
{
    const IvcBarrierEnd *own = what;
    return own->all->ends[child(own)].came > own->done;
}

IvcStep ivc_barrier_tree(IvcBarrierEnd *own)
{
    IvcBarrierEnd *ends = own->all->ends;
    IVC_BEGIN(&own->inner);
    for (own->step = 0; has_child(own); own->step++) {
        IVC_CALL(&own->inner,
                 ivc_sync_await(&own->wait, &ends[child(own)].gather, child_came, own));
        IVC_AWAIT(&own->inner, pay_code(own));
    }
    own->came++;
    if (own->rank > 0) {
        IVC_AWAIT(&own->inner, pay_write(own, &own->gather));
        IVC_CALL(&own->inner, ivc_sync_await(&own->wait, &own->release, is_told, own));
    }
    for (own->step = 0; has_child(own); own->step++) {
        IVC_AWAIT(&own->inner, pay_code(own));
        ends[child(own)].told++;
        IVC_AWAIT(&own->inner, pay_write(own, &ends[child(own)].release));
    }
    IVC_END(&own->inner);
}

/* ---- test-and-set registers, one a rank ---- */

/* Takes a register, or finds that somebody has it. */
static IvcStep take(IvcBarrierEnd *own, IvcBarrierEnd *at)
{
    IVC_BEGIN(&own->take);
    IVC_AWAIT(&own->take, pay_code(own));
    own->got = !at->set;
    at->set = true;
    if (!own->got)
        ivc_sync_spin_begins(&own->wait);
    IVC_AWAIT(&own->take, pay_atomic(own, &at->gather, own->got));
    if (!own->got) {
        IVC_AWAIT(&own->take, ivc_spend(own->wait.agent, own->all->sync.turn_ps,
                                        stage(own, IVC_BARRIER_STAGE_SPIN)));
        ivc_sync_spin_ends(&own->wait);
    }
    if (ivc_sync_pause_due(&own->wait)) {
        IVC_CALL(&own->take, ivc_sync_pause(&own->wait));
    }
    IVC_END(&own->take);
}

/* Each takes the first register that is clear, and then waits for that to be cleared. Who takes the
 * last one clears the first; whose register was cleared clears it for the next time, and the one
 * behind it. RCCE_TNS_barrier() does it so. */
IvcStep ivc_barrier_tas(IvcBarrierEnd *own)
{
    IvcBarrierEnd *ends = own->all->ends;
    uint32_t last = own->all->n - 1;
    IVC_BEGIN(&own->inner);
    own->step = 0;
    for (;;) {
        IVC_CALL(&own->inner, take(own, &ends[own->step]));
        if (own->got)
            break;
        own->step = MIN(own->step + 1, last);
    }
    if (own->step == last) {
        IVC_AWAIT(&own->inner, pay_code(own));
        ends[0].set = false;
        IVC_AWAIT(&own->inner, pay_write(own, &ends[0].gather));
    }
    do {
        IVC_CALL(&own->inner, take(own, &ends[own->step]));
    } while (!own->got);
    IVC_AWAIT(&own->inner, pay_code(own));
    ends[own->step].set = false;
    IVC_AWAIT(&own->inner, pay_write(own, &ends[own->step].gather));
    if (own->step < last) {
        IVC_AWAIT(&own->inner, pay_code(own));
        ends[own->step + 1].set = false;
        IVC_AWAIT(&own->inner, pay_write(own, &ends[own->step + 1].gather));
    }
    IVC_END(&own->inner);
}
