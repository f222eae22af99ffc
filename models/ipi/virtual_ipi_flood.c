/* A guest that floods another with interrupts that mean nothing, and what protects the victim: an
 * event channel stays masked until the handler has ended it, and one that had nothing to say is
 * ended later and later. The rules are those of Linux's drivers/xen/events (late end of interrupt):
 * the second interrupt in a row for nothing is ended a unit later, each further one twice as late,
 * up to a limit.
 *
 * Left out: the limit on the time that one pass over all channels takes, which ends the channels
 * of that pass later; the flooder's own work. */
#include "models/ipi/virtual_ipi_private.h"

static IvcTime delay_ps(const Vcpu *v)
{
    IvcTime unit = v->channel->spec->late_eoi_unit.ps, most = v->channel->spec->late_eoi_max.ps;
    if (v->spurious < 2)
        return 0;
    unsigned doublings = v->spurious - 2;
    return unit > most >> doublings ? most : unit << doublings;
}

void ivc_vipi_end_flood(Vcpu *v)
{
    IvcPlatform *platform = v->channel->platform;
    if (!v->channel->spec->late_eoi)
        return;
    if (delay_ps(v) < v->channel->spec->late_eoi_max.ps) /* else it stays at the limit */
        v->spurious++;
    IvcTime late = delay_ps(v);
    if (late == 0)
        return;
    v->channel->late++;
    ivc_virq_mask(&v->virq, IVC_VIPI_FLOOD);
    ivc_timer_arm(&platform->sim, &v->late, platform->sim.now + late, IVC_PHASE_DELIVER);
}

/* Linux does this in a worker of the victim's, whose time is left out: so a virtual CPU that has
 * halted is awake by then, when there is something for it. */
void ivc_vipi_late_timer(IvcSim *sim, IvcTimer *timer)
{
    Vcpu *v = (Vcpu *)((char *)timer - offsetof(Vcpu, late));
    ivc_virq_unmask(&v->virq, IVC_VIPI_FLOOD, vipi_rules(v->channel));
    if (ivc_virq_is_due(&v->virq, vipi_rules(v->channel)))
        ivc_signal(sim, &v->line);
    if (v->virq.told && ivc_virq_notify_blocked(&v->virq))
        ivc_signal(sim, &v->wake);
}

IvcStep ivc_vipi_flood(IvcAgent *agent)
{
    VirtualIpi *channel = (VirtualIpi *)((char *)agent - offsetof(VirtualIpi, flood));
    IvcPlatform *platform = channel->platform;
    Vcpu *own = &channel->vcpus[channel->n];
    IVC_BEGIN(&channel->flooding);
    while (platform->n_at_work) {
        IVC_CALL(
            &channel->flooding,
            ivc_vipi_send(own, agent, &channel->vcpus[channel->spec->flooded], IVC_VIPI_FLOOD));
        if (channel->spec->flood_gap.ps) {
            IVC_AWAIT(&channel->flooding,
                      ivc_wait(agent, &channel->pause, channel->spec->flood_gap.ps));
        }
    }
    IVC_END(&channel->flooding);
}
