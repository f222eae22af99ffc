/* What both generations of netback do: taking sent packets out of the rings, the operations on
 * grants that this costs in each variant, and giving packets to guests.
 *
 * Left out: rate limits, the forwarding table, filters, time stamps. */
#include "models/net/netfront_private.h"

/* Bytes of a packet that netback copies to look at its headers. */
#define HEAD_BYTES 128u

/* ---- whose turn it is ---- */

void ivc_netback_append(Queue *queue)
{
    BackCpu *cpu = queue->cpu;
    queue->next_polled = NULL;
    if (cpu->last)
        cpu->last->next_polled = queue;
    else
        cpu->first = queue;
    cpu->last = queue;
}

void ivc_netback_schedule(Queue *queue)
{
    if (queue->back_polling)
        return;
    queue->back_polling = true;
    ivc_netback_append(queue);
    ivc_signal(&queue->net->platform->sim, &queue->cpu->work);
}

Queue *ivc_netback_next(BackCpu *cpu)
{
    Queue *queue = cpu->first;
    cpu->first = queue->next_polled;
    if (!cpu->first)
        cpu->last = NULL;
    queue->next_polled = NULL;
    return queue;
}

/* ---- sharing the vCPU with other softirqs and with processes: datagrams have no end ---- */

static IvcSoftirqTurn *turn_of(const BackCpu *cpu)
{
    return ivc_tcp_turn(cpu->net->head.tcp, &cpu->softirq);
}

bool ivc_netback_wait(BackCpu *cpu)
{
    if (cpu->net->head.tells)
        ivc_softirq_ends(turn_of(cpu), cpu->net->platform->sim.now);
    return ivc_wait(&cpu->softirq, &cpu->work, IVC_TIME_NEVER);
}

void ivc_netback_begin(const BackCpu *cpu)
{
    if (cpu->net->head.tells)
        ivc_softirq_begins(turn_of(cpu), cpu->net->platform->sim.now);
}

/* As Linux polls devices in turn: one that finds packets without end keeps no other from its own.
 */
bool ivc_netback_is_one_of_many(const BackCpu *cpu)
{
    return cpu->net->head.tells && cpu->softirq.core->ready & 1u << IVC_PRIORITY_DEFERRED;
}

bool ivc_netback_is_long(const BackCpu *cpu)
{
    return cpu->net->head.tells &&
           ivc_softirq_is_long(turn_of(cpu), &cpu->softirq, ivc_tcp_turn_ps(cpu->net->head.tcp));
}

bool ivc_netback_gives_way(BackCpu *cpu)
{
    return ivc_softirq_gives_way(turn_of(cpu), &cpu->softirq, ivc_tcp_turn_ps(cpu->net->head.tcp));
}

void ivc_netback_goes_on(BackCpu *cpu)
{
    ivc_softirq_goes_on(turn_of(cpu), &cpu->net->platform->sim);
}

void ivc_netback_turn_over(const BackCpu *cpu)
{
    if (cpu->net->head.tells && !ivc_process_is_ready(cpu->softirq.core))
        ivc_signal(&cpu->net->platform->sim, &turn_of(cpu)->over);
}

/* ---- taking what guests send ---- */

/* As Linux: the largest packet must fit the limit. */
bool ivc_netback_may_take(const Queue *queue)
{
    const Netfront *net = queue->net;
    uint32_t pending = net->variant->tasklets ? net->pending : queue->pending;
    return pending + net->spec->slots_max < net->spec->pending;
}

const Packet *ivc_netback_take(Queue *queue)
{
    Packet *packet = ivc_packets_pop(&queue->sent);
    uint32_t slots = packet->head_slots + packet->grant_slots;
    queue->tx.req_cons += slots;
    queue->pending += slots;
    queue->net->pending += slots;
    ivc_packets_push(&queue->cpu->batch, packet);
    return packet;
}

void ivc_netback_answered(Queue *queue, uint32_t slots)
{
    queue->pending -= slots;
    queue->net->pending -= slots;
}

/* The operations on grants that a batch takes, hypercalls included. */
static IvcTime batch_ps(Netfront *net, uint32_t packets, uint32_t slots, uint32_t pages)
{
    const NetfrontVariant *variant = net->variant;
    IvcXen *xen = &net->xen;
    if (variant->staged)
        return ivc_xen_grant_lookups(xen, slots) +
               packets * ivc_copy_l1_ps(net->platform->memory, HEAD_BYTES);
    if (variant->maps_head)
        return ivc_xen_grant_map(xen, pages, net->spec->map_batch) +
               packets * ivc_copy_l1_ps(net->platform->memory, HEAD_BYTES / 2);
    return ivc_xen_grant_copies(xen, packets) +
           ivc_xen_grant_copy_calls(xen, packets, net->spec->copy_batch) +
           ivc_xen_grant_map(xen, pages, net->spec->map_batch);
}

