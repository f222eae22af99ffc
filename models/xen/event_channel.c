/* Event channels and the virtual CPUs that take them.
 *
 * A pinned vCPU that has nothing to do has given up its core: it is woken after idle_wake and pays
 * for being put back. Under a scheduler of vCPUs that decides when it is woken, and what that
 * costs.
 *
 * Left out: priorities, the two-level bitmap of older guests. */
#include "models/xen/event_channel.h"

static IvcXenVcpu *vcpu_of_interrupt(IvcTimer *timer)
{
    return (IvcXenVcpu *)((char *)timer - offsetof(IvcXenVcpu, interrupt));
}

static void interrupt_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcXenVcpu *vcpu = vcpu_of_interrupt(timer);
    vcpu->asserted = true;
    ivc_signal(sim, &vcpu->line);
}

static void append(IvcXenVcpu *vcpu, IvcXenPort *port)
{
    port->next = NULL;
    if (vcpu->last)
        vcpu->last->next = port;
    else
        vcpu->first = port;
    vcpu->last = port;
}

static IvcXenPort *take_first(IvcXenVcpu *vcpu)
{
    IvcXenPort *port = vcpu->first;
    vcpu->first = port->next;
    if (!vcpu->first)
        vcpu->last = NULL;
    port->next = NULL;
    port->pending = false;
    return port;
}

/* A running vCPU is interrupted by an IPI. One that waits for a core finds the event when it gets
 * one; one that has nothing to do is woken by the scheduler. */
static void deliver_scheduled(IvcXenVcpu *vcpu)
{
    IvcXen *xen = vcpu->xen;
    IvcSim *sim = &xen->platform->sim;
    if (vcpu->upcall.core->state == IVC_CORE_ON)
        ivc_timer_arm(sim, &vcpu->interrupt, sim->now + xen->t.event_flight, IVC_PHASE_DELIVER);
    else
        interrupt_fire(sim, &vcpu->interrupt);
}

/* An event became pending: the vCPU has to look, sooner or later. */
static void deliver(IvcXenPort *port)
{
    IvcXenVcpu *vcpu = port->vcpu;
    IvcXen *xen = vcpu->xen;
    IvcSim *sim = &xen->platform->sim;
    append(vcpu, port);
    if (vcpu->upcall_pending)
        return;
    vcpu->upcall_pending = true;
    if (vcpu->in_upcall)
        return;
    if (vcpu->upcall.core->sched) {
        deliver_scheduled(vcpu);
        return;
    }
    vcpu->was_idle = !vcpu->upcall.core->running;
    ivc_timer_arm(sim, &vcpu->interrupt,
                  sim->now + xen->t.event_flight + (vcpu->was_idle ? xen->t.idle_wake : 0),
                  IVC_PHASE_DELIVER);
}

IvcTime ivc_xen_event_send(IvcXen *xen)
{
    xen->hypercalls++;
    xen->events_sent++;
    return xen->t.event_send;
}

void ivc_xen_event_arrive(IvcXenPort *port)
{
    if (port->pending) {
        port->vcpu->xen->events_merged++;
        return;
    }
    port->pending = true;
    if (!port->masked)
        deliver(port);
}

void ivc_xen_port_mask(IvcXenPort *port)
{
    IvcXenVcpu *vcpu = port->vcpu;
    IvcXenPort *before = NULL;
    if (port->masked)
        return;
    port->masked = true;
    if (!port->pending)
        return;
    for (IvcXenPort *at = vcpu->first; at != port; at = at->next)
        before = at;
    if (before)
        before->next = port->next;
    else
        vcpu->first = port->next;
    if (vcpu->last == port)
        vcpu->last = before;
    port->next = NULL;
}

void ivc_xen_port_unmask(IvcXenPort *port)
{
    if (!port->masked)
        return;
    port->masked = false;
    if (port->pending)
        deliver(port);
}

static IvcStep upcall_step(IvcAgent *agent)
{
    IvcXenVcpu *vcpu = (IvcXenVcpu *)((char *)agent - offsetof(IvcXenVcpu, upcall));
    const IvcXen *xen = vcpu->xen;
    IvcXenPort *port;
    IVC_BEGIN(&vcpu->frame);
    for (;;) {
        while (!vcpu->asserted) {
            IVC_AWAIT(&vcpu->frame, ivc_wait(agent, &vcpu->line, IVC_TIME_NEVER));
        }
        vcpu->asserted = false;
        vcpu->in_upcall = true;
        vcpu->xen->upcalls++;
        vcpu->upcalls++;
        vcpu->xen->vcpu_switches += vcpu->was_idle;
        if (vcpu->was_idle)
            ivc_owe(agent, xen->t.vcpu_switch, xen->stage0 + XEN_VCPU_SWITCH);
        IVC_AWAIT(&vcpu->frame, ivc_spend(agent, xen->t.upcall_entry, xen->stage0 + XEN_UPCALL));
        do {
            vcpu->upcall_pending = false;
            while (vcpu->first) {
                port = take_first(vcpu);
                vcpu->handled++;
                ivc_owe(agent, xen->t.event_dispatch, xen->stage0 + XEN_UPCALL);
                port->handler(port, agent);
                IVC_AWAIT(&vcpu->frame, ivc_pay(agent));
            }
        } while (vcpu->upcall_pending);
        IVC_AWAIT(&vcpu->frame, ivc_spend(agent, xen->t.upcall_exit, xen->stage0 + XEN_UPCALL));
        vcpu->in_upcall = false;
        vcpu->was_idle = false;
        vcpu->asserted = vcpu->upcall_pending; /* came on the way out: taken at once */
    }
    IVC_END(&vcpu->frame);
}

