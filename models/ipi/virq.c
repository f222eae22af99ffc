/* A virtual interrupt: requested by a sender, told to where its receiver is, given to the guest's
 * controller, taken, and ended. The rules that keep a wake-up from being lost are orders of two
 * steps each, in the sender and in the receiver; tests/unit/test_virq.c tries all interleavings.
 *
 * Left out: priorities other than the vector's number, level-triggered lines, and nested handlers:
 * a guest takes the next interrupt when it has ended the one before. */
#include "models/ipi/virq.h"

static uint32_t bit_of(unsigned vector)
{
    ivc_hot_assert(vector < 32);
    return UINT32_C(1) << vector;
}

bool ivc_virq_is_waiting(const IvcVirq *v)
{
    return ((v->pending | v->requested) & ~v->masked) != 0;
}

bool ivc_virq_may_sleep(const IvcVirq *v, const IvcVirqRules *rules)
{
    return !ivc_virq_is_waiting(v) && !(rules->block_heeds && v->outstanding);
}

bool ivc_virq_is_due(const IvcVirq *v, const IvcVirqRules *rules)
{
    return v->mode == IVC_VIRQ_GUEST && !v->disabled && !v->in_service &&
           (v->pending & ~v->masked) != 0 && (!rules->edge || v->told);
}

static unsigned count(uint32_t bits)
{
    return (unsigned)__builtin_popcount(bits);
}

bool ivc_virq_is_conserved(const IvcVirq *v, bool bare)
{
    return v->sent ==
           v->taken + v->merged + count(v->requested) + count(v->pending) + (bare ? v->flying : 0);
}

bool ivc_virq_request(IvcVirq *v, unsigned vector, const IvcVirqRules *rules)
{
    uint32_t *bits = rules->edge ? &v->pending : &v->requested;
    bool fresh = !(*bits & bit_of(vector));
    v->sent++;
    v->merged += !fresh;
    *bits |= bit_of(vector);
    return fresh && !(rules->edge && (v->masked & bit_of(vector)));
}

bool ivc_virq_outstand(IvcVirq *v, const IvcVirqRules *rules)
{
    bool *bit = rules->edge ? &v->told : &v->outstanding;
    bool fresh = !*bit;
    *bit = true;
    return fresh;
}

IvcVirqNotice ivc_virq_notify(IvcVirq *v)
{
    switch (v->mode) {
    case IVC_VIRQ_GUEST:
    case IVC_VIRQ_HALTED:
        v->flying++;
        return IVC_VIRQ_FLIES;
    case IVC_VIRQ_BLOCKED:
        v->woken = true;
        return IVC_VIRQ_WAKES;
    case IVC_VIRQ_OUTSIDE:
        break;
    }
    return IVC_VIRQ_NOTHING;
}

bool ivc_virq_notify_blocked(IvcVirq *v)
{
    if (v->mode != IVC_VIRQ_BLOCKED)
        return false;
    v->woken = true;
    return true;
}

void ivc_virq_fly(IvcVirq *v)
{
    v->sent++;
    v->flying++;
}

static void wake_core(IvcVirq *v)
{
    if (v->mode == IVC_VIRQ_HALTED)
        v->mode = IVC_VIRQ_GUEST;
}

IvcVirqArrival ivc_virq_arrive(IvcVirq *v, const IvcVirqRules *rules)
{
    ivc_hot_assert(v->flying > 0);
    v->flying--;
    wake_core(v);
    if (v->mode != IVC_VIRQ_GUEST)
        return IVC_VIRQ_IGNORED;
    if (!rules->posted) {
        v->mode = IVC_VIRQ_OUTSIDE;
        return IVC_VIRQ_EXITS;
    }
    ivc_virq_look(v, rules); /* the core does both at once */
    return IVC_VIRQ_POSTED;
}

void ivc_virq_land(IvcVirq *v, unsigned vector)
{
    ivc_hot_assert(v->flying > 0);
    v->flying--;
    v->merged += (v->pending & bit_of(vector)) != 0;
    v->pending |= bit_of(vector);
    if ((v->pending & ~v->masked) != 0)
        wake_core(v);
}

