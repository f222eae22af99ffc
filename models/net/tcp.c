/* TCP between guests, as far as it decides throughput and CPU, over a network that link.h
 * describes.
 *
 * A write copies into socket buffers (skb) of at most one packet; a packet is sent when the peer's
 * window allows, by the writing process or, when acknowledgements open the window, by the sender's
 * softirq. At the receiver the softirq acknowledges every second segment (or after the delay), and
 * wakes the reader, which copies into the user's buffer. Where the network takes packets of several
 * segments (TSO), a packet may be smaller than its socket buffer: what the window allows. The
 * congestion window grows as in slow start, because nothing is lost. Small writes share a packet
 * while the window is closed, the network has no room or a packet to send (autocorking), or while
 * Nagle's algorithm holds them; message passing turns that off.
 *
 * Left out: loss, retransmission, what congestion control does then, receive buffer auto-tuning,
 * memory accounting by skb overhead. */
#include "models/net/datagram_private.h"
#include "models/net/rank_sets.h"

static void mark(const IvcTcp *tcp, uint64_t *set, uint32_t row, uint32_t rank, bool on)
{
    ivc_rank_mark(set, tcp->words, row, rank, on);
}

static uint32_t next_marked(const IvcTcp *tcp, const uint64_t *set, uint32_t row, uint32_t at)
{
    return ivc_rank_next(set, tcp->words, row, at);
}

static IvcTime checksum_ps(const IvcTcp *tcp, uint64_t bytes)
{
    return (bytes + 7) / 8 * tcp->t.checksum_word;
}

/* ---- sending ---- */

void ivc_tcp_stamp(IvcTcp *tcp, uint32_t from, uint32_t to, IvcSegment *segment)
{
    if (G_UNLIKELY(tcp->datagrams)) {
        ivc_datagrams_stamp(tcp->datagrams, from, to, segment);
        return;
    }
    Way *back = way_of(tcp, to, from);
    segment->ack = back->acked = back->arrived;
    segment->edge = back->offered = back->consumed + tcp->rcvbuf;
    if (back->unacked_segments == 0)
        return;
    back->unacked_segments = 0;
    mark(tcp, tcp->unacked, from, to, false);
    if (tcp->stacks[from].ack_timer.armed &&
        next_marked(tcp, tcp->unacked, from, 0) == IVC_RANK_NONE)
        ivc_timer_cancel(&tcp->stacks[from].ack_timer);
}

/* What may still be sent: by the receiver's window, and by the congestion window. */
static uint64_t limit_of(const Way *way)
{
    uint64_t under_way = way->next - way->una;
    uint64_t by_receiver = way->edge - way->next;
    return MIN(by_receiver, way->window > under_way ? way->window - under_way : 0);
}

/* How much of a socket buffer's rest the windows allow: all of it, or whole segments when that is
 * much, by Linux's rule: a third of the window, or nothing is under way that would open it. */
static uint64_t allowed(const IvcTcp *tcp, const Way *way, const Skb *skb)
{
    uint64_t rest = skb->bytes - skb->sent, limit = limit_of(way);
    if (rest <= limit)
        return rest;
    bool much = 3 * limit >= MIN(way->edge - way->una, way->window) || way->next == way->una;
    return tcp->segment > tcp->mss && much ? limit / tcp->mss * tcp->mss : 0;
}

/* What Nagle's algorithm leaves of it, as Minshall changed it: a segment below the MTU waits while
 * another such is under way. */
static uint64_t by_nagle(const IvcTcp *tcp, const Way *way, uint64_t bytes)
{
    bool holds = tcp->nagle && way->small > way->una;
    return holds ? bytes / tcp->mss * tcp->mss : bytes;
}