/* Pages that stay mapped are mapped when their queue is first at work: both rings' worth of them.
 */
static void owe_set_up(Queue *queue, IvcAgent *agent)
{
    Netfront *net = queue->net;
    if (queue->mapped)
        return;
    queue->mapped = true;
    ivc_owe(agent, ivc_xen_grant_map(&net->xen, 2 * net->spec->ring, net->spec->map_batch),
            net->xen.stage0 + XEN_GRANT);
}

void ivc_netback_owe_batch(BackCpu *cpu, IvcAgent *agent, Queue *queue, uint32_t packets,
                           uint32_t slots, uint32_t pages)
{
    Netfront *net = cpu->net;
    IvcXen *xen = &net->xen;
    ivc_owe(agent, packets * net->t.back_tx + slots * net->t.back_tx_slot,
            net->stage0 + NETFRONT_BACK_TX);
    if (net->variant->staged) {
        owe_set_up(queue, agent);
    } else {
        ivc_xen_lock(xen, &queue->vif->grants, agent, packets + pages, xen->t.grant_lock);
        ivc_xen_lock(xen, &net->maptrack, agent, pages, xen->t.maptrack_lock);
    }
    ivc_owe(agent, batch_ps(net, packets, slots, pages), xen->stage0 + XEN_GRANT);
}

/* The vCPUs of the driver domain that could have mappings in a TLB, beside the agent's: those that
 * are running. A pinned one always counts. */
static uint32_t others_running(const Netfront *net, const IvcAgent *agent)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < net->n_cpus; c++) {
        const IvcCore *core = net->cpus[c].vcpu.upcall.core;
        n += core != agent->core && core->state == IVC_CORE_ON;
    }
    return n;
}

void ivc_netback_owe_unmap(Queue *queue, IvcAgent *agent, uint32_t slots)
{
    Netfront *net = queue->net;
    IvcXen *xen = &net->xen;
    ivc_owe(agent, slots * net->t.back_tx_done, net->stage0 + NETFRONT_BACK_TX);
    if (net->variant->staged)
        return;
    ivc_xen_lock(xen, &queue->vif->grants, agent, slots, xen->t.grant_lock);
    ivc_xen_lock(xen, &net->maptrack, agent, slots, xen->t.maptrack_lock);
    ivc_owe(agent,
            ivc_xen_grant_unmap(xen, slots, others_running(net, agent), net->spec->map_batch),
            xen->stage0 + XEN_GRANT);
}

/* ---- the bridge ---- */

/* The bytes of a datagram are not needed any more; the driver domain's own are free at once.
 * @return true when their sender was woken */
static bool done_with(Netfront *net, Packet *packet)
{
    if (!net->head.tells || !packet->sent.bytes)
        return false;
    ivc_tcp_done(net->head.tcp, packet->from, packet->to, &packet->sent);
    packet->sent.bytes = 0;
    return &net->vifs[packet->from] == net->local && ivc_tcp_freed(net->head.tcp, packet->from);
}

/* As Linux: the packet with which netback's queue exceeds its bytes is in it, and stops the queue
 * before the interface until some have gone. */
static bool is_stopped(const Queue *to)
{
    return to->waiting_bytes > to->net->spec->queue_bytes.n;
}

static void take_in(Queue *to, Packet *packet)
{
    to->waiting_bytes += packet->segment.bytes;
    ivc_packets_push(&to->waiting, packet);
}

bool ivc_netback_enqueue(Netfront *net, Packet *packet)
{
    Queue *to = ivc_netfront_queue(net, packet->to, packet->from);
    if (!is_stopped(to)) {
        take_in(to, packet);
        return net->variant->back->waits(to);
    }
    if (to->before.n >= net->spec->queue_limit) {
        net->over_limit++;
        if (net->spec->overflow == NETFRONT_DROP && net->head.tells) {
            net->dropped++;
            ivc_tcp_dropped(net->head.tcp, packet->from, packet->to, &packet->segment);
            return ivc_netback_finish(net, packet);
        }
    }
    ivc_packets_push(&to->before, packet);
    return net->variant->back->waits(to);
}

/* The first packet of netback's queue; others come in where it was. */
static Packet *take_waiting(Queue *queue)
{
    Packet *packet = ivc_packets_pop(&queue->waiting);
    queue->waiting_bytes -= packet->segment.bytes;
    while (queue->before.n && !is_stopped(queue))
        take_in(queue, ivc_packets_pop(&queue->before));
    return packet;
}

/* Whether netback copies the packet into pages of its own: always, or because pages that belong to
 * the sender cannot be given to the receiver. */
