/* The sender of an interrupt, and its way to the receiver's core.
 *
 * A store: the guest's own, after the descriptor where there is one. A trap or a hypercall: the
 * guest is left, the hypervisor requests the vector, notifies the receiver by where that is, and
 * the guest is entered again. A receiver that sleeps costs the sender a wake-up; one that polls
 * sees the request.
 *
 * Left out: the sender's search for the target's descriptor, and the interrupt's way between nodes.
 */
#include "models/ipi/virtual_ipi_private.h"

/* ---- ways ---- */

static void arm(Vcpu *v)
{
    if (v->n_flights)
        ivc_timer_arm(&v->channel->platform->sim, &v->timer, v->flights[0].at_ps,
                      IVC_PHASE_DELIVER);
}

/* All take the same time: so they arrive in the order in which they left. */
static void fly(Vcpu *to, uint32_t what, uint32_t vector)
{
    IvcPlatform *platform = to->channel->platform;
    if (to->n_flights == to->room) {
        to->room = MAX(4, 2 * to->room);
        to->flights = g_renew(Flight, to->flights, to->room);
    }
    to->flights[to->n_flights++] = (Flight){
        .at_ps = platform->sim.now + platform->t.registers_flight, .vector = vector, .what = what};
    if (to->n_flights == 1)
        arm(to);
}

static void arrive(Vcpu *v)
{
    bool halted = v->virq.mode == IVC_VIRQ_HALTED;
    switch (ivc_virq_arrive(&v->virq, vipi_rules(v->channel))) {
    case IVC_VIRQ_POSTED:
        v->posted = true;
        break;
    case IVC_VIRQ_EXITS:
        v->kicked = true;
        v->channel->kicks++;
        break;
    case IVC_VIRQ_IGNORED:
        return;
    }
    v->was_halted = v->was_halted || halted;
    ivc_signal(&v->channel->platform->sim, &v->line);
}

static void land(Vcpu *v, uint32_t vector)
{
    v->was_halted = v->was_halted || v->virq.mode == IVC_VIRQ_HALTED;
    ivc_virq_land(&v->virq, vector);
    ivc_signal(&v->channel->platform->sim, &v->line);
}

void ivc_vipi_timer(IvcSim *sim, IvcTimer *timer)
{
    Vcpu *v = (Vcpu *)((char *)timer - offsetof(Vcpu, timer));
    Flight flight = v->flights[0];
    v->n_flights--;
    memmove(v->flights, v->flights + 1, v->n_flights * sizeof *v->flights);
    arm(v);
    if (flight.what == FLIGHT_LAND)
        land(v, flight.vector);
    else if (flight.what == FLIGHT_NOTICE)
        arrive(v);
    else
        ivc_signal(sim, &v->wake);
}

/* ---- the device model ---- */

IvcStep ivc_vipi_device(VirtualIpi *channel, IvcAgent *agent, VipiFrame *f)
{
    IVC_BEGIN(f);
    if (!channel->spec->user_lock) {
        ivc_owe(agent, channel->t.user, channel->stage0 + VIPI_DEVICE);
        IVC_RETURN(f);
    }
    IVC_AWAIT(f, ivc_pay(agent));
    channel->lock_waits += channel->locked;
    while (channel->locked) {
        IVC_AWAIT(f, ivc_poll(agent, &channel->unlocked, channel->platform->t.poll, IVC_TIME_NEVER,
                              channel->stage0 + VIPI_LOCK));
    }
    channel->locked = true;
    IVC_AWAIT(f, ivc_spend(agent, channel->t.user, channel->stage0 + VIPI_DEVICE));
    channel->locked = false;
    ivc_signal(agent->sim, &channel->unlocked);
    IVC_END(f);
}

/* ---- the three ways to send ---- */