/* Takes what can be sent now, of the first socket buffer that is not sent; false: nothing. */
static bool take_part(IvcTcp *tcp, Way *way, uint32_t from, uint32_t to, IvcTcpTransmit *f)
{
    if (way->out_sent == way->out_n)
        return false;
    uint32_t index = (way->out_first + way->out_sent) % tcp->n_out;
    Skb *skb = &way->out[index];
    uint64_t bytes = by_nagle(tcp, way, allowed(tcp, way, skb));
    bool last = way->out_sent + 1 == way->out_n;
    if ((last && way->filling) || bytes == 0)
        return false;
    if (!tcp->net.room(tcp->link, from, to)) {
        if (tcp->blocked)
            mark(tcp, tcp->blocked, from, to, true);
        return false;
    }
    f->part = (IvcPayload){.buffer = &skb->data->buffer, .at = skb->sent, .bytes = bytes};
    f->skb = index;
    skb->sent += bytes;
    way->next += bytes;
    if (tcp->nagle && bytes % tcp->mss)
        way->small = way->next;
    if (skb->sent == skb->bytes) {
        skb->end = way->next;
        way->out_sent++;
    }
    tcp->segments++;
    return true;
}

/* Sends what the window allows; run by the process or by the softirq of rank `from`. */
static IvcStep transmit(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, IvcTcpTransmit *f)
{
    IVC_BEGIN(f);
    while (take_part(tcp, way_of(tcp, from, to), from, to, f)) {
        ivc_owe(agent, tcp->t.tx_segment, tcp->stage0 + TCP_TX_SEGMENT);
        IVC_CALL(f, tcp->net.send(tcp->link, agent, from, to, &f->part, &f->link));
    }
    IVC_END(f);
}

/* Room in the socket buffer: bytes below its size. As Linux, it is looked at only where a new skb
 * begins, which may then be filled beyond it. */
static uint64_t room(const IvcTcp *tcp, const Way *way)
{
    uint64_t held = way->end - way->una;
    if (held >= tcp->spec->sndbuf.n || way->out_n == tcp->n_out)
        return 0;
    return tcp->spec->sndbuf.n - held;
}

/* As Linux: a writer is woken when a third of its buffer is free. */
static bool worth_a_write(const IvcTcp *tcp, const Way *way)
{
    return room(tcp, way) >= tcp->spec->sndbuf.n / 3;
}

/* The last skb, while it is neither wholly sent nor full; or NULL. */
static Skb *open_tail(const IvcTcp *tcp, const Way *way)
{
    Skb *tail = way->out_n > way->out_sent ? out_at(tcp, way, way->out_n - 1) : NULL;
    return tail && tail->bytes < tcp->segment ? tail : NULL;
}

/* Prepares an skb for new bytes. */
static Skb *skb_empty(IvcTcp *tcp, Skb *skb, uint32_t index, IvcTcpFree *from, uint32_t stay)
{
    ivc_tcp_data_take(tcp, skb, index, from, stay);
    skb->bytes = 0;
    return skb;
}

/* Makes room for the next part of a write in the open tail, or in a new skb when it is NULL;
 * returns the buffer's index. */
static uint32_t reserve_part(IvcTcp *tcp, Way *way, Stack *stack, Skb *tail, uint64_t header_left,
                             IvcStreamFrame *f)
{
    Skb *skb = tail;
    if (!tail) {
        skb = out_at(tcp, way, way->out_n++);
        (void)skb_empty(tcp, skb, (uint32_t)(skb - way->out), &stack->free_out, 0);
        skb->sent = 0;
    }
    f->part = MIN(f->left, tcp->segment - skb->bytes);
    f->of_header = MIN(f->part, header_left);
    f->at = skb->bytes;
    skb->bytes += f->part;
    way->end += f->part;
    return (uint32_t)(skb - way->out);
}

static void way_open(IvcTcp *tcp, uint32_t from, uint32_t to)
{
    Way *way = ivc_pairs_add(&tcp->ways, from, to);
    way->out = g_new0(Skb, tcp->n_out);
    way->in = g_new0(Skb, tcp->n_in);
    ivc_tcp_data_own(tcp, way->out, tcp->n_out);
    ivc_tcp_data_own(tcp, way->in, tcp->n_in);
    way->edge = way->offered = tcp->rcvbuf;
    way->window = tcp->window;
    if (tcp->link->ops->open)
        tcp->link->ops->open(tcp->link, from, to);
}

