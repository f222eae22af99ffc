/* The guest's half of the split driver: sends by granting pages to the driver domain, and takes
 * from the ring what netback has put into pages that it granted before; or copies into and out of
 * pages that stay granted. */
#include "models/net/netfront_private.h"

/* ---- sending ---- */

static uint32_t tx_room(const Queue *queue)
{
    return ivc_xen_ring_free(&queue->tx) - queue->reserved;
}

bool ivc_frontend_room(Queue *queue)
{
    if (tx_room(queue) > queue->net->spec->slots_max)
        return true;
    queue->net->stops += !queue->stopped;
    queue->stopped = true;
    return false;
}

/* Takes the answers of netback. @return how many */
static uint32_t collect(Queue *queue)
{
    return queue->net->variant->tasklets ? ivc_xen_ring_collect_half(&queue->tx)
                                         : ivc_xen_ring_collect(&queue->tx);
}

/* After answers: packets that wait for room, or for the device to be rid of one, go on. */
static void restart(Queue *queue)
{
    if (queue->stopped && tx_room(queue) <= queue->net->spec->slots_max)
        return;
    queue->stopped = false;
    ivc_tcp_link_ready(queue->net->head.tcp, queue->rank);
}

bool ivc_frontend_holds(const Queue *queue)
{
    return queue->tx.req_prod != queue->tx.rsp_cons;
}

/* A slot for headers, one for what is said about segment offload, one for each page of data. The
 * data of a datagram's packet lies behind its headers. */
static uint32_t slots_of(const Netfront *net, const IvcPayload *payload)
{
    if (ivc_netfront_is_linear(net))
        return ivc_netfront_pages(HEADER_BYTES + payload->bytes);
    return (payload->bytes > net->mss ? 2 : 1) + ivc_netfront_pages(payload->bytes);
}

static Packet *make_packet(Queue *queue, uint32_t to, const IvcPayload *payload,
                           const IvcLinkFrame *f)
{
    Packet *packet = ivc_netfront_packet(queue->net);
    bool kept = queue->net->variant->maps_head; /* the header's page, until all is delivered */
    packet->from = queue->rank;
    packet->to = to;
    packet->grant_slots =
        ivc_netfront_is_linear(queue->net) ? f->slots : ivc_netfront_pages(payload->bytes) + kept;
    packet->head_slots = f->slots - packet->grant_slots;
    packet->segment = f->segment;
    packet->payload = packet->sent = *payload;
    if (f->staged) {
        packet->payload.buffer = f->staged;
        packet->payload.at = 0;
        packet->pool = queue->tx_pool.buffers;
    }
    return packet;
}

IvcStep ivc_frontend_send(Queue *queue, IvcAgent *agent, uint32_t to, const IvcPayload *payload,
                          IvcLinkFrame *f)
{
    Netfront *net = queue->net;
    uint32_t answers;
    IVC_BEGIN(f);
    f->slots = slots_of(net, payload);
    f->staged = NULL;
    queue->reserved += f->slots;
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(net->head.tcp, queue->rank, to, &f->segment);
    if (net->variant->staged && payload->bytes) {
        f->staged = ivc_page_pool_take(&queue->tx_pool, payload->bytes);
        ivc_owe(agent, net->t.front_tx + f->slots * net->t.front_tx_slot, net->stage0 + TCP_DRIVER);
        IVC_AWAIT(f, ivc_copy(agent, f->staged, 0, payload->buffer, payload->at, payload->bytes,
                              net->stage0 + NETFRONT_COPY_STAGING));
    } else {
        IVC_AWAIT(f, ivc_spend(agent, net->t.front_tx + f->slots * net->t.front_tx_slot,
                               net->stage0 + TCP_DRIVER));
    }
    queue->reserved -= f->slots;
    ivc_netfront_count(net, payload->bytes);
    ivc_packets_push(&queue->sent, make_packet(queue, to, payload, f));
    if (ivc_xen_ring_push_requests(&queue->tx, f->slots)) {
        IVC_AWAIT(
            f, ivc_spend(agent, ivc_xen_event_send(&net->xen), net->xen.stage0 + XEN_EVENT_SEND));
        ivc_xen_event_arrive(&queue->tx_ready);
    }
    answers = collect(queue);
    if (answers) {
        if (net->head.tells && ivc_tcp_freed(net->head.tcp, queue->rank))
            ivc_owe(agent, net->platform->t.wake, IVC_STAGE_WAKE);
        IVC_AWAIT(f, ivc_spend(agent, answers * net->t.front_tx_done, net->stage0 + TCP_DRIVER));
        restart(queue);
    }
    IVC_END(f);
}

