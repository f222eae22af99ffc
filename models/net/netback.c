/* The driver domain's half of the split driver as Linux has it since 3.x.
 *
 * Sent packets are taken by NAPI on the vCPU of the driver domain that the queue belongs to; the
 * bridge puts the packet before the receiver's queue, whose thread gives it to the guest. Then the
 * sender's pages are unmapped by a thread of the sender's queue, and its slots answered.
 *
 * Left out: time slices between threads, and their moves from vCPU to vCPU. */
#include "models/net/netfront_private.h"

/* ---- taking what guests send ---- */

/* Takes packets out of the ring: as many as the budget and the limit on pending slots allow. Owes
 * what that takes, with the hypercalls for headers and pages. */
static void take_batch(BackCpu *cpu, Queue *queue, IvcAgent *agent)
{
    uint32_t slots = 0, pages = 0;
    cpu->taken = 0;
    while (cpu->taken < cpu->net->spec->back_budget && queue->sent.n &&
           ivc_netback_may_take(queue)) {
        const Packet *packet = ivc_netback_take(queue);
        slots += packet->head_slots + packet->grant_slots;
        pages += packet->grant_slots;
        cpu->taken++;
    }
    if (cpu->taken)
        ivc_netback_owe_batch(cpu, agent, queue, cpu->taken, slots, pages);
}

static IvcStep poll_queue(BackCpu *cpu, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    Queue *queue = cpu->polled;
    IVC_BEGIN(&cpu->poll_frame);
    ivc_owe(agent, net->t.back_poll, net->stage0 + NETFRONT_BACK_TX);
    take_batch(cpu, queue, agent);
    IVC_AWAIT(&cpu->poll_frame, ivc_pay(agent));
    while (cpu->batch.n) {
        IVC_CALL(&cpu->poll_frame, ivc_netback_forward(cpu, agent));
    }
    queue->starved = queue->sent.n > 0 && !ivc_netback_may_take(queue); /* until pages come back */
    if (!queue->starved && ivc_xen_ring_final_requests(&queue->tx))
        ivc_netback_append(queue);
    else
        queue->back_polling = false;
    IVC_END(&cpu->poll_frame);
}

static IvcStep softirq_step(IvcAgent *agent)
{
    BackCpu *cpu = (BackCpu *)((char *)agent - offsetof(BackCpu, softirq));
    IVC_BEGIN(&cpu->frame);
    ivc_netback_begin(cpu);
    for (;;) {
        while (!cpu->first) {
            IVC_AWAIT(&cpu->frame, ivc_netback_wait(cpu));
            ivc_netback_begin(cpu);
        }
        if (ivc_netback_is_long(cpu)) {
            IVC_AWAIT(&cpu->frame, ivc_netback_gives_way(cpu));
            ivc_netback_goes_on(cpu);
        }
        cpu->polled = ivc_netback_next(cpu);
        IVC_CALL(&cpu->frame, poll_queue(cpu, agent));
        cpu->polled = NULL;
        if (ivc_netback_is_one_of_many(cpu)) {
            IVC_AWAIT(&cpu->frame, ivc_wait(agent, &cpu->work, 0));
        }
    }
    IVC_END(&cpu->frame);
}

/* ---- threads ---- */

static bool waits(Queue *to)
{
    return ivc_os_notify(to->net->platform, &to->rx_sleeper);
}

static bool delivered(Queue *from)
{
    return ivc_os_notify(from->net->platform, &from->dealloc_sleeper);
}

/* As Linux: a full batch of operations is carried out, and its packets are pushed, before more. */
static bool is_batch_open(const Queue *queue)
{
    const NetfrontSpec *spec = queue->net->spec;
    return queue->done.n < spec->rx_batch && queue->operations < spec->copy_batch;
}

/* Datagrams have no end: after each batch the domain's own process has its turn. */
static bool has_company(const Queue *queue, const IvcAgent *thread)
{
    const Netfront *net = queue->net;
    return net->head.tells && net->local &&
           ivc_tcp_process_waits(net->head.tcp, net->local->rank, thread);
}