/* The way to another rank; who writes first opens the connection. */
static Way *connection(IvcTcp *tcp, uint32_t from, uint32_t to)
{
    Way *way = way_of(tcp, from, to);
    if (G_LIKELY(way))
        return way;
    way_open(tcp, MIN(from, to), MAX(from, to));
    way_open(tcp, MAX(from, to), MIN(from, to));
    return way_of(tcp, from, to);
}

/* As Linux: a small write waits for more bytes while data is under way and the device is busy with
 * it. What it waits for goes on when the device is rid of a packet. */
static bool corked(const IvcTcp *tcp, const Way *way, uint32_t from, uint32_t to)
{
    return tcp->net.holds && tcp->spec->autocork && open_tail(tcp, way) && way->next > way->una &&
           tcp->net.holds(tcp->link, from, to);
}

/* writev() */
static IvcStep tcp_write(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                         uint64_t header, IvcBuffer *buffer, uint64_t at, uint64_t bytes,
                         IvcStreamFrame *f)
{
    IvcTcp *tcp = tcp_of(streams);
    Way *way = connection(tcp, from, to);
    Stack *stack = &tcp->stacks[from];
    const IvcMachineTimes *t = &tcp->platform->t;
    Skb *tail;
    uint64_t done;
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(f, ivc_spend(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL));
    for (f->left = header + bytes; f->left > 0; f->left -= f->part) {
        while (!(tail = open_tail(tcp, way)) && room(tcp, way) == 0) {
            if (f->some)
                goto full; /* the rest is the caller's */
            way->wants_room = true;
            IVC_CALL(f, ivc_os_sleep(tcp->platform, agent, &stack->sleeper, &f->sleep));
            way->wants_room = false;
        }
        way->filling = true;
        way->transmitting = true;
        done = header + bytes - f->left;
        stack->writing.skb = reserve_part(tcp, way, stack, tail, header - MIN(header, done), f);
        ivc_owe(agent, ivc_copy_l1_ps(tcp->platform->memory, f->of_header),
                tcp->stage0 + TCP_COPY_USER);
        if (f->part > f->of_header) {
            IVC_AWAIT(f, ivc_copy(agent, &way->out[stack->writing.skb].data->buffer,
                                  f->at + f->of_header, buffer, at + (bytes - MIN(bytes, f->left)),
                                  f->part - f->of_header, tcp->stage0 + TCP_COPY_USER));
        }
        IVC_AWAIT(f, ivc_spend(agent, checksum_ps(tcp, f->part), tcp->stage0 + TCP_CHECKSUM));
        way->filling = f->left > f->part && way->out[stack->writing.skb].bytes < tcp->segment;
        if (!way->filling && corked(tcp, way, from, to)) {
            mark(tcp, tcp->blocked, from, to, true);
        } else if (!way->draining) { /* else the softirq sends this, too */
            IVC_CALL(f, transmit(tcp, agent, from, to, &stack->writing));
        }
        way->transmitting = false;
    }
full:
    way->filling = false;
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- receiving ---- */

static void acknowledge(IvcTcp *tcp, uint32_t from, Way *way, const IvcSegment *segment)
{
    way->edge = MAX(way->edge, segment->edge);
    if (segment->ack <= way->una)
        return;
    /* Grows while it limits, by Linux's rule: it is less than twice of what is under way. */
    if (way->window < 2 * (way->next - way->una))
        way->window += segment->ack - way->una;
    way->una = segment->ack;
    while (way->out_sent && out_at(tcp, way, 0)->end <= way->una) {
        ivc_tcp_data_give(tcp, out_at(tcp, way, 0), &tcp->stacks[from].free_out, false);
        way->out_first = (way->out_first + 1) % tcp->n_out;
        way->out_sent--;
        way->out_n--;
    }
}

/* Wakes the process when it waits for this: returns true when it was asleep. */
static bool wake_process(Stack *stack, bool wanted)
{
    return wanted && ivc_os_notify(stack->tcp->platform, &stack->sleeper);
}

/* Small packets share a page. */
#define JOINED_BYTES 4096

/* The socket buffer that arriving bytes go into: a small segment joins the last one. */
IvcBuffer *ivc_tcp_place(IvcTcp *tcp, uint32_t from, uint32_t to, uint64_t bytes, uint32_t *ret_skb,
                         uint64_t *ret_at)
{
    if (G_UNLIKELY(tcp->datagrams))
        return ivc_datagrams_place(tcp->datagrams, from, to, bytes, ret_skb, ret_at);
    Way *way = way_of(tcp, from, to);
    uint32_t index = way->in_first + way->in_n - 1; /* of the last one, when there is one */
    index = index >= tcp->n_in && way->in_n ? index - tcp->n_in : index;
    if (way->in_n == 0 || way->in[index].reserved + bytes > tcp->joined) {
        index = index + 1 == tcp->n_in ? 0 : index + 1;
        way->in_n++;
        (void)skb_empty(tcp, &way->in[index], index, &tcp->stacks[to].free_in, tcp->posted);
        way->in[index].reserved = way->in[index].read = 0;
    }
    *ret_skb = index;
    *ret_at = way->in[index].reserved;
    way->in[index].reserved += bytes;
    return &way->in[index].data->buffer;
}

static void arm_ack_timer(Stack *stack)
{
    IvcSim *sim = &stack->tcp->platform->sim;
    if (!stack->ack_timer.armed)
        ivc_timer_arm(sim, &stack->ack_timer, sim->now + stack->tcp->spec->ack_delay.ps,
                      IVC_PHASE_DELIVER);
}

static const IvcPayload no_data;

/* A bare acknowledgement from the rank that the softirq acts for. */
static IvcStep send_ack(Stack *stack, IvcAgent *agent)
{
    IvcTcp *tcp = stack->tcp;
    Stack *owner = &tcp->stacks[stack->as];
    IVC_BEGIN(&stack->ack_frame);
    if (tcp->net.room(tcp->link, stack->as, stack->from)) {
        tcp->acks++;
        ivc_owe(agent, tcp->t.ack_tx, tcp->stage0 + TCP_ACK);
        IVC_CALL(&stack->ack_frame, tcp->net.send(tcp->link, agent, stack->as, stack->from,
                                                  &no_data, &stack->ack_frame.link));
    } else {
        owner->ack_held = tcp->link->restarts;
        arm_ack_timer(owner); /* what is under way acknowledges, or the timer does */
    }
    IVC_END(&stack->ack_frame);
}

/* Reading tells the sender of its new window only when that matters, by Linux's rule: at most half
 * of the buffer is still offered, and at least twice as much could be. */
static bool window_update_due(const IvcTcp *tcp, const Way *way)
{
    uint64_t offered = way->offered - way->arrived;
    uint64_t possible = way->consumed + tcp->rcvbuf - way->arrived;
    return 2 * offered <= tcp->rcvbuf && possible >= 2 * offered && possible >= tcp->mss;
}

/* Whether segments are acknowledged at once: as Linux, when enough have come and the window that is
 * told would not shrink. While they wait to be read, the read that takes them acknowledges. */
static bool ack_due_now(const IvcTcp *tcp, const Way *way)
{
    return way->unacked_segments >= tcp->ack_every &&
           way->consumed + tcp->rcvbuf - way->arrived >= way->offered - way->acked;
}

IvcStep ivc_tcp_receive(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to,
                        const IvcSegment *segment, uint32_t skb)
{
    Stack *stack = stack_of(agent);
    Way *in;
    if (G_UNLIKELY(tcp->datagrams))
        return ivc_datagrams_receive(tcp->datagrams, agent, from, to, segment, skb);
    IVC_BEGIN(&stack->packet_frame);
    stack->from = from;
    stack->as = to;
    stack->in = way_of(tcp, from, to);
    stack->out = way_of(tcp, to, from);
    if (segment->bytes) {
        IVC_AWAIT(&stack->packet_frame,
                  ivc_spend(agent, tcp->t.rx_segment, tcp->stage0 + TCP_RX_SEGMENT));
        in = stack->in;
        if (in->arrived == in->consumed)
            mark(tcp, tcp->readable, to, from, true);
        if (in->unacked_segments == 0)
            mark(tcp, tcp->unacked, to, from, true);
        in->in[skb].bytes += segment->bytes;
        in->arrived += segment->bytes;
        in->unacked_segments +=
            segment->bytes <= tcp->mss ? 1 : (uint32_t)((segment->bytes + tcp->mss - 1) / tcp->mss);
    } else {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->t.ack_rx, tcp->stage0 + TCP_ACK));
    }
    acknowledge(tcp, to, stack->out, segment);
    IVC_END(&stack->packet_frame);
}

