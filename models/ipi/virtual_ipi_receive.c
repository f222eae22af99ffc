/* The receiver of an interrupt: its handler, its hypervisor when it has to be entered for one, and
 * its idle loop.
 *
 * A halt that is trapped leaves the guest; the hypervisor marks the virtual CPU as blocked, looks
 * whether something is there, polls for as long as its window says, and lets it sleep. A halt that
 * is not trapped is the core's.
 *
 * Left out: a notification in the middle of a handler leaves the guest at its end, not at once;
 * other work of the guest while it is idle. */
#include "models/ipi/virtual_ipi_private.h"
#include "sim/model/sched.h"

static Vcpu *vcpu_of(IvcAgent *agent)
{
    return (Vcpu *)((char *)agent - offsetof(Vcpu, handler));
}

/* ---- the handler ---- */

bool ivc_vipi_pass_on(Vcpu *v)
{
    bool woken = v->asleep && !v->told;
    if (v->written.n == 0)
        return false;
    while (v->written.n) {
        IvcArrival arrival = ivc_arrivals_take(&v->written, 0);
        ivc_arrivals_push(&v->arrivals, &arrival.envelope, 0, 0);
    }
    v->told = v->asleep;
    ivc_signal(&v->channel->platform->sim, &v->arrived);
    return woken;
}

/* The guest was left so that it gets its interrupt. */
static void owe_injection(Vcpu *v)
{
    v->kicked = false;
    ivc_virt_owe(&v->handler, IVC_VIRT_EXTERNAL_INTERRUPT);
}

static void enter_with_it(Vcpu *v)
{
    ivc_virq_enter(&v->virq);
    ivc_virq_look(&v->virq, vipi_rules(v->channel));
}

/* From the line to the first instruction of the handler's body. */
static void owe_entry(Vcpu *v)
{
    VirtualIpi *channel = v->channel;
    IvcAgent *agent = &v->handler;
    if (v->was_halted)
        ivc_owe(agent, channel->t.idle_exit, IVC_STAGE_RESUME);
    if (v->posted)
        ivc_owe(agent, channel->t.posting, channel->stage0 + VIPI_POSTING);
    v->was_halted = v->posted = false;
    ivc_owe(agent, channel->platform->t.interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY);
}

/* The handler asks the controller what it is, and acknowledges it. */
static IvcStep acknowledge(Vcpu *v)
{
    const IvcVirqDelivery *delivery = v->channel->delivery;
    const IvcMachineTimes *t = &v->channel->platform->t;
    IvcAgent *agent = &v->handler;
    bool loads = v->access < delivery->ack_loads;
    IVC_BEGIN(&v->ack);
    if (delivery->ack_traps) {
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        IVC_CALL(&v->ack, ivc_vipi_device(v->channel, agent, &v->device));
    }
    ivc_owe(agent, loads ? t->registers_load : t->registers_store,
            loads ? IVC_STAGE_REGISTER_LOAD : IVC_STAGE_REGISTER_STORE);
    IVC_AWAIT(&v->ack, ivc_pay(agent));
    IVC_END(&v->ack);
}

/* Also where the chip could do without the trap: the delivery says that it does not. */
static void owe_end(Vcpu *v)
{
    IvcVirt *virt = v->channel->platform->virt;
    ivc_owe(&v->handler, v->channel->t.end, virt->stage);
    virt->exits[v->handler.core->guest]++;
}