void ivc_xen_vcpu_init(IvcXenVcpu *vcpu, IvcXen *xen, IvcCore *core, uint32_t number)
{
    IvcPlatform *platform = xen->platform;
    *vcpu = (IvcXenVcpu){.xen = xen};
    vcpu->line.id = ivc_platform_id(platform);
    g_snprintf(vcpu->name, sizeof vcpu->name, "upcall %u", number);
    ivc_timer_init(&vcpu->interrupt, ivc_platform_id(platform), interrupt_fire);
    ivc_agent_init(&vcpu->upcall, ivc_platform_id(platform), vcpu->name, core,
                   IVC_PRIORITY_INTERRUPT, upcall_step);
    ivc_agent_start(&vcpu->upcall);
    ivc_platform_count_guest(platform, core->guest, "upcalls", "count",
                             "interrupts that handle pending events", &vcpu->upcalls);
    ivc_platform_count_guest(platform, core->guest, "event_interrupts", "count",
                             "events handled: interrupts as the guest's kernel counts them",
                             &vcpu->handled);
}

void ivc_xen_port_init(IvcXenPort *port, IvcXenVcpu *vcpu, IvcXenHandler handler, void *owner)
{
    *port = (IvcXenPort){.id = ivc_platform_id(vcpu->xen->platform),
                         .vcpu = vcpu,
                         .handler = handler,
                         .owner = owner};
}

static const IvcStateField port_fields[] = {
    IVC_STATE(IvcXenPort, id, FIXED),      IVC_STATE(IvcXenPort, vcpu, FIXED),
    IVC_STATE(IvcXenPort, handler, FIXED), IVC_STATE(IvcXenPort, owner, FIXED),
    IVC_STATE(IvcXenPort, pending, PLAIN), IVC_STATE(IvcXenPort, masked, PLAIN),
    IVC_STATE(IvcXenPort, next, OTHER),
};

static const IvcStateField vcpu_fields[] = {
    IVC_STATE(IvcXenVcpu, xen, FIXED),       IVC_STATE(IvcXenVcpu, upcall, OTHER),
    IVC_STATE(IvcXenVcpu, interrupt, OTHER), IVC_STATE(IvcXenVcpu, line, OTHER),
    IVC_STATE(IvcXenVcpu, asserted, PLAIN),  IVC_STATE(IvcXenVcpu, upcall_pending, PLAIN),
    IVC_STATE(IvcXenVcpu, in_upcall, PLAIN), IVC_STATE(IvcXenVcpu, was_idle, PLAIN),
    IVC_STATE(IvcXenVcpu, first, OTHER),     IVC_STATE(IvcXenVcpu, last, OTHER),
    IVC_STATE(IvcXenVcpu, upcalls, FIXED),   IVC_STATE(IvcXenVcpu, handled, FIXED),
    IVC_STATE(IvcXenVcpu, frame, PLAIN),     IVC_STATE(IvcXenVcpu, name, FIXED),
};

const IvcStateTable ivc_xen_state_tables[] = {
    IVC_STATE_TABLE(IvcXenPort, port_fields),
    IVC_STATE_TABLE(IvcXenVcpu, vcpu_fields),
};
const size_t ivc_xen_state_tables_n = G_N_ELEMENTS(ivc_xen_state_tables);

void ivc_xen_port_digest(const IvcXenPort *port, IvcDigest *digest)
{
    ivc_digest_state(digest, &ivc_xen_state_tables[0], port);
}

void ivc_xen_vcpu_digest(const IvcXenVcpu *vcpu, IvcDigest *digest)
{
    ivc_digest_state(digest, &ivc_xen_state_tables[1], vcpu);
    ivc_agent_digest(&vcpu->upcall, digest);
    ivc_timer_digest(&vcpu->interrupt, digest);
    ivc_signal_digest(&vcpu->line, digest);
    for (const IvcXenPort *port = vcpu->first; port; port = port->next)
        ivc_digest_u64(digest, port->id);
    ivc_digest_u64(digest, UINT64_MAX);
}