void ivc_tcp_merge(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcSegment *segment, uint32_t skb)
{
    Way *in = way_of(tcp, from, to);
    if (in->arrived == in->consumed)
        mark(tcp, tcp->readable, to, from, true);
    if (in->unacked_segments == 0)
        mark(tcp, tcp->unacked, to, from, true);
    in->in[skb].bytes += segment->bytes;
    in->arrived += segment->bytes;
    in->unacked_segments++;
    acknowledge(tcp, to, way_of(tcp, to, from), segment);
}

IvcStep ivc_tcp_respond(IvcTcp *tcp, IvcAgent *agent, uint32_t to)
{
    Stack *stack = stack_of(agent), *owner = &tcp->stacks[to];
    const Way *in = stack->in;
    Way *out = stack->out;
    if (G_UNLIKELY(tcp->datagrams))
        return ivc_datagrams_respond(tcp->datagrams, agent, to);
    IVC_BEGIN(&stack->packet_frame);
    if (owner->polls && wake_process(owner, in->arrived > in->consumed)) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->platform->t.wake, IVC_STAGE_WAKE));
    }
    if (out->wants_room && wake_process(owner, worth_a_write(tcp, out))) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->platform->t.wake, IVC_STAGE_WAKE));
    }
    if (ack_due_now(tcp, in)) {
        IVC_CALL(&stack->packet_frame, send_ack(stack, agent));
    } else if (in->unacked_segments) {
        arm_ack_timer(owner);
    }
    if (!out->transmitting && !out->draining && out->out_sent != out->out_n) {
        out->draining = true;
        IVC_CALL(&stack->packet_frame, transmit(tcp, agent, to, stack->from, &stack->transmit));
        out->draining = false;
    }
    IVC_END(&stack->packet_frame);
}