static void tx_done(IvcXenPort *port, IvcAgent *upcall)
{
    Queue *queue = port->owner;
    uint32_t answers = collect(queue);
    ivc_owe(upcall, answers * queue->net->t.front_tx_done, queue->net->stage0 + TCP_DRIVER);
    if (queue->net->head.tells && ivc_tcp_freed(queue->net->head.tcp, queue->rank))
        ivc_owe(upcall, queue->net->platform->t.wake, IVC_STAGE_WAKE);
    restart(queue);
}

/* ---- receiving ---- */

static void rx_ready(IvcXenPort *port, IvcAgent *upcall)
{
    Queue *queue = port->owner;
    (void)upcall;
    queue->polling = true;
    ivc_tcp_raise(queue->net->head.tcp, queue->rank);
}

static Arrival *first_arrival(const Queue *queue)
{
    return &queue->arrivals[queue->arrivals_first];
}

/* What the driver does with an arrived packet before IP sees it: headers are copied out of the
 * first page. */
static IvcTime take_ps(const Queue *queue)
{
    const Netfront *net = queue->net;
    const Arrival *packet = first_arrival(queue);
    uint64_t pulled = MIN(net->spec->pull.n, HEADER_BYTES + packet->segment.bytes);
    return net->t.front_rx + packet->slots * net->t.front_rx_slot +
           ivc_copy_l1_ps(net->platform->memory, pulled);
}

/* Owes what the driver does with the first packet, and copies it out of the page that stays
 * granted. A request like ivc_copy(). */
static bool take(Queue *queue, IvcAgent *agent)
{
    Netfront *net = queue->net;
    Arrival *packet = first_arrival(queue);
    IvcBuffer *place, *staged = packet->staged;
    uint64_t at;
    ivc_owe(agent, take_ps(queue), net->stage0 + TCP_DRIVER);
    if (!staged)
        return true;
    place = ivc_tcp_place(net->head.tcp, packet->from, queue->rank, packet->segment.bytes,
                          &packet->skb, &at);
    packet->staged = NULL;
    return ivc_copy(agent, place, at, staged, 0, packet->segment.bytes,
                    net->stage0 + NETFRONT_COPY_STAGING);
}

static void pop_arrival(Queue *queue)
{
    uint32_t slots = first_arrival(queue)->slots;
    queue->net->delivered++;
    queue->rx.rsp_cons += slots;
    queue->unposted += slots;
    queue->arrivals_first = (queue->arrivals_first + 1) % queue->rx.size;
    queue->arrivals_n--;
    queue->work++;
}

/* The largest packet that GRO makes of segments. */
#define GRO_BYTES 65536u

/* Whether the first arrival joins the segment before it: whole ones of one connection do, up to the
 * largest size; a shorter one is the last. A packet of several segments is left as it is. */
static bool joins(const Queue *queue)
{
    const Netfront *net = queue->net;
    const Arrival *next = first_arrival(queue);
    return queue->merged && queue->work < queue->visible && next->from == queue->merges &&
           next->segment.bytes && next->segment.bytes <= net->mss &&
           queue->merged + next->segment.bytes <= GRO_BYTES - HEADER_BYTES;
}

