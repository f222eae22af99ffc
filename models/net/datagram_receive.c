/* Datagrams in the softirq of the receiving guest: fragments, the socket's buffer, echoes. */
#include "models/net/datagram_private.h"

IvcBuffer *ivc_datagrams_place(IvcDatagrams *d, uint32_t from, uint32_t to, uint64_t bytes,
                               uint32_t *ret_skb, uint64_t *ret_at)
{
    Piece *piece = ivc_piece_take(d, &ivc_datagram_lane(d, from, to)->in);
    piece->bytes = bytes;
    *ret_skb = piece->index;
    *ret_at = 0;
    return &piece->data;
}

/* Frees the packets of the datagram that is being put together: those at the end of the queue. */
static void free_partial(Lane *lane)
{
    while (lane->partial) {
        Piece *last = ivc_pieces_at(&lane->queue, &lane->in, lane->queue.n - 1);
        lane->queue.n--;
        lane->partial--;
        ivc_piece_free(&lane->in, last);
    }
    lane->partial_bytes = 0;
}

/* A packet joins the others of its datagram. @return whether that is whole */
static bool join(Lane *lane, const IvcSegment *segment, uint32_t skb)
{
    Piece *piece = g_ptr_array_index(lane->in.all, skb);
    piece->datagram = segment->datagram;
    piece->of = segment->of;
    /* One that has lost a packet is known as lost: its others have waited in vain. */
    if (lane->partial &&
        ivc_pieces_at(&lane->queue, &lane->in, lane->queue.n - 1)->datagram != piece->datagram)
        free_partial(lane);
    ivc_pieces_push(&lane->queue, piece);
    lane->partial++;
    lane->partial_bytes += piece->bytes;
    return lane->partial_bytes == piece->of;
}

/* The socket takes the datagram that is whole, or drops it. As Linux: what is there already
 * decides. */
static void queue_whole(IvcDatagrams *d, Lane *lane)
{
    if (lane->held_in >= d->spec->rcvbuf.n) {
        uint64_t datagram = ivc_pieces_at(&lane->queue, &lane->in, lane->queue.n - 1)->datagram;
        free_partial(lane);
        ivc_datagram_lose(d, lane, datagram, PLACE_SOCKET);
        return;
    }
    for (; lane->partial; lane->partial--)
        lane->held_in += ivc_piece_cost(
            d, ivc_pieces_at(&lane->queue, &lane->in, lane->queue.n - lane->partial));
    lane->partial_bytes = 0;
    lane->ready++;
}

/* Copies the next packet of a request into one of the answer. A request like ivc_copy(). */
static bool copy_echo(IvcDatagrams *d, Lane *lane, IvcAgent *agent)
{
    uint32_t first = lane->queue.n - lane->partial, i = lane->echoed++;
    Piece *in = ivc_pieces_at(&lane->queue, &lane->in, first + i);
    Piece *out = ivc_datagram_piece(d, ivc_datagram_lane(d, lane->to, lane->from), in->datagram,
                                    in->of, i, in->bytes);
    return ivc_copy(agent, &out->data, 0, &in->data, 0, in->bytes, d->stage0 + DATAGRAM_ECHO);
}

IvcStep ivc_datagrams_receive(IvcDatagrams *d, IvcAgent *agent, uint32_t from, uint32_t to,
                              const IvcSegment *segment, uint32_t skb)
{
    Stack *stack = stack_of(agent);
    Lane *lane = ivc_datagram_lane(d, from, to);
    IVC_BEGIN(&stack->packet_frame);
    stack->from = from;
    stack->as = to;
    IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, d->t.ip_rx, d->stage0 + DATAGRAM_RECEIVE));
    if (!join(lane, segment, skb)) {
        IVC_RETURN(&stack->packet_frame);
    }
    if (lane->book != lane) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, d->t.icmp, d->stage0 + DATAGRAM_ECHO));
        for (lane->echoed = 0; lane->echoed < lane->partial;) {
            IVC_AWAIT(&stack->packet_frame, copy_echo(d, lane, agent));
        }
        free_partial(lane);
        IVC_RETURN(&stack->packet_frame);
    }
    IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, d->t.udp_rx, d->stage0 + DATAGRAM_RECEIVE));
    queue_whole(d, lane);
    IVC_END(&stack->packet_frame);
}

IvcTime ivc_tcp_turn_ps(const IvcTcp *tcp)
{
    return tcp->datagrams ? tcp->datagrams->t.turn : 0;
}

struct IvcSoftirqTurn *ivc_tcp_turn(const IvcTcp *tcp, const IvcAgent *agent)
{
    return ivc_datagrams_turn(tcp->datagrams, agent);
}

bool ivc_tcp_process_waits(const IvcTcp *tcp, uint32_t rank, const IvcAgent *agent)
{
    const IvcAgent *process = &tcp->datagrams->ranks[rank].agent;
    return process->core == agent->core && process->state == IVC_AGENT_READY;
}

IvcStep ivc_datagrams_respond(IvcDatagrams *d, IvcAgent *agent, uint32_t to)
{
    Stack *stack = stack_of(agent);
    Lane *answers = ivc_datagram_lane(d, to, stack->from);
    IVC_BEGIN(&stack->packet_frame);
    if (d->ends[to].receives && ivc_datagram_lane(d, stack->from, to)->ready &&
        ivc_os_notify(d->platform, &d->tcp->stacks[to].sleeper)) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, d->platform->t.wake, IVC_STAGE_WAKE));
    }
    if (answers->waiting.n && !answers->transmitting) {
        IVC_CALL(&stack->packet_frame, ivc_datagrams_transmit(d, agent, answers));
    }
    if (ivc_softirq_is_long(ivc_datagrams_turn(d, agent), agent, d->t.turn)) {
        IVC_AWAIT(&stack->packet_frame,
                  ivc_softirq_gives_way(ivc_datagrams_turn(d, agent), agent, d->t.turn));
        ivc_softirq_goes_on(ivc_datagrams_turn(d, agent), agent->sim);
    }
    IVC_END(&stack->packet_frame);
}