void ivc_tcp_raise(IvcTcp *tcp, uint32_t rank)
{
    ivc_signal(&tcp->platform->sim, &tcp->stacks[rank].work);
}

void ivc_tcp_link_ready(IvcTcp *tcp, uint32_t rank)
{
    Stack *stack = &tcp->stacks[rank];
    if (!stack->ack_held && next_marked(tcp, tcp->blocked, rank, 0) == IVC_RANK_NONE)
        return;
    stack->restarted = true;
    ivc_tcp_raise(tcp, rank);
}

static void ack_timer_fire(IvcSim *sim, IvcTimer *timer)
{
    Stack *stack = (Stack *)((char *)timer - offsetof(Stack, ack_timer));
    stack->ack_due = true;
    ivc_signal(sim, &stack->work);
}

/* The network has room again: what waited for it goes on. */
static IvcStep restart(Stack *stack, IvcAgent *agent)
{
    IvcTcp *tcp = stack->tcp;
    IVC_BEGIN(&stack->packet_frame);
    stack->restarted = false;
    stack->as = stack->rank;
    stack->ack_due = stack->ack_due || stack->ack_held;
    stack->ack_held = false;
    for (stack->from = next_marked(tcp, tcp->blocked, stack->rank, 0); stack->from != IVC_RANK_NONE;
         stack->from = next_marked(tcp, tcp->blocked, stack->rank, stack->from + 1)) {
        mark(tcp, tcp->blocked, stack->rank, stack->from, false);
        if (tcp->datagrams) {
            IVC_CALL(&stack->packet_frame,
                     ivc_datagrams_restart(tcp->datagrams, agent, stack->rank, stack->from));
            continue;
        }
        stack->out = way_of(tcp, stack->rank, stack->from);
        if (!stack->out->transmitting && !stack->out->draining) {
            stack->out->draining = true;
            IVC_CALL(&stack->packet_frame,
                     transmit(tcp, agent, stack->rank, stack->from, &stack->transmit));
            stack->out->draining = false;
        }
    }
    IVC_END(&stack->packet_frame);
}

