/* The driver domain's own end of the network: sockets of a process that runs there.
 *
 * What a guest sends to it goes from netback over the bridge to the domain's own IP, in the softirq
 * of the vCPU that runs the first interface; the reader copies out of the guest's pages, which are
 * given back when it has. What it sends goes over the bridge before the guest's queue, as a packet
 * of another guest would. No second interface, no second hop.
 *
 * Left out: one softirq for each interface; and what a queueing discipline would keep: a sender
 * waits while a guest's queue is full. */
#include "models/net/netfront_private.h"

/* ---- sending ---- */

/* By netback's own rule, so that an empty queue is never full. */
static bool is_full(const Queue *to)
{
    return to->waiting_bytes > to->net->spec->queue_bytes.n;
}

bool ivc_local_room(Vif *vif, uint32_t to)
{
    if (!is_full(ivc_netfront_queue(vif->net, to, vif->rank)))
        return true;
    vif->net->stops += !vif->blocked;
    vif->blocked = true;
    return false;
}

void ivc_local_restart(Netfront *net, const Queue *to)
{
    if (!net->local->blocked || is_full(to))
        return;
    net->local->blocked = false;
    ivc_tcp_link_ready(net->head.tcp, net->local->rank);
}

IvcStep ivc_local_send(Vif *vif, IvcAgent *agent, uint32_t to, const IvcPayload *payload,
                       IvcLinkFrame *f)
{
    Netfront *net = vif->net;
    Packet *packet;
    IVC_BEGIN(f);
    f->slots = 0;
    f->staged = NULL;
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(net->head.tcp, vif->rank, to, &f->segment);
    IVC_AWAIT(f, ivc_spend(agent, net->t.bridge, net->stage0 + NETFRONT_BRIDGE));
    ivc_netfront_count(net, payload->bytes);
    packet = ivc_netfront_packet(net);
    packet->from = vif->rank;
    packet->to = to;
    packet->segment = f->segment;
    packet->payload = packet->sent = *payload;
    if (ivc_netback_enqueue(net, packet)) {
        IVC_AWAIT(f, ivc_spend(agent, net->platform->t.wake, IVC_STAGE_WAKE));
    }
    IVC_END(f);
}

/* ---- receiving ---- */

void ivc_local_arrive(Vif *vif, Packet *packet)
{
    ivc_packets_push(&vif->arrived, packet);
    ivc_tcp_raise(vif->net->head.tcp, vif->rank);
}

/* Puts the packet's pages into the socket buffer: nothing is copied, the data is where the one who
 * wrote it has left it. */
static void place_pages(Vif *vif, const Packet *packet)
{
    Netfront *net = vif->net;
    const Queue *queue = ivc_netfront_queue(net, packet->from, packet->to);
    IvcAgent *writer = packet->pool && packet->pool == queue->own.buffers
                           ? &queue->cpu->softirq
                           : &queue->vif->vcpu.upcall;
    uint64_t at;
    IvcBuffer *place = ivc_tcp_place(net->head.tcp, packet->from, packet->to, packet->segment.bytes,
                                     &vif->skb, &at);
    ivc_produce(writer, place, at, packet->segment.bytes);
}

/* TCP has the packet: its pages are kept until the reader has copied them.
 * @return true when they went back at once, and somebody was woken for that */
static bool keep(Vif *vif)
{
    Netfront *net = vif->net;
    Packet *packet = ivc_packets_pop(&vif->arrived);
    Queue *queue = ivc_netfront_queue(net, packet->from, packet->to);
    net->delivered++;
    if (!net->head.tells)
        packet->end = ivc_tcp_arrived(net->head.tcp, packet->from, packet->to);
    if (packet->segment.bytes == 0 || packet->grant_slots == 0 || net->head.tells)
        return ivc_netback_finish(net, packet);
    ivc_packets_push(&queue->held, packet);
    return false;
}

IvcStep ivc_local_poll(Vif *vif, IvcAgent *agent)
{
    IvcTcp *tcp = vif->net->head.tcp;
    IVC_BEGIN(&vif->frame);
    for (vif->taken = 0; vif->taken < vif->net->spec->front_budget && vif->arrived.n;
         vif->taken++) {
        if (vif->arrived.first->segment.bytes)
            place_pages(vif, vif->arrived.first);
        IVC_CALL(&vif->frame, ivc_tcp_receive(tcp, agent, vif->arrived.first->from, vif->rank,
                                              &vif->arrived.first->segment, vif->skb));
        if (keep(vif)) {
            IVC_AWAIT(&vif->frame, ivc_spend(agent, vif->net->platform->t.wake, IVC_STAGE_WAKE));
        }
        IVC_CALL(&vif->frame, ivc_tcp_respond(tcp, agent, vif->rank));
    }
    IVC_END(&vif->frame);
}

void ivc_local_read(Vif *vif, IvcAgent *agent, uint32_t from, uint64_t position)
{
    Netfront *net = vif->net;
    Queue *queue = ivc_netfront_queue(net, from, vif->rank);
    while (queue->held.n && queue->held.first->end <= position)
        if (ivc_netback_finish(net, ivc_packets_pop(&queue->held)))
            ivc_owe(agent, net->platform->t.wake, IVC_STAGE_WAKE);
}
