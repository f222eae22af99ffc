/* The driver domain's half of the split driver, and the bridge between the guests' interfaces.
 *
 * Sent packets are taken by NAPI on the vCPU of the driver domain that the interface belongs to:
 * headers are copied by grant, the pages of data mapped; the bridge puts the packet into the queue
 * of the receiving interface, whose thread copies the data by grant into pages that the receiver
 * has posted. Then the sender's pages are unmapped by a thread of the sender's interface, and its
 * slots answered.
 *
 * Left out: drops of streams where a queue is too long (counted as netback_over_limit; datagrams
 * are dropped), rate limits, the forwarding table, filters, time stamps, and the locks of grant
 * table and maptrack. */
#include "models/net/netfront_private.h"

/* ---- taking what guests send ---- */

static void poll_list_append(Vif *vif)
{
    BackCpu *cpu = vif->cpu;
    vif->next_polled = NULL;
    if (cpu->last)
        cpu->last->next_polled = vif;
    else
        cpu->first = vif;
    cpu->last = vif;
}

static void schedule_poll(Vif *vif)
{
    if (vif->back_polling)
        return;
    vif->back_polling = true;
    poll_list_append(vif);
    ivc_signal(&vif->net->platform->sim, &vif->cpu->work);
}

static void tx_ready(IvcXenPort *port, IvcAgent *upcall)
{
    (void)upcall;
    schedule_poll(port->owner);
}

/* Whether netback may take another packet: as Linux, the largest one must fit its limit. */
static bool may_take(const Vif *vif)
{
    const NetfrontSpec *spec = vif->net->spec;
    return vif->pending + spec->slots_max < spec->pending;
}

/* Takes packets out of the ring: as many as the budget and the limit on pending slots allow. Owes
 * what that takes, with the hypercalls for headers and pages. */
static void take_batch(BackCpu *cpu, Vif *vif, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    const NetfrontSpec *spec = net->spec;
    uint32_t slots = 0, pages = 0;
    cpu->taken = 0;
    while (cpu->taken < spec->back_budget && vif->sent.n && may_take(vif)) {
        Packet *packet = ivc_packets_pop(&vif->sent);
        uint32_t both = packet->head_slots + packet->grant_slots;
        vif->tx.req_cons += both;
        vif->pending += both;
        slots += both;
        pages += packet->grant_slots;
        ivc_packets_push(&cpu->batch, packet);
        cpu->taken++;
    }
    if (cpu->taken == 0)
        return;
    ivc_owe(agent, cpu->taken * net->t.back_tx + slots * net->t.back_tx_slot,
            net->stage0 + NETFRONT_BACK_TX);
    ivc_owe(agent,
            ivc_xen_grant_copies(&net->xen, cpu->taken) +
                ivc_xen_grant_copy_calls(&net->xen, cpu->taken, spec->copy_batch) +
                ivc_xen_grant_map(&net->xen, pages),
            net->xen.stage0 + XEN_GRANT);
}

/* The packet has reached its receiver, or is dropped: its pages go back to the sender.
 * @return true when a thread was woken for that */
static bool finish(Netfront *net, Packet *packet)
{
    Vif *from = &net->vifs[packet->from];
    uint32_t slots = packet->grant_slots;
    if (net->head.tells && slots)
        ivc_tcp_done(net->head.tcp, packet->from, packet->to, &packet->payload);
    ivc_netfront_packet_free(net, packet);
    if (slots == 0)
        return false;
    from->to_answer += slots;
    return ivc_os_notify(net->platform, &from->dealloc_sleeper);
}

/* The bridge has chosen the interface. @return whether its queue has room: who sends streams is
 * let in all the same, because nothing is sent again */
static bool enqueue(Netfront *net, Packet *packet)
{
    Vif *to = &net->vifs[packet->to];
    bool over = to->queue.n >= net->spec->queue_limit &&
                to->queue_bytes + packet->segment.bytes > net->spec->queue_bytes.n;
    net->over_limit += over;
    if (over && net->head.tells) {
        ivc_tcp_dropped(net->head.tcp, packet->from, packet->to, &packet->segment);
        return false;
    }
    to->queue_bytes += packet->segment.bytes;
    ivc_packets_push(&to->queue, packet);
    return true;
}