/* One interrupt, from its first instruction on. */
static IvcStep handle(Vcpu *v)
{
    VirtualIpi *channel = v->channel;
    const IvcVirqDelivery *delivery = channel->delivery;
    IvcAgent *agent = &v->handler;
    IVC_BEGIN(&v->body);
    v->vector = ivc_virq_take(&v->virq);
    v->began_ps = agent->sim->now;
    for (v->access = 0; v->access < delivery->ack_loads + delivery->ack_stores; v->access++) {
        IVC_CALL(&v->body, acknowledge(v));
    }
    IVC_AWAIT(&v->body, ivc_spend(agent, channel->t.handler, channel->stage0 + VIPI_HANDLER));
    if (v->vector == IVC_VIPI_MESSAGE && ivc_vipi_pass_on(v) &&
        channel->spec->call == IVC_VIPI_INTERRUPT) {
        ivc_owe(agent, channel->platform->t.wake, IVC_STAGE_WAKE);
    }
    if (delivery->end_traps)
        owe_end(v);
    IVC_AWAIT(&v->body,
              ivc_spend(agent, channel->platform->t.interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    ivc_virq_end(&v->virq, v->vector);
    if (v->vector == IVC_VIPI_FLOOD)
        ivc_vipi_end_flood(v);
    ivc_signal(agent->sim, &v->arrived);
    IVC_END(&v->body);
}

IvcStep ivc_vipi_handler(IvcAgent *agent)
{
    Vcpu *v = vcpu_of(agent);
    const IvcVirqRules *rules = vipi_rules(v->channel);
    IVC_BEGIN(v);
    for (;;) {
        while (!v->kicked && !ivc_virq_is_due(&v->virq, rules)) {
            IVC_AWAIT(v, ivc_wait(agent, &v->line, IVC_TIME_NEVER));
        }
        if (v->kicked) {
            owe_injection(v);
            IVC_AWAIT(v, ivc_pay(agent));
            enter_with_it(v);
            continue;
        }
        owe_entry(v);
        IVC_AWAIT(v, ivc_pay(agent));
        if (ivc_virq_is_due(&v->virq, rules)) {
            IVC_CALL(v, handle(v));
        }
    }
    IVC_END(v);
}

/* ---- the idle loop ---- */

/* The hypervisor has nothing for a guest that has halted: it polls, unless another virtual CPU
 * waits for the core, then lets it sleep. */
static IvcStep block(Vcpu *v, IvcAgent *agent)
{
    VirtualIpi *channel = v->channel;
    IVC_BEGIN(&v->block);
    v->halted_ps = agent->sim->now;
    if (v->window_ps && !ivc_sched_is_contended(agent->core)) {
        v->polling = true;
        IVC_AWAIT(&v->block, ivc_poll(agent, &v->wake, MAX(1, channel->t.turn), v->window_ps,
                                      channel->stage0 + VIPI_HALT_POLL));
        v->polling = false;
        channel->polled += v->virq.woken;
    }
    if (v->virq.woken) {
        v->window_ps = ivc_halt_poll_next(&channel->halt_poll, v->window_ps,
                                          MIN(v->window_ps, agent->sim->now - v->halted_ps));
        IVC_RETURN(&v->block);
    }
    IVC_AWAIT(&v->block, ivc_spend(agent, channel->t.halt_block, channel->stage0 + VIPI_BLOCK));
    while (!v->virq.woken) {
        IVC_AWAIT(&v->block, ivc_wait(agent, &v->wake, IVC_TIME_NEVER));
    }
    v->window_ps = ivc_halt_poll_next(&channel->halt_poll, v->window_ps,
                                      agent->sim->now - v->halted_ps + 1); /* polled in vain */
    IVC_AWAIT(&v->block, ivc_spend(agent, channel->t.unblock, channel->stage0 + VIPI_VCPU_WAKE));
    IVC_END(&v->block);
}

static IvcStep halt_trapped(Vcpu *v, IvcAgent *agent)
{
    VirtualIpi *channel = v->channel;
    const IvcVirqRules *rules = vipi_rules(channel);
    IVC_BEGIN(&v->halt);
    ivc_virq_exit(&v->virq);
    channel->halts++;
    channel->platform->virt->exits[agent->core->guest]++;
    IVC_AWAIT(&v->halt, ivc_spend(agent, channel->t.halt_exit, channel->platform->virt->stage));
    ivc_virq_block(&v->virq);
    if (ivc_virq_may_sleep(&v->virq, rules)) {
        IVC_CALL(&v->halt, block(v, agent));
    }
    ivc_virq_unblock(&v->virq);
    if (ivc_virq_is_waiting(&v->virq))
        ivc_owe(agent, channel->t.injection, channel->platform->virt->stage);
    ivc_owe(agent, channel->t.halt_entry, channel->platform->virt->stage);
    IVC_AWAIT(&v->halt, ivc_pay(agent));
    enter_with_it(v); /* what came during the entry is looked at, as the hypervisor's last step */
    IVC_END(&v->halt);
}

IvcStep ivc_vipi_idle(Vcpu *v, IvcAgent *agent)
{
    const IvcVirqRules *rules = vipi_rules(v->channel);
    IVC_BEGIN(&v->idle);
    while (!v->told) {
        if (rules->halt_exits) {
            IVC_CALL(&v->idle, halt_trapped(v, agent));
        } else {
            ivc_virq_halt(&v->virq);
        }
        if (ivc_virq_is_due(&v->virq, rules))
            ivc_signal(agent->sim, &v->line);
        while (ivc_virq_is_due(&v->virq, rules) || v->virq.mode == IVC_VIRQ_HALTED) {
            IVC_AWAIT(&v->idle, ivc_wait(agent, &v->arrived, IVC_TIME_NEVER));
        }
    }
    IVC_END(&v->idle);
}
