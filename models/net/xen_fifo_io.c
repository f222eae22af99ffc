/* Packets into a FIFO that two guests share, and out of it.
 *
 * A packet that IP hands down is taken by a hook and put on the sender's list; whoever sends then
 * moves the list into the FIFO, packet by packet. Where one does not fit, the sender asks to be
 * told of room, looks again and leaves it; the event that answers raises its softirq, which goes
 * on. The receiver's softirq takes packets until there are none, asks to be told of the next, and
 * looks again: as long as it is at work, nobody notifies it. */
#include "models/net/xen_fifo_private.h"

/* ---- the page of control ---- */

static void owe_look(const XenFifos *fifos, IvcAgent *agent, const FifoWay *way)
{
    ivc_owe(agent, ivc_line_touch(agent, way->control, false), fifos->stage0 + XEN_FIFO_CONTROL);
}

static void owe_change(const XenFifos *fifos, IvcAgent *agent, const FifoWay *way)
{
    ivc_owe(agent, ivc_line_touch(agent, way->control, true), fifos->stage0 + XEN_FIFO_CONTROL);
}

static IvcBuffer *page_at(const FifoWay *way, uint32_t position)
{
    return &way->pages[ivc_xen_byte_ring_page(&way->fifo, position)];
}

/* ---- channels ---- */

/* Packets here, or room for those of the other way. */
static void notified(IvcXenPort *port, IvcAgent *upcall)
{
    const FifoWay *way = port->owner;
    XenFifos *fifos = way->fifos;
    (void)upcall;
    ivc_rank_mark(fifos->due, fifos->words, way->to, way->from, true);
    ivc_tcp_raise(fifos->head.tcp, way->to);
}

/* Who opens the second direction joins it to the first. */
void ivc_xen_fifo_open(IvcLink *link, uint32_t from, uint32_t to)
{
    XenFifos *fifos = (XenFifos *)link;
    IvcPlatform *platform = fifos->platform;
    FifoWay *way = ivc_pairs_add(&fifos->ways, from, to), *back = xen_fifo_way(fifos, to, from);
    way->fifos = fifos;
    way->from = from;
    way->to = to;
    ivc_xen_byte_ring_init(&way->fifo, (uint32_t)fifos->spec->fifo.n);
    uint32_t n = way->fifo.size / way->fifo.page;
    way->pages = g_new(IvcBuffer, n);
    for (uint32_t p = 0; p < n; p++)
        ivc_buffer_init(&way->pages[p], ivc_platform_id(platform), way->fifo.page);
    ivc_backlog_init(&way->packets, sizeof(IvcSegment));
    ivc_backlog_init(&way->waiting, sizeof(WaitingPacket));
    ivc_xen_port_init(&way->port, &fifos->ends[to].vcpu, notified, way);
    ivc_line_init(&way->own_line, ivc_platform_id(platform));
    way->control = back ? &back->own_line : &way->own_line;
}

/* ---- sending ---- */

bool ivc_xen_fifo_room(IvcLink *link, uint32_t from, uint32_t to)
{
    XenFifos *fifos = (XenFifos *)link;
    FifoWay *way = xen_fifo_way(fifos, from, to);
    if (way->waiting.n < fifos->spec->waiting)
        return true;
    if (link->restarts) {
        fifos->stops += !way->stopped;
        way->stopped = true;
    }
    return false;
}

static const WaitingPacket *first_waiting(const FifoWay *way)
{
    return ivc_backlog_at(&way->waiting, 0);
}

/* Whether there is room for the first packet of the list; the receiver looks at that, too: what is
 * asked for stands in the page of control. */
static bool fits(const FifoWay *way)
{
    return xen_fifo_bytes(way->fifos, &first_waiting(way)->segment) <=
           ivc_xen_byte_ring_room(&way->fifo);
}

/* Copies the next piece of the first packet: up to the end of its headers, of itself or of the
 * page. A request like ivc_copy(). */