static bool is_copied_in(const Netfront *net, const Packet *packet)
{
    bool to_guest = &net->vifs[packet->to] != net->local;
    return packet->payload.bytes &&
           (net->variant->copies_in || (net->variant->give == GIVE_PAGES && to_guest));
}

/* The data now lies in netback's own pages; what the sender's were mapped for is over. */
static bool copied_in(Queue *queue, Packet *packet)
{
    Netfront *net = queue->net;
    packet->payload.buffer = queue->copied;
    packet->payload.at = 0;
    packet->pool = queue->own.buffers;
    (void)done_with(net, packet); /* of a guest: nobody is woken before it is answered */
    if (net->variant->staged) {   /* nothing to unmap: answered at once */
        packet->head_slots += packet->grant_slots;
        packet->grant_slots = 0;
        return false;
    }
    queue->to_answer += packet->grant_slots;
    packet->grant_slots = 0;
    return net->variant->back->delivered(queue);
}

/* Where the bridge puts it. @return true when somebody was woken for it */
static bool bridged(Netfront *net, Packet *packet)
{
    if (&net->vifs[packet->to] != net->local)
        return ivc_netback_enqueue(net, packet);
    ivc_local_arrive(net->local, packet);
    return false;
}

IvcStep ivc_netback_forward(BackCpu *cpu, IvcAgent *agent)
{
    Netfront *net = cpu->net;
    Packet *packet = cpu->batch.first;
    Queue *queue = packet ? ivc_netfront_queue(net, packet->from, packet->to) : NULL;
    IVC_BEGIN(&cpu->forward_frame);
    if (is_copied_in(net, packet)) {
        queue->copied = ivc_page_pool_take(&queue->own, packet->payload.bytes);
        IVC_AWAIT(&cpu->forward_frame,
                  ivc_copy(agent, queue->copied, 0, packet->payload.buffer, packet->payload.at,
                           packet->payload.bytes, net->stage0 + NETFRONT_COPY_STAGING));
        if (copied_in(queue, packet)) {
            IVC_AWAIT(&cpu->forward_frame, ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
        }
    }
    if (packet->head_slots) {
        ivc_netback_answered(queue, packet->head_slots);
        if (ivc_xen_ring_push_responses(&queue->tx, packet->head_slots)) {
            IVC_AWAIT(&cpu->forward_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                     net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&queue->tx_done);
        }
    }
    IVC_AWAIT(&cpu->forward_frame, ivc_spend(agent, net->t.bridge, net->stage0 + NETFRONT_BRIDGE));
    packet = ivc_packets_pop(&cpu->batch);
    if (bridged(net, packet)) {
        IVC_AWAIT(&cpu->forward_frame, ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
    }
    IVC_END(&cpu->forward_frame);
}

bool ivc_netback_finish(Netfront *net, Packet *packet)
{
    uint32_t slots = packet->grant_slots;
    Queue *from = slots ? ivc_netfront_queue(net, packet->from, packet->to) : NULL;
    bool woken = done_with(net, packet);
    ivc_netfront_packet_free(net, packet);
    if (slots == 0)
        return woken;
    from->to_answer += slots;
    return net->variant->back->delivered(from);
}

/* ---- giving to guests what they receive ---- */

/* Slots of posted pages that a packet takes: its bytes with headers, and one for what is said about
 * segment offload. */
static uint32_t rx_slots(const Netfront *net, const Packet *packet)
{
    uint64_t bytes = packet->segment.bytes;
    return ivc_netfront_pages(HEADER_BYTES + bytes) + (bytes > net->mss ? 1 : 0);
}

/* Operations on grants that giving it takes. A grant copy ends where a page of the sender or one of
 * the receiver does; a page is given in one. */
static uint32_t operations_of(const Netfront *net, const Packet *packet)
{
    uint64_t bytes = packet->segment.bytes;
    if (ivc_netfront_is_linear(net) && net->variant->give == GIVE_COPY)
        return IVC_TCP_FRAME + packet->segment.headers + bytes > HEAD_BYTES / 2 ? 2 : 1;
    if (net->variant->give == GIVE_COPY)
        return ivc_netfront_pages(bytes) + ivc_netfront_pages(HEADER_BYTES + bytes);
    return ivc_netfront_pages(HEADER_BYTES + bytes);
}

bool ivc_netback_can_give(Queue *queue)
{
    if (!queue->waiting.n)
        return false;
    if (ivc_xen_ring_requests(&queue->rx) >= rx_slots(queue->net, queue->waiting.first))
        return true;
    ivc_xen_ring_want_requests(&queue->rx);
    return false;
}

static Arrival *staged_arrival(Queue *queue, uint32_t i)
{
    return &queue->arrivals[(queue->arrivals_first + queue->arrivals_n + i) % queue->rx.size];
}

/* Moves the data of a packet to the guest, in the variant's way. A request like ivc_copy(). */
static bool move_data(Queue *queue, IvcAgent *agent, const Packet *packet, Arrival *arrival)
{
    Netfront *net = queue->net;
    const IvcPayload *payload = &packet->payload;
    uint64_t at = 0, bytes = packet->segment.bytes;
    IvcBuffer *place;
    if (net->variant->give == GIVE_STAGED)
        place = arrival->staged = ivc_page_pool_take(&queue->rx_pool, bytes);
    else
        place = ivc_tcp_place(net->head.tcp, packet->from, packet->to, bytes, &arrival->skb, &at);
    if (net->variant->give != GIVE_PAGES)
        return ivc_copy(agent, place, at, payload->buffer, payload->at, bytes,
                        net->stage0 + NETFRONT_COPY_GRANT);
    ivc_produce(agent, place, at, bytes); /* the pages change hands with what this core wrote */
    return ivc_pay(agent);
}

bool ivc_netback_give(Queue *queue, IvcAgent *agent)
{
    Netfront *net = queue->net;
    IvcXen *xen = &net->xen;
    Packet *packet = take_waiting(queue);
    Arrival *arrival = staged_arrival(queue, queue->arrivals_staged++);
    uint32_t operations = operations_of(net, packet), slots = rx_slots(net, packet);
    queue->rx.req_cons += slots;
    queue->pushed += slots;
    queue->operations += operations;
    *arrival = (Arrival){.from = packet->from, .slots = slots, .segment = packet->segment};
    ivc_packets_push(&queue->done, packet);
    if (net->local)
        ivc_local_restart(net, queue);
    ivc_owe(agent, net->t.back_rx + slots * net->t.back_rx_slot, net->stage0 + NETFRONT_BACK_RX);
    if (net->variant->give == GIVE_STAGED) {
        owe_set_up(queue, agent);
        ivc_owe(agent, ivc_xen_grant_lookups(xen, operations), xen->stage0 + XEN_GRANT);
    } else {
        ivc_xen_lock(xen, &queue->vif->grants, agent, operations, xen->t.grant_lock);
        if (net->variant->give == GIVE_COPY)
            ivc_owe(agent, ivc_xen_grant_copies(xen, operations), xen->stage0 + XEN_GRANT);
    }
    if (!packet->segment.bytes)
        return ivc_pay(agent);
    return move_data(queue, agent, packet, arrival);
}

IvcTime ivc_netback_give_ps(Netfront *net, uint64_t operations, uint64_t batch)
{
    switch (net->variant->give) {
    case GIVE_COPY:
        return ivc_xen_grant_copy_calls(&net->xen, operations, batch);
    case GIVE_PAGES: /* and as many from the hypervisor, for what comes next */
        return ivc_xen_grant_transfer(&net->xen, operations) +
               ivc_xen_pages_get(&net->xen, operations, net->spec->copy_batch);
    case GIVE_STAGED:
        break;
    }
    return 0;
}

bool ivc_netback_push(Queue *queue)
{
    uint32_t slots = queue->pushed;
    queue->arrivals_n += queue->arrivals_staged;
    queue->arrivals_staged = queue->pushed = 0;
    queue->operations = 0;
    return ivc_xen_ring_push_responses(&queue->rx, slots);
}

/* ---- building ---- */

static void tx_ready(IvcXenPort *port, IvcAgent *upcall)
{
    (void)upcall;
    ivc_netback_schedule(port->owner);
}

static void rx_posted(IvcXenPort *port, IvcAgent *upcall)
{
    Queue *queue = port->owner;
    if (queue->net->variant->back->waits(queue))
        ivc_owe(upcall, queue->net->platform->t.wake, IVC_STAGE_WAKE);
}

void ivc_netback_cpu_init(BackCpu *cpu, Netfront *net, uint32_t core, uint32_t number)
{
    IvcPlatform *platform = net->platform;
    IvcCore *place = &platform->cores.items[core];
    cpu->net = net;
    ivc_xen_vcpu_init(&cpu->vcpu, &net->xen, place, platform->n_ranks + number);
    cpu->work.id = ivc_platform_id(platform);
    g_snprintf(cpu->name, sizeof cpu->name, "netback %u", number);
    net->variant->back->init_cpu(cpu);
    ivc_agent_start(&cpu->softirq);
}

void ivc_netback_init(Queue *queue, BackCpu *cpu)
{
    Netfront *net = queue->net;
    queue->cpu = cpu;
    if (net->variant->copies_in || net->variant->give == GIVE_PAGES)
        ivc_page_pool_init(&queue->own, net->platform, (uint32_t)net->spec->pending);
    ivc_xen_port_init(&queue->tx_ready, &cpu->vcpu, tx_ready, queue);
    ivc_xen_port_init(&queue->rx_posted, &cpu->vcpu, rx_posted, queue);
    net->variant->back->init(queue);
}