void ivc_virq_exit(IvcVirq *v)
{
    v->mode = IVC_VIRQ_OUTSIDE;
}

void ivc_virq_enter(IvcVirq *v)
{
    v->mode = IVC_VIRQ_GUEST;
}

void ivc_virq_clear(IvcVirq *v)
{
    v->outstanding = false;
}

void ivc_virq_sync(IvcVirq *v)
{
    v->merged += count(v->requested & v->pending);
    v->pending |= v->requested;
    v->requested = 0;
}

void ivc_virq_look(IvcVirq *v, const IvcVirqRules *rules)
{
    if (rules->clear_first)
        ivc_virq_clear(v);
    ivc_virq_sync(v);
    ivc_virq_clear(v);
}

void ivc_virq_block(IvcVirq *v)
{
    v->mode = IVC_VIRQ_BLOCKED;
    v->woken = false;
}

void ivc_virq_unblock(IvcVirq *v)
{
    v->mode = IVC_VIRQ_OUTSIDE;
    v->woken = false;
}

unsigned ivc_virq_take(IvcVirq *v)
{
    uint32_t due = v->pending & ~v->masked;
    ivc_hot_assert(due != 0);
    unsigned vector = 31u - (unsigned)__builtin_clz(due);
    v->pending &= ~bit_of(vector);
    v->in_service |= bit_of(vector);
    v->taken++;
    v->told = (v->pending & ~v->masked) != 0;
    return vector;
}

void ivc_virq_end(IvcVirq *v, unsigned vector)
{
    v->in_service &= ~bit_of(vector);
}

void ivc_virq_mask(IvcVirq *v, unsigned vector)
{
    v->masked |= bit_of(vector);
    v->told = (v->pending & ~v->masked) != 0;
}

void ivc_virq_unmask(IvcVirq *v, unsigned vector, const IvcVirqRules *rules)
{
    v->masked &= ~bit_of(vector);
    if (rules->unmask_looks)
        v->told = v->told || (v->pending & bit_of(vector)) != 0;
}

void ivc_virq_halt(IvcVirq *v)
{
    if ((v->pending & ~v->masked) == 0)
        v->mode = IVC_VIRQ_HALTED;
}

static const IvcStateField virq_fields[] = {
    IVC_STATE(IvcVirq, mode, PLAIN),        IVC_STATE(IvcVirq, requested, PLAIN),
    IVC_STATE(IvcVirq, outstanding, PLAIN), IVC_STATE(IvcVirq, flying, PLAIN),
    IVC_STATE(IvcVirq, pending, PLAIN),     IVC_STATE(IvcVirq, in_service, PLAIN),
    IVC_STATE(IvcVirq, masked, PLAIN),      IVC_STATE(IvcVirq, told, PLAIN),
    IVC_STATE(IvcVirq, disabled, PLAIN),    IVC_STATE(IvcVirq, woken, PLAIN),
    IVC_STATE(IvcVirq, sent, FIXED),        IVC_STATE(IvcVirq, merged, FIXED),
    IVC_STATE(IvcVirq, taken, FIXED),
};

const IvcStateTable ivc_virq_state_tables[] = {IVC_STATE_TABLE(IvcVirq, virq_fields)};
const size_t ivc_virq_state_tables_n = G_N_ELEMENTS(ivc_virq_state_tables);

IvcTime ivc_halt_poll_next(const IvcHaltPoll *rules, IvcTime window_ps, IvcTime blocked_ps)
{
    if (blocked_ps <= window_ps)
        return window_ps; /* the polling was of use */
    if (blocked_ps > rules->max_ps) {
        IvcTime less = rules->shrink ? window_ps / rules->shrink : 0;
        return less < rules->start_ps ? 0 : less;
    }
    if (window_ps >= rules->max_ps || rules->grow == 0)
        return window_ps;
    return MIN(MAX(window_ps * rules->grow, rules->start_ps), rules->max_ps);
}