static IvcStep softirq_step(IvcAgent *agent)
{
    Stack *stack = stack_of(agent);
    IvcTcp *tcp = stack->tcp;
    IVC_BEGIN(&stack->soft_frame);
    for (;;) {
        while (!stack->ack_due && !stack->restarted && !tcp->net.due(tcp->link, stack->rank)) {
            IVC_AWAIT(&stack->soft_frame, ivc_wait(agent, &stack->work, IVC_TIME_NEVER));
            if (tcp->datagrams)
                ivc_datagrams_busy(tcp->datagrams, stack->rank);
        }
        IVC_AWAIT(&stack->soft_frame, ivc_spend(agent, tcp->t.softirq, tcp->stage0 + TCP_SOFTIRQ));
        if (stack->restarted) {
            IVC_CALL(&stack->soft_frame, restart(stack, agent));
        }
        if (stack->ack_due) {
            stack->ack_due = false;
            stack->as = stack->rank;
            for (stack->from = next_marked(tcp, tcp->unacked, stack->rank, 0);
                 stack->from != IVC_RANK_NONE;
                 stack->from = next_marked(tcp, tcp->unacked, stack->rank, stack->from + 1)) {
                IVC_CALL(&stack->soft_frame, send_ack(stack, agent));
            }
        }
        IVC_CALL(&stack->soft_frame, tcp->net.poll(tcp->link, agent, stack->rank));
    }
    IVC_END(&stack->soft_frame);
}

static uint64_t tcp_readable(const IvcStreams *streams, uint32_t from, uint32_t to)
{
    const Way *way = way_of(tcp_of(streams), from, to);
    return way ? way->arrived - way->consumed : 0;
}

static uint32_t tcp_next_readable(const IvcStreams *streams, uint32_t after, uint32_t to)
{
    const IvcTcp *tcp = tcp_of(streams);
    uint32_t from = next_marked(tcp, tcp->readable, to, after + 1);
    return from != IVC_RANK_NONE ? from : next_marked(tcp, tcp->readable, to, 0);
}