/* Requests the vector. @return whom it takes to tell */
static IvcVirqNotice request(Vcpu *to, uint32_t vector)
{
    VirtualIpi *channel = to->channel;
    const IvcVirqRules *rules = vipi_rules(channel);
    channel->masked += rules->edge && (to->virq.masked >> vector & 1);
    if (!ivc_virq_request(&to->virq, vector, rules) || !ivc_virq_outstand(&to->virq, rules))
        return IVC_VIRQ_NOTHING;
    return ivc_virq_notify(&to->virq);
}

/* What telling costs the sender. */
static void owe_notice(Vcpu *to, IvcAgent *agent, IvcVirqNotice notice)
{
    const IvcMachineTimes *t = &to->channel->platform->t;
    if (notice == IVC_VIRQ_NOTHING || (notice == IVC_VIRQ_WAKES && to->polling))
        return;
    if (notice == IVC_VIRQ_WAKES && to->channel->delivery->send != IVC_SEND_STORE)
        ivc_owe(agent, t->wake, IVC_STAGE_WAKE);
    ivc_owe(agent, t->registers_store, IVC_STAGE_REGISTER_STORE);
}

static void give_notice(Vcpu *to, IvcVirqNotice notice)
{
    VirtualIpi *channel = to->channel;
    if (notice == IVC_VIRQ_NOTHING)
        return;
    channel->notices += notice == IVC_VIRQ_FLIES;
    channel->wakes += notice == IVC_VIRQ_WAKES;
    if (notice == IVC_VIRQ_WAKES && to->polling)
        ivc_signal(&channel->platform->sim, &to->wake);
    else
        fly(to, notice == IVC_VIRQ_FLIES ? FLIGHT_NOTICE : FLIGHT_WAKE, 0);
}

static IvcStep send_bare(Vcpu *from, IvcAgent *agent, Vcpu *to, uint32_t vector)
{
    IVC_BEGIN(&from->ipi);
    IVC_AWAIT(&from->ipi, ivc_spend(agent, from->channel->platform->t.registers_store,
                                    IVC_STAGE_REGISTER_STORE));
    ivc_virq_fly(&to->virq);
    from->channel->notices++;
    fly(to, FLIGHT_LAND, vector);
    IVC_END(&from->ipi);
}

static IvcStep send_store(Vcpu *from, IvcAgent *agent, Vcpu *to, uint32_t vector)
{
    VirtualIpi *channel = from->channel;
    IVC_BEGIN(&from->ipi);
    if (channel->delivery->descriptor) {
        IVC_AWAIT(&from->ipi,
                  ivc_spend(agent, channel->t.descriptor, channel->stage0 + VIPI_DESCRIPTOR));
    }
    from->ipi.notice = request(to, vector);
    owe_notice(to, agent, from->ipi.notice);
    IVC_AWAIT(&from->ipi, ivc_pay(agent));
    give_notice(to, from->ipi.notice);
    IVC_END(&from->ipi);
}

/* One target of a trap or hypercall, in the hypervisor. */
static void owe_target(Vcpu *from, IvcAgent *agent)
{
    VirtualIpi *channel = from->channel;
    if (channel->delivery->send == IVC_SEND_CALL)
        ivc_owe(agent, channel->t.target, channel->stage0 + VIPI_SEND);
    if (channel->delivery->descriptor)
        ivc_owe(agent, channel->t.descriptor, channel->stage0 + VIPI_DESCRIPTOR);
}

static IvcVirtEvent event_of(const VirtualIpi *channel)
{
    return channel->delivery->send == IVC_SEND_CALL ? IVC_VIRT_HYPERCALL : IVC_VIRT_IPI_SEND;
}

static void leave_guest(Vcpu *from, IvcAgent *agent)
{
    ivc_virq_exit(&from->virq);
    from->channel->calls++;
    ivc_virt_owe_leave(agent, event_of(from->channel));
}

/* What came meanwhile is injected with the entry. */
static void enter_guest(Vcpu *from, IvcAgent *agent)
{
    VirtualIpi *channel = from->channel;
    if (ivc_virq_is_waiting(&from->virq))
        ivc_owe(agent, channel->t.injection, channel->stage0 + VIPI_SEND);
    ivc_virq_enter(&from->virq);
    ivc_virq_look(&from->virq, vipi_rules(channel));
    ivc_virt_owe_enter(agent, event_of(channel));
}

