/* The driver domain's half of the split driver as Linux 2.6.18 had it: one tasklet for what guests
 * send and one for what they receive, in the whole driver domain, on one vCPU, for all interfaces.
 *
 * What waits has one limit over all interfaces; when it is met, nothing more is taken until half of
 * it has been answered. Slots are answered by the tasklet that takes.
 *
 * Left out: the time-out of queued packets, and which interface's packet came first where several
 * wait: interfaces are served by number. */
#include "models/net/netfront_private.h"

static IvcPlatform *platform_of(const BackCpu *cpu)
{
    return cpu->net->platform;
}

static bool may_go_on(const BackCpu *cpu)
{
    return cpu->first && (!cpu->starved || cpu->net->pending < cpu->net->spec->pending / 2);
}

/* One packet from each interface in turn. */
static void take_batch(BackCpu *cpu, IvcAgent *agent)
{
    uint32_t slots = 0, pages = 0;
    cpu->taken = 0;
    cpu->starved = false;
    while (cpu->first && !cpu->starved) {
        if (cpu->first->sent.n && !ivc_netback_may_take(cpu->first)) {
            cpu->starved = true;
            break;
        }
        Queue *queue = ivc_netback_next(cpu);
        if (queue->sent.n) {
            const Packet *packet = ivc_netback_take(queue);
            slots += packet->head_slots + packet->grant_slots;
            pages += packet->grant_slots;
            cpu->taken++;
            cpu->polled = queue;
        }
        if (queue->sent.n || ivc_xen_ring_final_requests(&queue->tx))
            ivc_netback_append(queue);
        else
            queue->back_polling = false;
    }
    if (cpu->taken)
        ivc_netback_owe_batch(cpu, agent, cpu->polled, cpu->taken, slots, pages);
}

static IvcStep take_all(BackCpu *cpu, IvcAgent *agent)
{
    IVC_BEGIN(&cpu->poll_frame);
    ivc_owe(agent, cpu->net->t.back_poll, cpu->net->stage0 + NETFRONT_BACK_TX);
    take_batch(cpu, agent);
    IVC_AWAIT(&cpu->poll_frame, ivc_pay(agent));
    cpu->polled = NULL;
    while (cpu->batch.n) {
        IVC_CALL(&cpu->poll_frame, ivc_netback_forward(cpu, agent));
    }
    IVC_END(&cpu->poll_frame);
}

/* Unmaps what has been delivered, of all interfaces in one go, and answers. */
static IvcStep answer_all(BackCpu *cpu, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    Queue *queue;
    uint32_t slots = 0;
    IVC_BEGIN(&cpu->answer_frame);
    cpu->answers_due = false;
    for (uint32_t q = 0; q < net->n_all; q++) {
        queue = &net->queues[q];
        queue->answering = queue->to_answer;
        queue->to_answer = 0;
        slots += queue->answering;
        cpu->polled = queue->answering ? queue : cpu->polled;
    }
    ivc_netback_owe_unmap(cpu->polled, agent, slots);
    IVC_AWAIT(&cpu->answer_frame, ivc_pay(agent));
    cpu->polled = NULL;
    for (cpu->answering = 0; cpu->answering < net->n_all; cpu->answering++) {
        queue = &net->queues[cpu->answering];
        if (queue->answering == 0)
            continue;
        slots = queue->answering;
        queue->answering = 0;
        ivc_netback_answered(queue, slots);
        if (ivc_xen_ring_push_responses(&queue->tx, slots)) {
            IVC_AWAIT(&cpu->answer_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                    net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&net->queues[cpu->answering].tx_done);
        }
    }
    IVC_END(&cpu->answer_frame);
}

static uint64_t operations_of_all(const Netfront *net)
{
    uint64_t sum = 0;
    for (uint32_t q = 0; q < net->n_all; q++)
        sum += net->queues[q].operations;
    return sum;
}

/* Gives every guest what waits for it and finds slots: data first, then the hypercall for all, then
 * each guest is told. */
static IvcStep give_all(BackCpu *cpu, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    Queue *queue = &net->queues[MIN(cpu->giving, net->n_all - 1)];
    IVC_BEGIN(&cpu->give_frame);
    cpu->gives_due = false;
    for (cpu->giving = 0; cpu->giving < net->n_all; cpu->giving++) {
        while (ivc_netback_can_give(&net->queues[cpu->giving])) {
            IVC_AWAIT(&cpu->give_frame, ivc_netback_give(&net->queues[cpu->giving], agent));
        }
    }
    if (operations_of_all(net)) {
        IVC_AWAIT(&cpu->give_frame,
                  ivc_spend(agent,
                            ivc_netback_give_ps(net, operations_of_all(net), net->spec->ring),
                            net->xen.stage0 + XEN_GRANT));
    }
    for (cpu->giving = 0; cpu->giving < net->n_all; cpu->giving++) {
        queue = &net->queues[cpu->giving];
        if (queue->arrivals_staged == 0)
            continue;
        if (ivc_netback_push(queue)) {
            IVC_AWAIT(&cpu->give_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                  net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&queue->rx_ready);
        }
        while (queue->done.n)
            (void)ivc_netback_finish(net, ivc_packets_pop(&queue->done));
    }
    IVC_END(&cpu->give_frame);
}

static IvcStep tasklet_step(IvcAgent *agent)
{
    BackCpu *cpu = (BackCpu *)((char *)agent - offsetof(BackCpu, softirq));
    IVC_BEGIN(&cpu->frame);
    ivc_netback_begin(cpu);
    for (;;) {
        while (!cpu->answers_due && !cpu->gives_due && !may_go_on(cpu)) {
            IVC_AWAIT(&cpu->frame, ivc_netback_wait(cpu));
            ivc_netback_begin(cpu);
        }
        if (ivc_netback_is_long(cpu)) {
            IVC_AWAIT(&cpu->frame, ivc_netback_gives_way(cpu));
            ivc_netback_goes_on(cpu);
        }
        if (cpu->answers_due) {
            IVC_CALL(&cpu->frame, answer_all(cpu, agent));
        }
        if (may_go_on(cpu)) {
            IVC_CALL(&cpu->frame, take_all(cpu, agent));
        }
        if (cpu->gives_due) {
            IVC_CALL(&cpu->frame, give_all(cpu, agent));
        }
    }
    IVC_END(&cpu->frame);
}

static bool waits(Queue *to)
{
    to->cpu->gives_due = true;
    ivc_signal(&platform_of(to->cpu)->sim, &to->cpu->work);
    return false;
}

static bool delivered(Queue *from)
{
    from->cpu->answers_due = true;
    ivc_signal(&platform_of(from->cpu)->sim, &from->cpu->work);
    return false;
}

static void init_cpu(BackCpu *cpu)
{
    ivc_agent_init(&cpu->softirq, ivc_platform_id(platform_of(cpu)), cpu->name,
                   cpu->vcpu.upcall.core, IVC_PRIORITY_DEFERRED, tasklet_step);
}

static void init(Queue *queue)
{
    (void)queue; /* no threads */
}

static void no_digest(const Queue *queue, IvcDigest *digest)
{
    (void)queue;
    (void)digest;
}

const NetbackOps ivc_netback_tasklets = {
    .init_cpu = init_cpu,
    .init = init,
    .waits = waits,
    .delivered = delivered,
    .digest = no_digest,
};