/* After a packet: how much more can join it. 0: nothing. */
static uint64_t open_bytes(const Queue *queue, const Arrival *packet, uint64_t before)
{
    const Netfront *net = queue->net;
    bool merges = net->spec->gro && !net->head.tells; /* no datagrams */
    return merges && packet->segment.bytes == net->mss ? before + packet->segment.bytes : 0;
}

IvcStep ivc_frontend_poll(Queue *queue, IvcAgent *agent)
{
    Netfront *net = queue->net;
    IvcTcp *tcp = net->head.tcp;
    Arrival *arrival;
    IVC_BEGIN(&queue->poll_frame);
    if (!queue->polling) {
        IVC_RETURN(&queue->poll_frame);
    }
    queue->work = 0;
    queue->visible = MIN((uint32_t)net->spec->front_budget, queue->arrivals_n);
    while (queue->work < queue->visible) {
        IVC_AWAIT(&queue->poll_frame, take(queue, agent));
        if (net->variant->give == GIVE_PAGES)
            ivc_owe(agent, ivc_xen_pages_map(&net->xen, first_arrival(queue)->slots),
                    net->xen.stage0 + XEN_GRANT);
        IVC_CALL(&queue->poll_frame,
                 ivc_tcp_receive(tcp, agent, first_arrival(queue)->from, queue->rank,
                                 &first_arrival(queue)->segment, first_arrival(queue)->skb));
        queue->merges = first_arrival(queue)->from;
        queue->merged = open_bytes(queue, first_arrival(queue), 0);
        pop_arrival(queue);
        while (joins(queue)) {
            ivc_owe(agent, net->t.gro_segment, net->stage0 + TCP_RX_SEGMENT);
            IVC_AWAIT(&queue->poll_frame, take(queue, agent));
            IVC_AWAIT(&queue->poll_frame, ivc_pay(agent));
            arrival = first_arrival(queue);
            net->merged++;
            queue->merged = open_bytes(queue, arrival, queue->merged);
            ivc_tcp_merge(tcp, arrival->from, queue->rank, &arrival->segment, arrival->skb);
            pop_arrival(queue);
        }
        IVC_CALL(&queue->poll_frame, ivc_tcp_respond(tcp, agent, queue->rank));
    }
    if (queue->unposted >= net->spec->slots_max) {
        queue->posting = queue->unposted;
        queue->unposted = 0;
        if (net->variant->give == GIVE_PAGES) { /* empty pages for full ones */
            IVC_AWAIT(&queue->poll_frame, ivc_spend(agent,
                                                    ivc_xen_pages_give(&net->xen, queue->posting,
                                                                       net->spec->copy_batch),
                                                    net->xen.stage0 + XEN_GRANT));
        }
        if (ivc_xen_ring_push_requests(&queue->rx, queue->posting)) {
            IVC_AWAIT(&queue->poll_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                    net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&queue->rx_posted);
        }
    }
    if (queue->work < net->spec->front_budget)
        queue->polling = ivc_xen_ring_final_responses(&queue->rx);
    IVC_END(&queue->poll_frame);
}

void ivc_frontend_init(Queue *queue)
{
    Netfront *net = queue->net;
    Vif *vif = queue->vif;
    uint32_t size = (uint32_t)net->spec->ring;
    ivc_xen_ring_init(&queue->tx, size);
    ivc_xen_ring_init(&queue->rx, size);
    (void)ivc_xen_ring_push_requests(&queue->rx, size); /* part of connecting, in no time */
    queue->arrivals = g_new0(Arrival, size);
    if (net->variant->staged)
        ivc_page_pool_init(&queue->tx_pool, net->platform, size);
    if (net->variant->give == GIVE_STAGED)
        ivc_page_pool_init(&queue->rx_pool, net->platform, size);
    ivc_xen_port_init(&queue->tx_done, &vif->vcpu, tx_done, queue);
    ivc_xen_port_init(&queue->rx_ready, &vif->vcpu, rx_ready, queue);
}
