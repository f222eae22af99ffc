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
    segment->edge = back->offered = ivc_tcp_edge(tcp, back);
    back->quick = false;
    if (back->unacked_segments == 0)
        return;
    back->unacked_segments = 0;
    mark(tcp, tcp->unacked, from, to, false);
    Stack *stack = &tcp->stacks[from];
    if ((!stack->ack_timer.armed && !stack->ack_held) ||
        next_marked(tcp, tcp->unacked, from, 0) != IVC_RANK_NONE)
        return;
    ivc_timer_cancel(&stack->ack_timer);
    stack->ack_held = false;
}

/* What may still be sent: by the receiver's window, and by the congestion window. */
static uint64_t limit_of(const Way *way)
{
    uint64_t under_way = way->next - way->una;
    uint64_t by_receiver = way->edge - way->next;
    return MIN(by_receiver, way->window > under_way ? way->window - under_way : 0);
}

/* Whether it pays to wait for an acknowledgement, which will let more go at once: by Linux's rule,
 * when that is due within half a round trip. */
static bool is_ack_near(const IvcTcp *tcp, const Way *way)
{
    IvcTime half = way->round_trip * 1000000 / 16;
    return tcp->platform->sim.now - out_at(tcp, way, 0)->sent_ps >= half;
}

/* How much of a socket buffer's rest the windows allow: all of it, or whole segments when that is
 * a third of the window, or nothing is near that would open it. */
static uint64_t allowed(const IvcTcp *tcp, const Way *way, const Skb *skb)
{
    uint64_t rest = skb->bytes - skb->sent, limit = limit_of(way);
    if (rest <= limit)
        return tcp->spec->whole_segments && rest > tcp->mss ? rest / tcp->mss * tcp->mss : rest;
    if (tcp->segment == tcp->mss)
        return 0;
    bool much = 3 * limit >= MIN(way->edge - way->una, way->window);
    return much || way->next == way->una || !is_ack_near(tcp, way) ? limit / tcp->mss * tcp->mss
                                                                   : 0;
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
    skb->sent_ps = tcp->platform->sim.now;
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
IvcStep ivc_tcp_transmit(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to,
                         IvcTcpTransmit *f)
{
    IVC_BEGIN(f);
    while (take_part(tcp, way_of(tcp, from, to), from, to, f)) {
        ivc_owe(agent, tcp->t.tx_segment, tcp->stage0 + TCP_TX_SEGMENT);
        IVC_CALL(f, tcp->net.send(tcp->link, agent, from, to, &f->part, &f->link));
    }
    IVC_END(f);
}

/* The send buffer: as Linux, it grows to twice of what may be under way. */
uint64_t ivc_tcp_sndbuf(const IvcTcp *tcp, const Way *way)
{
    const uint64_t first = tcp->spec->sndbuf_initial.n, most = tcp->spec->sndbuf.n;
    return first ? MIN(most, MAX(MAX(first, 3 * tcp->mss), 2 * way->window)) : most;
}

/* Room in the socket buffer: bytes below its size. As Linux, it is looked at only where a new skb
 * begins, which may then be filled beyond it. */
uint64_t ivc_tcp_room(const IvcTcp *tcp, const Way *way)
{
    uint64_t held = way->end - way->una, most = ivc_tcp_sndbuf(tcp, way);
    return held >= most || way->out_n == tcp->n_out ? 0 : most - held;
}

/* The last skb, while it is neither wholly sent nor full; or NULL. */
static Skb *open_tail(const IvcTcp *tcp, const Way *way)
{
    Skb *tail = way->out_n > way->out_sent ? out_at(tcp, way, way->out_n - 1) : NULL;
    return tail && tail->bytes < tcp->segment ? tail : NULL;
}

/* Prepares an skb for new bytes. */
Skb *ivc_tcp_skb_empty(IvcTcp *tcp, Skb *skb, uint32_t index, IvcTcpFree *from, uint32_t stay)
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
        (void)ivc_tcp_skb_empty(tcp, skb, (uint32_t)(skb - way->out), &stack->free_out, 0);
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
    ivc_tcp_window_init(tcp, way);
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

/* As Linux: a small write waits for more bytes while the device is busy with more than there are.
 * It looks at the memory of packets in the device; here that is what is under way, while the device
 * holds something of it. What waits goes on when the device is rid of a packet. */
static bool corked(const IvcTcp *tcp, const Way *way, uint32_t from, uint32_t to)
{
    const Skb *tail = tcp->net.holds && tcp->spec->autocork ? open_tail(tcp, way) : NULL;
    return tail && tail->bytes - tail->sent < way->next - way->una &&
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
        while (!(tail = open_tail(tcp, way)) && ivc_tcp_room(tcp, way) == 0) {
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
            IVC_CALL(f, ivc_tcp_transmit(tcp, agent, from, to, &stack->writing));
        }
        way->transmitting = false;
    }
full:
    way->filling = false;
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- receiving ---- */

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

/* Reading tells the sender of its new window only when that matters, by Linux's rule: at most half
 * of the buffer is still offered, and at least twice as much could be. */
static bool window_update_due(const IvcTcp *tcp, const Way *way)
{
    uint64_t offered = way->offered - way->arrived;
    uint64_t possible = ivc_tcp_edge(tcp, way) - way->arrived;
    return 2 * offered <= tcp->rcvbuf && possible >= 2 * offered && possible >= tcp->mss;
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
    ivc_tcp_window_read(tcp, way);
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
    return !way || ivc_tcp_worth_a_write(tcp, way);
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
    tcp->head = (IvcStreams){.ops = &ops, .stored = link->stored};
    tcp->platform = platform;
    tcp->spec = spec;
    tcp->link = link;
    link->recycles = link->recycles || spec->recycle;
    tcp->net = *link->ops;
    tcp->stage0 = stage0;
    tcp->n = platform->n_ranks;
    tcp->ack_every = (uint32_t)spec->ack_every;
    tcp->rcvbuf = spec->rcvbuf.n;
    tcp->mss = ivc_tcp_mss(spec);
    tcp->window = spec->initial_window ? spec->initial_window * tcp->mss : UINT64_MAX / 4;
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
        ivc_tcp_stack_init(tcp, r);
    ivc_platform_count(platform, "tcp_segments", "count", "TCP segments with data", &tcp->segments);
    ivc_platform_count(platform, "tcp_acks", "count", "TCP segments that only acknowledge",
                       &tcp->acks);
    link->tcp = tcp;
    link->ops->start(link);
    return &tcp->head;
}