static IvcStep poll_vif(BackCpu *cpu, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    Vif *vif = cpu->polled;
    Packet *packet;
    IVC_BEGIN(&cpu->poll_frame);
    ivc_owe(agent, net->t.back_poll, net->stage0 + NETFRONT_BACK_TX);
    take_batch(cpu, vif, agent);
    IVC_AWAIT(&cpu->poll_frame, ivc_pay(agent));
    while (cpu->batch.n) {
        packet = cpu->batch.first;
        vif->pending -= packet->head_slots;
        if (ivc_xen_ring_push_responses(&vif->tx, packet->head_slots)) {
            IVC_AWAIT(&cpu->poll_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                  net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&vif->tx_done);
        }
        IVC_AWAIT(&cpu->poll_frame, ivc_spend(agent, net->t.bridge, net->stage0 + NETFRONT_BRIDGE));
        packet = ivc_packets_pop(&cpu->batch);
        if (!enqueue(net, packet)) {
            if (finish(net, packet)) {
                IVC_AWAIT(&cpu->poll_frame,
                          ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
            }
            continue;
        }
        if (ivc_os_notify(net->platform, &net->vifs[packet->to].rx_sleeper)) {
            IVC_AWAIT(&cpu->poll_frame, ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
        }
    }
    vif->starved = vif->sent.n > 0 && !may_take(vif); /* until pages come back */
    if (!vif->starved && ivc_xen_ring_final_requests(&vif->tx))
        poll_list_append(vif);
    else
        vif->back_polling = false;
    IVC_END(&cpu->poll_frame);
}

static IvcStep softirq_step(IvcAgent *agent)
{
    BackCpu *cpu = (BackCpu *)((char *)agent - offsetof(BackCpu, softirq));
    IVC_BEGIN(&cpu->frame);
    for (;;) {
        while (!cpu->first) {
            IVC_AWAIT(&cpu->frame, ivc_wait(agent, &cpu->work, IVC_TIME_NEVER));
        }
        cpu->polled = cpu->first;
        cpu->first = cpu->polled->next_polled;
        if (!cpu->first)
            cpu->last = NULL;
        cpu->polled->next_polled = NULL;
        IVC_CALL(&cpu->frame, poll_vif(cpu, agent));
        cpu->polled = NULL;
    }
    IVC_END(&cpu->frame);
}

/* ---- giving to guests what they receive ---- */

/* Slots of posted pages that a packet takes: its bytes with headers, and one for what is said about
 * segment offload. */
static uint32_t rx_slots(const Netfront *net, const Packet *packet)
{
    uint64_t bytes = packet->segment.bytes;
    return ivc_netfront_pages(HEADER_BYTES + bytes) + (bytes > net->mss ? 1 : 0);
}

/* Operations of a grant copy: each ends where a page of the sender or one of the receiver does. */
static uint32_t copy_operations(const Packet *packet)
{
    uint64_t bytes = packet->segment.bytes;
    return ivc_netfront_pages(bytes) + ivc_netfront_pages(HEADER_BYTES + bytes);
}

/* Whether the first packet of the queue finds its slots; else netback asks to be told of new ones.
 */
static bool can_give(Vif *vif)
{
    if (!vif->queue.n)
        return false;
    if (ivc_xen_ring_requests(&vif->rx) >= rx_slots(vif->net, vif->queue.first))
        return true;
    ivc_xen_ring_want_requests(&vif->rx);
    return false;
}

static void rx_posted(IvcXenPort *port, IvcAgent *upcall)
{
    Vif *vif = port->owner;
    if (ivc_os_notify(vif->net->platform, &vif->rx_sleeper))
        ivc_owe(upcall, vif->net->platform->t.wake, IVC_STAGE_WAKE);
}

static Arrival *staged_arrival(Vif *vif, uint32_t i)
{
    return &vif->arrivals[(vif->arrivals_first + vif->arrivals_n + i) % vif->rx.size];
}

/* Takes the first packet of the queue and its slots, and copies it. A request like ivc_copy(). */
static bool give(Vif *vif, IvcAgent *agent)
{
    Netfront *net = vif->net;
    Packet *packet = ivc_packets_pop(&vif->queue);
    Arrival *arrival = staged_arrival(vif, vif->arrivals_staged++);
    uint32_t operations = copy_operations(packet), slots = rx_slots(net, packet);
    uint64_t at;
    vif->queue_bytes -= packet->segment.bytes;
    vif->rx.req_cons += slots;
    vif->pushed += slots;
    vif->operations += operations;
    *arrival = (Arrival){.from = packet->from, .slots = slots, .segment = packet->segment};
    ivc_packets_push(&vif->done, packet);
    ivc_owe(agent, net->t.back_rx + slots * net->t.back_rx_slot, net->stage0 + NETFRONT_BACK_RX);
    ivc_owe(agent, ivc_xen_grant_copies(&net->xen, operations), net->xen.stage0 + XEN_GRANT);
    if (!packet->segment.bytes)
        return ivc_pay(agent);
    IvcBuffer *place = ivc_tcp_place(net->head.tcp, packet->from, packet->to, packet->segment.bytes,
                                     &arrival->skb, &at);
    return ivc_copy(agent, place, at, packet->payload.buffer, packet->payload.at,
                    packet->segment.bytes, net->stage0 + NETFRONT_COPY_GRANT);
}

/* What was copied becomes visible to the guest. @return true when it must be told */
static bool push(Vif *vif)
{
    uint32_t slots = vif->pushed;
    vif->arrivals_n += vif->arrivals_staged;
    vif->arrivals_staged = vif->pushed = 0;
    vif->operations = 0;
    return ivc_xen_ring_push_responses(&vif->rx, slots);
}

static IvcStep rx_thread_step(IvcAgent *agent)
{
    Vif *vif = (Vif *)((char *)agent - offsetof(Vif, rx_thread));
    Netfront *net = vif->net;
    IVC_BEGIN(&vif->rx_frame);
    for (;;) {
        while (!can_give(vif)) {
            IVC_CALL(&vif->rx_frame,
                     ivc_os_sleep(net->platform, agent, &vif->rx_sleeper, &vif->rx_frame.sleep));
        }
        while (vif->done.n < net->spec->rx_batch && can_give(vif)) {
            IVC_AWAIT(&vif->rx_frame, give(vif, agent));
        }
        IVC_AWAIT(&vif->rx_frame, ivc_spend(agent,
                                            ivc_xen_grant_copy_calls(&net->xen, vif->operations,
                                                                     net->spec->copy_batch),
                                            net->xen.stage0 + XEN_GRANT));
        if (push(vif)) {
            IVC_AWAIT(&vif->rx_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&vif->rx_ready);
        }
        while (vif->done.n) {
            if (finish(net, ivc_packets_pop(&vif->done))) {
                IVC_AWAIT(&vif->rx_frame, ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
            }
        }
    }
    IVC_END(&vif->rx_frame);
}

/* Unmaps pages whose data has been delivered, and answers their slots. */
static IvcStep dealloc_thread_step(IvcAgent *agent)
{
    Vif *vif = (Vif *)((char *)agent - offsetof(Vif, dealloc_thread));
    Netfront *net = vif->net;
    IVC_BEGIN(&vif->dealloc_frame);
    for (;;) {
        while (!vif->to_answer) {
            IVC_CALL(&vif->dealloc_frame, ivc_os_sleep(net->platform, agent, &vif->dealloc_sleeper,
                                                       &vif->dealloc_frame.sleep));
        }
        vif->answering = vif->to_answer;
        vif->to_answer = 0;
        ivc_owe(agent, vif->answering * net->t.back_tx_done, net->stage0 + NETFRONT_BACK_TX);
        IVC_AWAIT(&vif->dealloc_frame,
                  ivc_spend(agent, ivc_xen_grant_unmap(&net->xen, vif->answering, net->n_cpus - 1),
                            net->xen.stage0 + XEN_GRANT));
        vif->pending -= vif->answering;
        if (vif->starved && may_take(vif)) {
            vif->starved = false;
            schedule_poll(vif);
        }
        if (ivc_xen_ring_push_responses(&vif->tx, vif->answering)) {
            IVC_AWAIT(&vif->dealloc_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                     net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&vif->tx_done);
        }
        vif->answering = 0;
    }
    IVC_END(&vif->dealloc_frame);
}

/* ---- building ---- */

void ivc_netback_cpu_init(BackCpu *cpu, Netfront *net, uint32_t core, uint32_t number)
{
    IvcPlatform *platform = net->platform;
    IvcCore *place = &platform->cores.items[core];
    cpu->net = net;
    ivc_xen_vcpu_init(&cpu->vcpu, &net->xen, place, platform->n_ranks + number);
    cpu->work.id = ivc_platform_id(platform);
    g_snprintf(cpu->name, sizeof cpu->name, "netback %u", number);
    ivc_agent_init(&cpu->softirq, ivc_platform_id(platform), cpu->name, place,
                   IVC_PRIORITY_DEFERRED, softirq_step);
    ivc_agent_start(&cpu->softirq);
}

void ivc_netback_init(Vif *vif, BackCpu *cpu)
{
    IvcPlatform *platform = vif->net->platform;
    IvcCore *core = cpu->vcpu.upcall.core;
    vif->cpu = cpu;
    ivc_xen_port_init(&vif->tx_ready, &cpu->vcpu, tx_ready, vif);
    ivc_xen_port_init(&vif->rx_posted, &cpu->vcpu, rx_posted, vif);
    vif->rx_sleeper.signal.id = ivc_platform_id(platform);
    vif->dealloc_sleeper.signal.id = ivc_platform_id(platform);
    g_snprintf(vif->names[0], sizeof vif->names[0], "vif %u guest-rx", vif->rank);
    g_snprintf(vif->names[1], sizeof vif->names[1], "vif %u dealloc", vif->rank);
    ivc_agent_init(&vif->rx_thread, ivc_platform_id(platform), vif->names[0], core,
                   IVC_PRIORITY_PROCESS, rx_thread_step);
    ivc_agent_init(&vif->dealloc_thread, ivc_platform_id(platform), vif->names[1], core,
                   IVC_PRIORITY_PROCESS, dealloc_thread_step);
    ivc_agent_start(&vif->rx_thread);
    ivc_agent_start(&vif->dealloc_thread);
}