/* read() */
static IvcStep tcp_read(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                        IvcBuffer *buffer, uint64_t at, uint64_t bytes, IvcStreamFrame *f)
{
    IvcTcp *tcp = tcp_of(streams);
    Way *way = connection(tcp, from, to);
    const IvcMachineTimes *t = &tcp->platform->t;
    Skb *skb = &way->in[way->in_first];
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    ivc_owe(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL);
    if (way->arrived == way->consumed) {
        IVC_AWAIT(f, ivc_pay(agent));
        while (way->arrived == way->consumed) {
            tcp->stacks[to].polls = true;
            IVC_CALL(f, ivc_os_sleep(tcp->platform, agent, &tcp->stacks[to].sleeper, &f->sleep));
            tcp->stacks[to].polls = false;
        }
    }
    f->left = MIN(bytes, way->arrived - way->consumed);
    for (f->at = 0; f->left > 0; f->left -= f->part) {
        skb = &way->in[way->in_first];
        f->part = MIN(f->left, skb->bytes - skb->read);
        IVC_AWAIT(f, ivc_copy(agent, buffer, buffer ? at + f->at : 0, &skb->data->buffer, skb->read,
                              f->part, tcp->stage0 + TCP_COPY_USER));
        ivc_owe(agent, checksum_ps(tcp, f->part), tcp->stage0 + TCP_CHECKSUM);
        skb->read += f->part;
        way->consumed += f->part;
        if (way->arrived == way->consumed)
            mark(tcp, tcp->readable, to, from, false);
        f->at += f->part;
        if (skb->read == skb->reserved) {
            ivc_tcp_data_give(tcp, skb, &tcp->stacks[to].free_in, tcp->posted > 0);
            way->in_first = (way->in_first + 1) % tcp->n_in;
            way->in_n--;
        }
    }
    if (tcp->net.read)
        tcp->net.read(tcp->link, agent, from, to, way->consumed);
    if (way->unacked_segments >= tcp->ack_every || window_update_due(tcp, way)) {
        /* Sent from the softirq of this core, as the stack does at the end of a read. */
        tcp->stacks[to].ack_due = true;
        way->unacked_segments += way->unacked_segments == 0;
        mark(tcp, tcp->unacked, to, from, true);
        ivc_signal(agent->sim, &tcp->stacks[to].work);
    }
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

static bool tcp_writable(const IvcStreams *streams, uint32_t from, uint32_t to)
{
    const IvcTcp *tcp = tcp_of(streams);
    const Way *way = way_of(tcp, from, to);
    return !way || worth_a_write(tcp, way);
}

/* poll() */
static IvcStep tcp_poll(IvcStreams *streams, IvcAgent *agent, uint32_t rank, uint32_t to,
                        IvcStreamFrame *f)
{
    IvcTcp *tcp = tcp_of(streams);
    Stack *stack = &tcp->stacks[rank];
    const IvcMachineTimes *t = &tcp->platform->t;
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(f, ivc_spend(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL));
    while (next_marked(tcp, tcp->readable, rank, 0) == IVC_RANK_NONE &&
           (to == IVC_RANK_NONE || !tcp_writable(streams, rank, to))) {
        stack->polls = true;
        if (to != IVC_RANK_NONE)
            way_of(tcp, rank, to)->wants_room = true;
        IVC_CALL(f, ivc_os_sleep(tcp->platform, agent, &stack->sleeper, &f->sleep));
        stack->polls = false;
        if (to != IVC_RANK_NONE)
            way_of(tcp, rank, to)->wants_room = false;
    }
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- building ---- */

static void stack_init(IvcTcp *tcp, uint32_t rank)
{
    IvcPlatform *platform = tcp->platform;
    Stack *stack = &tcp->stacks[rank];
    IvcCore *core = tcp->net.softirq_core ? tcp->net.softirq_core(tcp->link, rank) : NULL;
    core = core ? core : &platform->cores.items[platform->ranks[rank].core];
    stack->tcp = tcp;
    stack->rank = stack->as = rank;
    stack->sleeper.signal.id = ivc_platform_id(platform);
    stack->work.id = ivc_platform_id(platform);
    ivc_timer_init(&stack->ack_timer, ivc_platform_id(platform), ack_timer_fire);
    g_snprintf(stack->name, sizeof stack->name, "softirq %u", rank);
    ivc_agent_init(&stack->softirq, ivc_platform_id(platform), stack->name, core,
                   IVC_PRIORITY_DEFERRED, softirq_step);
    ivc_agent_start(&stack->softirq);
}

static void set_times(IvcTcp *tcp)
{
    const IvcTcpSpec *spec = tcp->spec;
    tcp->t.socket_call = ivc_platform_ps(tcp->platform, spec->socket_call);
    tcp->t.tx_segment = ivc_platform_ps(tcp->platform, spec->tx_segment);
    tcp->t.rx_segment = ivc_platform_ps(tcp->platform, spec->rx_segment);
    tcp->t.ack_tx = ivc_platform_ps(tcp->platform, spec->ack_tx);
    tcp->t.ack_rx = ivc_platform_ps(tcp->platform, spec->ack_rx);
    tcp->t.softirq = ivc_platform_ps(tcp->platform, spec->softirq);
    tcp->t.checksum_word = ivc_platform_ps(tcp->platform, spec->checksum_word);
}

static void tcp_free(IvcStreams *streams)
{
    IvcTcp *tcp = tcp_of(streams);
    tcp->link->ops->free(tcp->link);
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways); w++) {
        Way *way = ivc_pairs_at(&tcp->ways, w)->state;
        g_free(way->out);
        g_free(way->in);
    }
    ivc_pairs_clear(&tcp->ways);
    g_free(tcp->readable);
    g_free(tcp->unacked);
    g_free(tcp->blocked);
    g_ptr_array_unref(tcp->data);
    g_free(tcp->stacks);
    g_free(tcp);
}