static bool copy_in(const XenFifos *fifos, IvcAgent *agent, FifoWay *way)
{
    const WaitingPacket *packet = first_waiting(way);
    const uint32_t head = xen_fifo_head(fifos, &packet->segment);
    const IvcPayload *data = &packet->payload;
    uint32_t position = way->fifo.prod + way->done;
    bool in_head = way->done < head;
    uint32_t left = in_head ? head - way->done : head + (uint32_t)data->bytes - way->done;
    way->piece = ivc_xen_byte_ring_piece(&way->fifo, position, left);
    return ivc_copy(agent, page_at(way, position), ivc_xen_byte_ring_at(&way->fifo, position),
                    in_head ? NULL : data->buffer, in_head ? 0 : data->at + (way->done - head),
                    way->piece, fifos->stage0 + XEN_FIFO_COPY_IN);
}

/* The packet becomes visible to the receiver, and its sender's socket is rid of it.
 * @return true when the receiver must be told */
static bool publish(FifoWay *way, IvcAgent *agent)
{
    const WaitingPacket *packet = first_waiting(way);
    XenFifos *fifos = way->fifos;
    IvcTcp *tcp = fifos->head.tcp;
    ivc_guard_note(&fifos->guard, 0, 1); /* both guests write the FIFO, and nobody else has it */
    ivc_xen_byte_ring_produce(&way->fifo, xen_fifo_bytes(fifos, &packet->segment));
    ivc_backlog_push(&way->packets, &packet->segment);
    if (fifos->head.tells) {
        ivc_tcp_done(tcp, way->from, way->to, &packet->payload);
        if (ivc_tcp_freed(tcp, way->from))
            ivc_owe(agent, fifos->platform->t.wake, IVC_STAGE_WAKE);
    }
    ivc_backlog_pop(&way->waiting);
    return fifos->spec->suppress && ivc_xen_byte_ring_take(&way->fifo.data_asked);
}

/* Sealing a packet, or opening it. */
static IvcTime packet_ps(const XenFifos *fifos, const IvcSegment *segment)
{
    return ivc_guard_ps(&fifos->guard, ivc_packet_headers(&fifos->head, segment) + segment->bytes);
}

/* Whether the receiver must be told at the end: always, where nobody suppresses events. */
static bool must_tell(const FifoWay *way)
{
    return !way->fifos->spec->suppress && way->packets.n;
}