static IvcStep send_trapped(Vcpu *from, IvcAgent *agent, Vcpu *to, uint32_t vector)
{
    VirtualIpi *channel = from->channel;
    IVC_BEGIN(&from->ipi);
    leave_guest(from, agent);
    if (channel->delivery->send == IVC_SEND_TRAP) {
        IVC_CALL(&from->ipi, ivc_vipi_device(channel, agent, &from->own_device));
    }
    owe_target(from, agent);
    IVC_AWAIT(&from->ipi, ivc_pay(agent));
    from->ipi.notice = request(to, vector);
    owe_notice(to, agent, from->ipi.notice);
    IVC_AWAIT(&from->ipi, ivc_pay(agent));
    give_notice(to, from->ipi.notice);
    enter_guest(from, agent);
    IVC_AWAIT(&from->ipi, ivc_pay(agent));
    if (ivc_virq_is_due(&from->virq, vipi_rules(channel)))
        ivc_signal(agent->sim, &from->line);
    IVC_END(&from->ipi);
}

IvcStep ivc_vipi_send(Vcpu *from, IvcAgent *agent, Vcpu *to, uint32_t vector)
{
    const IvcVirqDelivery *delivery = from->channel->delivery;
    if (delivery->bare)
        return send_bare(from, agent, to, vector);
    if (delivery->send == IVC_SEND_STORE)
        return send_store(from, agent, to, vector);
    return send_trapped(from, agent, to, vector);
}

/* ---- many targets ---- */

Vcpu *ivc_vipi_target(const Vcpu *from, uint32_t i)
{
    return &from->channel->vcpus[g_array_index(from->batch, uint32_t, i)];
}

/* As many of them as one hypercall, or one trap, reaches; from->ipi.i says how far it is. */
static IvcStep send_group(Vcpu *from, IvcAgent *agent)
{
    VirtualIpi *channel = from->channel;
    uint32_t most = channel->delivery->targets_max;
    IVC_BEGIN(&from->ipi);
    leave_guest(from, agent);
    if (channel->delivery->send == IVC_SEND_TRAP) {
        IVC_CALL(&from->ipi, ivc_vipi_device(channel, agent, &from->own_device));
    }
    do {
        owe_target(from, agent);
        IVC_AWAIT(&from->ipi, ivc_pay(agent));
        from->ipi.notice = request(ivc_vipi_target(from, from->ipi.i), IVC_VIPI_MESSAGE);
        owe_notice(ivc_vipi_target(from, from->ipi.i), agent, from->ipi.notice);
        IVC_AWAIT(&from->ipi, ivc_pay(agent));
        give_notice(ivc_vipi_target(from, from->ipi.i), from->ipi.notice);
        from->ipi.i++;
    } while (from->ipi.i < from->batch->len && from->ipi.i % most != 0);
    enter_guest(from, agent);
    IVC_AWAIT(&from->ipi, ivc_pay(agent));
    if (ivc_virq_is_due(&from->virq, vipi_rules(channel)))
        ivc_signal(agent->sim, &from->line);
    IVC_END(&from->ipi);
}

IvcStep ivc_vipi_send_batch(Vcpu *from, IvcAgent *agent)
{
    const IvcVirqDelivery *delivery = from->channel->delivery;
    bool groups = delivery->targets_max > 1;
    IVC_BEGIN(&from->call);
    from->ipi.i = 0;
    while (from->ipi.i < from->batch->len) {
        if (groups) {
            IVC_CALL(&from->call, send_group(from, agent));
        } else {
            IVC_CALL(&from->call, ivc_vipi_send(from, agent, ivc_vipi_target(from, from->ipi.i),
                                                IVC_VIPI_MESSAGE));
            from->ipi.i++;
        }
    }
    g_array_set_size(from->batch, 0);
    from->ipi.i = 0;
    IVC_END(&from->call);
}