static uint64_t tcp_in_flight(const IvcStreams *streams)
{
    const IvcTcp *tcp = tcp_of(streams);
    uint64_t sum = tcp->link->ops->in_flight ? tcp->link->ops->in_flight(tcp->link) : 0;
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways); w++) {
        const Way *way = ivc_pairs_at(&tcp->ways, w)->state;
        sum += way->end - way->consumed;
    }
    return sum;
}

static IvcStep tcp_setup(IvcStreams *streams, IvcAgent *agent, uint32_t rank)
{
    const IvcTcp *tcp = tcp_of(streams);
    return tcp->net.setup ? tcp->net.setup(tcp->link, agent, rank) : IVC_DONE;
}

const char *const ivc_tcp_nagle[] = {"auto", "on", "off", NULL};

static const IvcStreamOps ops = {
    .free = tcp_free,
    .setup = tcp_setup,
    .write = tcp_write,
    .readable = tcp_readable,
    .next_readable = tcp_next_readable,
    .read = tcp_read,
    .writable = tcp_writable,
    .poll = tcp_poll,
    .in_flight = tcp_in_flight,
    .digest = ivc_tcp_digest,
    .frame_digest = ivc_tcp_frame_digest,
};

IvcStreams *ivc_tcp_new(IvcPlatform *platform, const IvcTcpSpec *spec, uint32_t stage0,
                        IvcLink *link)
{
    IvcTcp *tcp = g_new0(IvcTcp, 1);
    tcp->head.ops = &ops;
    tcp->platform = platform;
    tcp->spec = spec;
    tcp->link = link;
    tcp->net = *link->ops;
    tcp->stage0 = stage0;
    tcp->n = platform->n_ranks;
    tcp->ack_every = (uint32_t)spec->ack_every;
    tcp->rcvbuf = spec->rcvbuf.n;
    tcp->window = spec->initial_window ? spec->initial_window * (spec->mtu.n - IVC_TCP_HEADERS)
                                       : UINT64_MAX / 4;
    tcp->mss = spec->mtu.n - IVC_TCP_HEADERS;
    tcp->nagle = spec->nagle == IVC_NAGLE_ON ||
                 (spec->nagle == IVC_NAGLE_AUTO && platform->speaks != IVC_SPEAKS_MPI);
    tcp->segment = tcp->mss * link->segment_mtus;
    tcp->n_out = (uint32_t)(spec->sndbuf.n / tcp->segment) + link->window;
    /* Two neighbours hold more than that together, which bounds their number. */
    tcp->joined = MIN(tcp->segment, MAX(tcp->mss, JOINED_BYTES));
    tcp->n_in = (uint32_t)(2 * (spec->rcvbuf.n / tcp->joined) + 4);
    set_times(tcp);
    tcp->stacks = g_new0(Stack, tcp->n);
    tcp->data = g_ptr_array_new_with_free_func(g_free);
    tcp->posted = (uint32_t)(link->posted_bytes / tcp->segment);
    ivc_pairs_init(&tcp->ways, tcp->n, sizeof(Way));
    tcp->words = ivc_rank_words(tcp->n);
    tcp->readable = g_new0(uint64_t, tcp->n * tcp->words);
    tcp->unacked = g_new0(uint64_t, tcp->n * tcp->words);
    if (link->restarts)
        tcp->blocked = g_new0(uint64_t, tcp->n * tcp->words);
    for (uint32_t r = 0; r < tcp->n; r++)
        stack_init(tcp, r);
    ivc_platform_count(platform, "tcp_segments", "count", "TCP segments with data", &tcp->segments);
    ivc_platform_count(platform, "tcp_acks", "count", "TCP segments that only acknowledge",
                       &tcp->acks);
    link->tcp = tcp;
    link->ops->start(link);
    return &tcp->head;
}