/* Moves the list into the FIFO as far as there is room. */
static IvcStep move_list(XenFifos *fifos, IvcAgent *agent, FifoWay *way)
{
    IVC_BEGIN(&way->move_frame);
    while (way->waiting.n) {
        ivc_owe(agent, fifos->put, fifos->stage0 + XEN_FIFO_HOOK);
        owe_look(fifos, agent, way);
        IVC_AWAIT(&way->move_frame, ivc_pay(agent));
        if (!fits(way)) {
            owe_change(fifos, agent, way);
            IVC_AWAIT(&way->move_frame, ivc_pay(agent));
            way->fifo.room_asked = true;
            if (!fits(way)) {
                fifos->full++;
                break;
            }
            way->fifo.room_asked = false;
        }
        if (ivc_guard_seals(&fifos->guard)) {
            IVC_AWAIT(&way->move_frame,
                      ivc_spend(agent, packet_ps(fifos, &first_waiting(way)->segment),
                                fifos->stage0 + XEN_FIFO_GUARD + GUARD_SEAL));
        }
        for (way->done = 0; way->done < xen_fifo_head(fifos, &first_waiting(way)->segment) +
                                            first_waiting(way)->segment.bytes;
             way->done += way->piece) {
            IVC_AWAIT(&way->move_frame, copy_in(fifos, agent, way));
        }
        owe_change(fifos, agent, way);
        IVC_AWAIT(&way->move_frame, ivc_pay(agent));
        if (publish(way, agent)) {
            IVC_AWAIT(&way->move_frame, ivc_spend(agent, ivc_xen_event_send(&fifos->xen),
                                                  fifos->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&way->port);
        }
    }
    IVC_END(&way->move_frame);
}

/* One at a time fills the FIFO of a way, and tells the receiver where nobody asks. */
static IvcStep fill(XenFifos *fifos, IvcAgent *agent, FifoWay *way)
{
    IVC_BEGIN(&way->fill_frame);
    way->filling = true;
    do {
        IVC_CALL(&way->fill_frame, move_list(fifos, agent, way));
        if (!must_tell(way))
            break;
        IVC_AWAIT(&way->fill_frame, ivc_spend(agent, ivc_xen_event_send(&fifos->xen),
                                              fifos->xen.stage0 + XEN_EVENT_SEND));
        ivc_xen_event_arrive(&way->port);
    } while (way->waiting.n && !way->fifo.room_asked); /* came meanwhile */
    way->filling = false;
    if (way->stopped && way->waiting.n < fifos->spec->waiting) {
        way->stopped = false;
        ivc_tcp_link_ready(fifos->head.tcp, way->from);
    }
    IVC_END(&way->fill_frame);
}

IvcStep ivc_xen_fifo_send(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                          const IvcPayload *payload, IvcLinkFrame *f)
{
    XenFifos *fifos = (XenFifos *)link;
    FifoWay *way = xen_fifo_way(fifos, from, to);
    WaitingPacket packet;
    IVC_BEGIN(f);
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(link->tcp, from, to, &f->segment);
    IVC_AWAIT(f, ivc_spend(agent, fifos->hook, fifos->stage0 + XEN_FIFO_HOOK));
    packet = (WaitingPacket){.segment = f->segment, .payload = *payload};
    fifos->sent++;
    fifos->queued += way->waiting.n > 0 && !way->filling;
    ivc_backlog_push(&way->waiting, &packet);
    /* Who fills takes it along; and behind others it waits for the event that they wait for. */
    if (!way->filling && !way->fifo.room_asked) {
        IVC_CALL(f, fill(fifos, agent, way));
    }
    IVC_END(f);
}

/* ---- receiving ---- */

bool ivc_xen_fifo_due(const IvcLink *link, uint32_t rank)
{
    const XenFifos *fifos = (const XenFifos *)link;
    return ivc_rank_next(fifos->due, fifos->words, rank, 0) != IVC_RANK_NONE;
}

static FifoWay *way_in(const FifoEnd *end)
{
    return xen_fifo_way(end->fifos, end->from, end->rank);
}

/* Copies the next piece of the data out, behind the headers. */
static bool copy_out(FifoEnd *end, IvcAgent *agent)
{
    FifoWay *way = way_in(end);
    const uint32_t head = xen_fifo_head(end->fifos, &end->segment);
    uint32_t position = way->fifo.cons + end->done;
    bool in_head = end->done < head;
    uint32_t left = in_head ? head - end->done : head + (uint32_t)end->segment.bytes - end->done;
    end->piece = ivc_xen_byte_ring_piece(&way->fifo, position, left);
    return ivc_copy(agent, in_head ? NULL : end->place, in_head ? 0 : end->at + (end->done - head),
                    page_at(way, position), ivc_xen_byte_ring_at(&way->fifo, position), end->piece,
                    end->fifos->stage0 + XEN_FIFO_COPY_OUT);
}

/* The packet's place is free again. @return true when the sender must be told of it */
static bool release(FifoEnd *end, FifoWay *way)
{
    ivc_xen_byte_ring_consume(&way->fifo, xen_fifo_bytes(end->fifos, &end->segment));
    ivc_backlog_pop(&way->packets);
    end->fifos->taken++;
    return way->fifo.room_asked && fits(way) && ivc_xen_byte_ring_take(&way->fifo.room_asked);
}

static IvcStep take_packet(FifoEnd *end, IvcAgent *agent)
{
    XenFifos *fifos = end->fifos;
    IvcTcp *tcp = fifos->head.tcp;
    FifoWay *way = way_in(end);
    IVC_BEGIN(&end->take_frame);
    end->segment = *(const IvcSegment *)ivc_backlog_at(&way->packets, 0);
    if (end->segment.bytes)
        end->place =
            ivc_tcp_place(tcp, end->from, end->rank, end->segment.bytes, &end->skb, &end->at);
    ivc_owe(agent, fifos->take, fifos->stage0 + TCP_DRIVER);
    for (end->done = 0; end->done < xen_fifo_head(fifos, &end->segment) + end->segment.bytes;
         end->done += end->piece) {
        IVC_AWAIT(&end->take_frame, copy_out(end, agent));
    }
    if (ivc_guard_seals(&fifos->guard)) {
        IVC_AWAIT(&end->take_frame, ivc_spend(agent, packet_ps(fifos, &end->segment),
                                              fifos->stage0 + XEN_FIFO_GUARD + GUARD_OPEN));
    }
    owe_change(fifos, agent, way);
    IVC_AWAIT(&end->take_frame, ivc_pay(agent));
    if (release(end, way)) {
        IVC_AWAIT(&end->take_frame, ivc_spend(agent, ivc_xen_event_send(&fifos->xen),
                                              fifos->xen.stage0 + XEN_EVENT_SEND));
        ivc_xen_event_arrive(&xen_fifo_way(fifos, end->rank, end->from)->port);
    }
    IVC_CALL(&end->take_frame,
             ivc_tcp_receive(tcp, agent, end->from, end->rank, &end->segment, end->skb));
    IVC_CALL(&end->take_frame, ivc_tcp_respond(tcp, agent, end->rank));
    IVC_END(&end->take_frame);
}

/* The next of whom something was told, in turn. */
static uint32_t next_due(const FifoEnd *end)
{
    const XenFifos *fifos = end->fifos;
    uint32_t from = ivc_rank_next(fifos->due, fifos->words, end->rank, end->from + 1);
    return from != IVC_RANK_NONE ? from : ivc_rank_next(fifos->due, fifos->words, end->rank, 0);
}

/* Whether packets to whom the softirq is busy with wait for it. A request for room that still
 * stands was not what the event answered. */
static bool must_fill(const FifoWay *out)
{
    return out->waiting.n && !out->filling && !out->fifo.room_asked;
}

IvcStep ivc_xen_fifo_poll(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    XenFifos *fifos = (XenFifos *)link;
    FifoEnd *end = &fifos->ends[rank];
    FifoWay *in = xen_fifo_way(fifos, end->from, rank), *out = xen_fifo_way(fifos, rank, end->from);
    IVC_BEGIN(&end->poll_frame);
    while (next_due(end) != IVC_RANK_NONE) {
        end->from = next_due(end);
        in = way_in(end);
        out = xen_fifo_way(fifos, rank, end->from);
        ivc_rank_mark(fifos->due, fifos->words, rank, end->from, false);
        ivc_owe(agent, fifos->tasklet, fifos->stage0 + TCP_DRIVER);
        if (must_fill(out)) {
            IVC_CALL(&end->poll_frame, fill(fifos, agent, out));
        }
        do {
            in->fifo.data_asked = false;
            owe_look(fifos, agent, in);
            IVC_AWAIT(&end->poll_frame, ivc_pay(agent));
            while (in->packets.n) {
                IVC_CALL(&end->poll_frame, take_packet(end, agent));
            }
            owe_change(fifos, agent, in);
            IVC_AWAIT(&end->poll_frame, ivc_pay(agent));
            in->fifo.data_asked = true;
        } while (in->packets.n);
    }
    IVC_END(&end->poll_frame);
}