static IvcStep rx_thread_step(IvcAgent *agent)
{
    Queue *queue = (Queue *)((char *)agent - offsetof(Queue, rx_thread));
    Netfront *net = queue->net;
    IVC_BEGIN(&queue->rx_frame);
    for (;;) {
        while (!ivc_netback_can_give(queue)) {
            ivc_netback_turn_over(queue->cpu);
            IVC_CALL(&queue->rx_frame, ivc_os_sleep(net->platform, agent, &queue->rx_sleeper,
                                                    &queue->rx_frame.sleep));
        }
        while (is_batch_open(queue) && ivc_netback_can_give(queue)) {
            IVC_AWAIT(&queue->rx_frame, ivc_netback_give(queue, agent));
        }
        if (net->variant->give != GIVE_STAGED) {
            IVC_AWAIT(&queue->rx_frame,
                      ivc_spend(agent,
                                ivc_netback_give_ps(net, queue->operations, net->spec->copy_batch),
                                net->xen.stage0 + XEN_GRANT));
        }
        if (ivc_netback_push(queue)) {
            IVC_AWAIT(&queue->rx_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                  net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&queue->rx_ready);
        }
        while (queue->done.n) {
            if (ivc_netback_finish(net, ivc_packets_pop(&queue->done))) {
                IVC_AWAIT(&queue->rx_frame,
                          ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
            }
        }
        if (has_company(queue, agent)) {
            IVC_AWAIT(&queue->rx_frame, ivc_wait(agent, &queue->rx_sleeper.signal, 0));
        }
    }
    IVC_END(&queue->rx_frame);
}

/* Unmaps pages whose data has been delivered, and answers their slots. */
static IvcStep dealloc_thread_step(IvcAgent *agent)
{
    Queue *queue = (Queue *)((char *)agent - offsetof(Queue, dealloc_thread));
    Netfront *net = queue->net;
    IVC_BEGIN(&queue->dealloc_frame);
    for (;;) {
        while (!queue->to_answer) {
            ivc_netback_turn_over(queue->cpu);
            IVC_CALL(&queue->dealloc_frame,
                     ivc_os_sleep(net->platform, agent, &queue->dealloc_sleeper,
                                  &queue->dealloc_frame.sleep));
        }
        queue->answering = queue->to_answer;
        queue->to_answer = 0;
        ivc_netback_owe_unmap(queue, agent, queue->answering);
        IVC_AWAIT(&queue->dealloc_frame, ivc_pay(agent));
        ivc_netback_answered(queue, queue->answering);
        if (queue->starved && ivc_netback_may_take(queue)) {
            queue->starved = false;
            ivc_netback_schedule(queue);
        }
        if (ivc_xen_ring_push_responses(&queue->tx, queue->answering)) {
            IVC_AWAIT(&queue->dealloc_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                       net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&queue->tx_done);
        }
        queue->answering = 0;
        if (has_company(queue, agent)) {
            IVC_AWAIT(&queue->dealloc_frame, ivc_wait(agent, &queue->dealloc_sleeper.signal, 0));
        }
    }
    IVC_END(&queue->dealloc_frame);
}

/* ---- building ---- */

static void init_cpu(BackCpu *cpu)
{
    ivc_agent_init(&cpu->softirq, ivc_platform_id(cpu->net->platform), cpu->name,
                   cpu->vcpu.upcall.core, IVC_PRIORITY_DEFERRED, softirq_step);
}

static void name_thread(const Queue *queue, char name[static 32], const char *what)
{
    if (queue->net->n_queues == 1)
        g_snprintf(name, 32, "vif %u %s", queue->rank, what);
    else
        g_snprintf(name, 32, "vif %u.%u %s", queue->rank, (unsigned)(queue - queue->vif->queues),
                   what);
}

static void init(Queue *queue)
{
    IvcPlatform *platform = queue->net->platform;
    IvcCore *core = queue->cpu->vcpu.upcall.core;
    queue->rx_sleeper.signal.id = ivc_platform_id(platform);
    queue->dealloc_sleeper.signal.id = ivc_platform_id(platform);
    name_thread(queue, queue->names[0], "guest-rx");
    name_thread(queue, queue->names[1], "dealloc");
    ivc_agent_init(&queue->rx_thread, ivc_platform_id(platform), queue->names[0], core,
                   IVC_PRIORITY_PROCESS, rx_thread_step);
    ivc_agent_init(&queue->dealloc_thread, ivc_platform_id(platform), queue->names[1], core,
                   IVC_PRIORITY_PROCESS, dealloc_thread_step);
    ivc_agent_start(&queue->rx_thread);
    ivc_agent_start(&queue->dealloc_thread);
}

static void sleeper_digest(const IvcSleeper *sleeper, IvcDigest *digest)
{
    ivc_signal_digest(&sleeper->signal, digest);
    ivc_digest_u64(digest, sleeper->pending);
    ivc_digest_u64(digest, sleeper->asleep);
}

static void threads_digest(const Queue *queue, IvcDigest *digest)
{
    ivc_agent_digest(&queue->rx_thread, digest);
    ivc_agent_digest(&queue->dealloc_thread, digest);
    sleeper_digest(&queue->rx_sleeper, digest);
    sleeper_digest(&queue->dealloc_sleeper, digest);
    ivc_digest_u64(digest, queue->rx_frame.label);
    ivc_digest_u64(digest, queue->rx_frame.sleep.label);
    ivc_digest_u64(digest, queue->dealloc_frame.label);
    ivc_digest_u64(digest, queue->dealloc_frame.sleep.label);
}

const NetbackOps ivc_netback_threads = {
    .init_cpu = init_cpu,
    .init = init,
    .waits = waits,
    .delivered = delivered,
    .digest = threads_digest,
};
