/* The guest's half of the split driver: sends by granting pages to the driver domain, and takes
 * from the ring what netback has put into pages that it granted before. */
#include "models/net/netfront_private.h"

static Vif *vif_of(const IvcLink *link, uint32_t rank)
{
    return &((const Netfront *)link)->vifs[rank];
}

/* ---- sending ---- */

static uint32_t tx_room(const Vif *vif)
{
    return ivc_xen_ring_free(&vif->tx) - vif->reserved;
}

bool ivc_frontend_room(IvcLink *link, uint32_t from, uint32_t to)
{
    Vif *vif = vif_of(link, from);
    (void)to;
    if (tx_room(vif) > vif->net->spec->slots_max)
        return true;
    vif->net->stops += !vif->stopped;
    vif->stopped = true;
    return false;
}

/* Takes the answers of netback. @return how many */
static uint32_t collect(Vif *vif)
{
    return ivc_xen_ring_collect(&vif->tx);
}

static void restart(Vif *vif)
{
    if (!vif->stopped || tx_room(vif) <= vif->net->spec->slots_max)
        return;
    vif->stopped = false;
    ivc_tcp_link_ready(vif->net->head.tcp, vif->rank);
}

/* A slot for headers, one for what is said about segment offload, one for each page of data. */
static Packet *make_packet(Vif *vif, uint32_t to, const IvcPayload *payload, const IvcLinkFrame *f)
{
    Packet *packet = ivc_netfront_packet(vif->net);
    packet->from = vif->rank;
    packet->to = to;
    packet->grant_slots = ivc_netfront_pages(payload->bytes);
    packet->head_slots = f->slots - packet->grant_slots;
    packet->segment = f->segment;
    packet->payload = *payload;
    return packet;
}

IvcStep ivc_frontend_send(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                          const IvcPayload *payload, IvcLinkFrame *f)
{
    Vif *vif = vif_of(link, from);
    Netfront *net = vif->net;
    uint32_t answers;
    IVC_BEGIN(f);
    f->slots = (payload->bytes > net->mss ? 2 : 1) + ivc_netfront_pages(payload->bytes);
    vif->reserved += f->slots;
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(link->tcp, from, to, &f->segment);
    IVC_AWAIT(f, ivc_spend(agent, net->t.front_tx + f->slots * net->t.front_tx_slot,
                           net->stage0 + TCP_DRIVER));
    vif->reserved -= f->slots;
    net->packets++;
    ivc_packets_push(&vif->sent, make_packet(vif, to, payload, f));
    if (ivc_xen_ring_push_requests(&vif->tx, f->slots)) {
        IVC_AWAIT(
            f, ivc_spend(agent, ivc_xen_event_send(&net->xen), net->xen.stage0 + XEN_EVENT_SEND));
        ivc_xen_event_arrive(&vif->tx_ready);
    }
    answers = collect(vif);
    if (answers) {
        if (link->tells && ivc_tcp_freed(link->tcp, from))
            ivc_owe(agent, net->platform->t.wake, IVC_STAGE_WAKE);
        IVC_AWAIT(f, ivc_spend(agent, answers * net->t.front_tx_done, net->stage0 + TCP_DRIVER));
    }
    restart(vif);
    IVC_END(f);
}

static void tx_done(IvcXenPort *port, IvcAgent *upcall)
{
    Vif *vif = port->owner;
    uint32_t answers = collect(vif);
    ivc_owe(upcall, answers * vif->net->t.front_tx_done, vif->net->stage0 + TCP_DRIVER);
    if (vif->net->head.tells && ivc_tcp_freed(vif->net->head.tcp, vif->rank))
        ivc_owe(upcall, vif->net->platform->t.wake, IVC_STAGE_WAKE);
    restart(vif);
}

/* ---- receiving ---- */

static void rx_ready(IvcXenPort *port, IvcAgent *upcall)
{
    Vif *vif = port->owner;
    (void)upcall;
    vif->polling = true;
    ivc_tcp_raise(vif->net->head.tcp, vif->rank);
}

bool ivc_frontend_due(const IvcLink *link, uint32_t rank)
{
    return vif_of(link, rank)->polling;
}

static const Arrival *first_arrival(const Vif *vif)
{
    return &vif->arrivals[vif->arrivals_first];
}

/* What the driver does with an arrived packet before IP sees it: headers are copied out of the
 * first page. */
static IvcTime take_ps(const Vif *vif)
{
    const Netfront *net = vif->net;
    const Arrival *packet = first_arrival(vif);
    uint64_t pulled = MIN(net->spec->pull.n, HEADER_BYTES + packet->segment.bytes);
    return net->t.front_rx + packet->slots * net->t.front_rx_slot +
           ivc_copy_l1_ps(net->platform->memory, pulled);
}

static void pop_arrival(Vif *vif)
{
    uint32_t slots = first_arrival(vif)->slots;
    vif->net->delivered++;
    vif->rx.rsp_cons += slots;
    vif->unposted += slots;
    vif->arrivals_first = (vif->arrivals_first + 1) % vif->rx.size;
    vif->arrivals_n--;
    vif->work++;
}

IvcStep ivc_frontend_poll(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    Vif *vif = vif_of(link, rank);
    Netfront *net = vif->net;
    uint32_t slots;
    IVC_BEGIN(&vif->poll_frame);
    if (!vif->polling) {
        IVC_RETURN(&vif->poll_frame);
    }
    vif->work = 0;
    while (vif->work < net->spec->front_budget && vif->arrivals_n) {
        ivc_owe(agent, take_ps(vif), net->stage0 + TCP_DRIVER);
        IVC_CALL(&vif->poll_frame,
                 ivc_tcp_receive(link->tcp, agent, first_arrival(vif)->from, rank,
                                 &first_arrival(vif)->segment, first_arrival(vif)->skb));
        pop_arrival(vif);
        IVC_CALL(&vif->poll_frame, ivc_tcp_respond(link->tcp, agent, rank));
    }
    if (vif->unposted >= net->spec->slots_max) {
        slots = vif->unposted;
        vif->unposted = 0;
        if (ivc_xen_ring_push_requests(&vif->rx, slots)) {
            IVC_AWAIT(&vif->poll_frame, ivc_spend(agent, ivc_xen_event_send(&net->xen),
                                                  net->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&vif->rx_posted);
        }
    }
    if (vif->work < net->spec->front_budget)
        vif->polling = ivc_xen_ring_final_responses(&vif->rx);
    IVC_END(&vif->poll_frame);
}

void ivc_frontend_init(Vif *vif)
{
    Netfront *net = vif->net;
    uint32_t size = (uint32_t)net->spec->ring;
    ivc_xen_ring_init(&vif->tx, size);
    ivc_xen_ring_init(&vif->rx, size);
    (void)ivc_xen_ring_push_requests(&vif->rx, size); /* part of connecting, which takes no time */
    vif->arrivals = g_new0(Arrival, size);
    ivc_xen_vcpu_init(&vif->vcpu, &net->xen,
                      &net->platform->cores.items[net->platform->ranks[vif->rank].core], vif->rank);
    ivc_xen_port_init(&vif->tx_done, &vif->vcpu, tx_done, vif);
    ivc_xen_port_init(&vif->rx_ready, &vif->vcpu, rx_ready, vif);
}
