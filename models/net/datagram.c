/* UDP and ICMP echo between guests: sockets, fragments and drops, over a network that link.h
 * describes; the stack, its softirq and its network are those of tcp.c.
 *
 * A sendto() copies into packets of at most the MTU, fragments where it is larger, and hands them
 * to the device; what the device has no room for waits before it (as in a queueing discipline), or
 * is dropped when the device never says that there is room again. The sender sleeps while its
 * packets take all of the send buffer, until half of it has left the device. At the receiver the
 * softirq puts fragments together and queues the datagram in the socket, unless its buffer is full:
 * then it is dropped. Nothing is acknowledged. An echo request is answered in the softirq.
 *
 * What the simulation knows and guests do not: which datagrams are lost. Whoever reads goes on to
 * the next one; when none will come any more, its last call ends.
 *
 * Left out: the length of the queue before the device (the send buffer bounds it), offloads of UDP,
 * the time-out of fragments whose datagram has lost others (they are freed when the next datagram
 * comes), checksums of ICMP. This file sends and builds; datagram_receive.c receives. */
#include "models/net/datagram_private.h"
#include "models/net/rank_sets.h"

/* ---- packets ---- */

Piece *ivc_piece_take(IvcDatagrams *d, Pool *pool)
{
    if (pool->spare->len) {
        uint32_t index = g_array_index(pool->spare, uint32_t, pool->spare->len - 1);
        g_array_set_size(pool->spare, pool->spare->len - 1);
        return g_ptr_array_index(pool->all, index);
    }
    Piece *piece = g_new0(Piece, 1);
    piece->index = pool->all->len;
    ivc_buffer_init(&piece->data, ivc_platform_id(d->platform), d->packet);
    g_ptr_array_add(pool->all, piece);
    return piece;
}

void ivc_piece_free(Pool *pool, Piece *piece)
{
    ivc_buffer_done(&piece->data);
    g_array_append_val(pool->spare, piece->index);
}

static void pool_init(Pool *pool)
{
    pool->all = g_ptr_array_new_with_free_func(g_free);
    pool->spare = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

static void pool_clear(Pool *pool)
{
    g_ptr_array_unref(pool->all);
    g_array_unref(pool->spare);
}

static void queue_init(PieceQueue *queue)
{
    queue->capacity = 16;
    queue->items = g_new(uint32_t, queue->capacity);
}

void ivc_pieces_push(PieceQueue *queue, const Piece *piece)
{
    if (queue->n == queue->capacity) {
        uint32_t *larger = g_new(uint32_t, 2 * (size_t)queue->capacity);
        for (uint32_t i = 0; i < queue->n; i++)
            larger[i] = queue->items[(queue->first + i) & (queue->capacity - 1)];
        g_free(queue->items);
        queue->items = larger;
        queue->capacity *= 2;
        queue->first = 0;
    }
    queue->items[(queue->first + queue->n++) & (queue->capacity - 1)] = piece->index;
}

Piece *ivc_pieces_at(const PieceQueue *queue, const Pool *pool, uint32_t i)
{
    return g_ptr_array_index(pool->all, queue->items[(queue->first + i) & (queue->capacity - 1)]);
}

Piece *ivc_pieces_pop(PieceQueue *queue, const Pool *pool)
{
    Piece *piece = ivc_pieces_at(queue, pool, 0);
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->n--;
    return piece;
}

/* ---- lanes ---- */

static Lane *lane_open(IvcDatagrams *d, uint32_t from, uint32_t to)
{
    Lane *lane = ivc_pairs_add(&d->lanes, from, to);
    lane->from = from;
    lane->to = to;
    pool_init(&lane->out);
    pool_init(&lane->in);
    queue_init(&lane->waiting);
    queue_init(&lane->queue);
    ivc_arrivals_init(&lane->sent, 4);
    lane->book = lane;
    lane->base = &d->ranks[to].received_from[from];
    g_ptr_array_add(d->ends[from].lanes, lane);
    if (d->tcp->link->ops->open)
        d->tcp->link->ops->open(d->tcp->link, from, to);
    return lane;
}

Lane *ivc_datagram_lane(IvcDatagrams *d, uint32_t from, uint32_t to)
{
    Lane *lane = ivc_pairs_find(&d->lanes, from, to);
    if (G_LIKELY(lane))
        return lane;
    (void)lane_open(d, MIN(from, to), MAX(from, to));
    (void)lane_open(d, MAX(from, to), MIN(from, to));
    return ivc_pairs_find(&d->lanes, from, to);
}

/* ---- losses ---- */

static const char *const places[PLACES] = {
    [PLACE_SOCKET] = "at the receiver's socket (drops_socket)",
    [PLACE_DEVICE] = "at the sender's device (drops_device)",
    [PLACE_NETWORK] = "at a queue of the network (drops_network)",
};

/* Those that its reader comes to next and that are lost: it has nothing more to do with them, and
 * they were counted when they were lost. But an answer is waited for until its time is over. */
static void settle_lost(IvcDatagrams *d, Lane *lane)
{
    if (d->platform->transactions)
        return;
    while (lane->sent.n && ivc_arrivals_at(&lane->sent, 0)->kind == LOST) {
        ivc_arrivals_drop(&lane->sent, 0);
        ivc_work_lost(&d->ranks[lane->to], lane->from);
    }
}

/* Whether nothing will come on a lane any more, for a reader who waits for it. Its rounds say so:
 * they are counted on when periods are skipped, and datagrams' numbers are not. */
static bool is_over(const IvcDatagrams *d, const Lane *lane)
{
    const IvcWork *work = d->ranks[lane->to].work;
    return work->round == work->rounds;
}

/* Whether the answer that a reader waits for is lost. */
static bool is_lost(const IvcDatagrams *d, const Lane *lane)
{
    return d->platform->transactions && lane->sent.n &&
           ivc_arrivals_at(&lane->sent, 0)->kind == LOST;
}

static IvcTime given_up_at(const IvcDatagrams *d, const Lane *lane)
{
    return ivc_arrivals_at(&lane->sent, 0)->envelope.sent_ps + d->platform->retry_ps;
}

/* The reader's own timer; its interrupt takes no time. */
static void retry_fire(IvcSim *sim, IvcTimer *timer)
{
    const SocketEnd *end = (const SocketEnd *)((char *)timer - offsetof(SocketEnd, retry));
    IvcDatagrams *d = end->datagrams;
    (void)sim;
    (void)ivc_os_notify(d->platform, &d->tcp->stacks[end - d->ends].sleeper);
}

/* A request or its answer is lost: who waits goes on later, or never. */
static void transaction_lost(IvcDatagrams *d, const Lane *book, int place)
{
    SocketEnd *end = &d->ends[book->to];
    if (d->platform->retry_ps == 0)
        ivc_measure_stall(d->platform, places[place]);
    else if (end->receives)
        ivc_timer_arm(&d->platform->sim, &end->retry,
                      MAX(d->platform->sim.now, given_up_at(d, book)), IVC_PHASE_ACT);
}

void ivc_datagram_lose(IvcDatagrams *d, Lane *lane, uint64_t datagram, int place)
{
    Lane *book = lane->book;
    uint64_t first = book->sent.n ? ivc_arrivals_at(&book->sent, 0)->envelope.sequence : 0;
    if (book->sent.n == 0 || datagram < first)
        return; /* its reader knows already */
    IvcArrival *arrival = ivc_arrivals_at(&book->sent, (uint32_t)(datagram - first));
    if (arrival->kind == LOST)
        return;
    arrival->kind = LOST;
    d->drops[place]++;
    d->in_flight--;
    if (d->platform->transactions) {
        transaction_lost(d, book, place);
        return;
    }
    ivc_measure_lost(d->platform, arrival->envelope.bytes);
    if (!d->ends[book->to].receives || book->ready)
        return; /* its reader is busy with others */
    settle_lost(d, book);
    if (is_over(d, book)) /* and so is the run; no guest knows */
        (void)ivc_os_notify(d->platform, &d->tcp->stacks[book->to].sleeper);
}

/* ---- the device ---- */

void ivc_datagrams_stamp(IvcDatagrams *d, uint32_t from, uint32_t to, IvcSegment *segment)
{
    const Lane *lane = ivc_datagram_lane(d, from, to);
    segment->datagram = lane->sending->datagram;
    segment->of = (uint32_t)lane->sending->of;
    segment->headers = lane->sending->headers;
}

void ivc_tcp_done(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcPayload *payload)
{
    IvcDatagrams *d = tcp->datagrams;
    Lane *lane = ivc_datagram_lane(d, from, to);
    Piece *piece = (Piece *)((char *)payload->buffer - offsetof(Piece, data));
    lane->leaving += ivc_piece_cost(d, piece);
    ivc_piece_free(&lane->out, piece);
}

bool ivc_tcp_freed(IvcTcp *tcp, uint32_t rank)
{
    IvcDatagrams *d = tcp->datagrams;
    bool woken = false;
    for (guint i = 0; i < d->ends[rank].lanes->len; i++) {
        Lane *lane = g_ptr_array_index(d->ends[rank].lanes, i);
        lane->held -= lane->leaving;
        lane->leaving = 0;
        if (lane->wants_room && 2 * lane->held <= d->spec->sndbuf.n)
            woken |= ivc_os_notify(d->platform, &tcp->stacks[rank].sleeper);
    }
    return woken;
}

void ivc_tcp_dropped(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcSegment *segment)
{
    IvcDatagrams *d = tcp->datagrams;
    ivc_datagram_lose(d, ivc_datagram_lane(d, from, to), segment->datagram, PLACE_NETWORK);
}

static bool has_room(const IvcDatagrams *d, const Lane *lane)
{
    return d->tcp->net.room(d->tcp->link, lane->from, lane->to);
}

/* Whether the next packet has its turn now, be it to be dropped. */
static bool may_go(const IvcDatagrams *d, const Lane *lane)
{
    if (lane->waiting.n == 0)
        return false;
    if (!d->tcp->blocked || has_room(d, lane))
        return true;
    ivc_rank_mark(d->tcp->blocked, d->tcp->words, lane->from, lane->to, true);
    return false;
}

static void drop_at_device(IvcDatagrams *d, Lane *lane)
{
    Piece *piece = ivc_pieces_pop(&lane->waiting, &lane->out);
    lane->held -= ivc_piece_cost(d, piece);
    ivc_datagram_lose(d, lane, piece->datagram, PLACE_DEVICE);
    ivc_piece_free(&lane->out, piece);
}

static void begin_packet(IvcDatagrams *d, Lane *lane)
{
    Piece *piece = ivc_pieces_pop(&lane->waiting, &lane->out);
    lane->sending = piece;
    lane->transmit.part = (IvcPayload){.buffer = &piece->data, .bytes = piece->bytes};
    d->packets++;
}

IvcStep ivc_datagrams_transmit(IvcDatagrams *d, IvcAgent *agent, Lane *lane)
{
    IvcTcp *tcp = d->tcp;
    IVC_BEGIN(&lane->transmit);
    lane->transmitting = true;
    while (may_go(d, lane)) {
        if (!has_room(d, lane)) {
            IVC_AWAIT(&lane->transmit, ivc_spend(agent, d->t.ip_tx, d->stage0 + DATAGRAM_SEND));
            drop_at_device(d, lane);
            continue;
        }
        begin_packet(d, lane);
        ivc_owe(agent, d->t.ip_tx, d->stage0 + DATAGRAM_SEND);
        IVC_CALL(&lane->transmit, tcp->net.send(tcp->link, agent, lane->from, lane->to,
                                                &lane->transmit.part, &lane->transmit.link));
    }
    lane->transmitting = false;
    IVC_END(&lane->transmit);
}

/* There is room again. Whether somebody sends is asked when this begins. */
IvcStep ivc_datagrams_restart(IvcDatagrams *d, IvcAgent *agent, uint32_t from, uint32_t to)
{
    Lane *lane = ivc_datagram_lane(d, from, to);
    if (lane->transmitting && !lane->restarting)
        return IVC_DONE;
    lane->restarting = true;
    if (ivc_datagrams_transmit(d, agent, lane) == IVC_YIELD)
        return IVC_YIELD;
    lane->restarting = false;
    return IVC_DONE;
}

/* ---- sendto() ---- */

Piece *ivc_datagram_piece(IvcDatagrams *d, Lane *lane, uint64_t datagram, uint64_t of, uint64_t at,
                          uint64_t bytes)
{
    Piece *piece = ivc_piece_take(d, &lane->out);
    piece->datagram = datagram;
    piece->of = of;
    piece->bytes = bytes;
    piece->headers = IVC_IP_HEADER + (at ? 0 : IVC_UDP_HEADER);
    lane->held += ivc_piece_cost(d, piece);
    ivc_pieces_push(&lane->waiting, piece);
    return piece;
}

/* Data of the next packet of a datagram, of which `done` bytes are in packets already. */
static uint64_t piece_bytes(const IvcDatagrams *d, uint64_t bytes, uint64_t done)
{
    if (bytes + IVC_UDP_HEADER <= d->packet)
        return bytes;
    return MIN(bytes - done, d->fragment - (done ? 0 : IVC_UDP_HEADER));
}

/* Copies the next packet's data. A request like ivc_copy(). */
static bool copy_in(IvcDatagrams *d, SocketEnd *end, Lane *lane, IvcAgent *agent,
                    const IvcMpiCall *call)
{
    uint64_t bytes = piece_bytes(d, call->bytes, end->done);
    uint64_t at = end->done;
    Piece *piece = ivc_datagram_piece(d, lane, call->envelope.sequence, call->bytes, at, bytes);
    end->done += bytes;
    ivc_owe(agent, (bytes + 7) / 8 * d->tcp->t.checksum_word, d->tcp->stage0 + TCP_CHECKSUM);
    return ivc_copy(agent, &piece->data, 0, call->buffer, at, bytes,
                    d->tcp->stage0 + TCP_COPY_USER);
}

/* The datagram exists from now on. Its number is that of the message. */
static void enter(IvcDatagrams *d, Lane *lane, const IvcEnvelope *envelope)
{
    IvcEnvelope entry = *envelope;
    if (d->platform->speaks == IVC_SPEAKS_ECHO) { /* it comes back as a message of the other */
        lane->book = ivc_datagram_lane(d, lane->to, lane->from);
        lane->base = lane->book->base;
        entry.source = lane->to;
    }
    ivc_arrivals_push(&lane->book->sent, &entry, UNDER_WAY, 0);
    d->datagrams++;
    d->in_flight++;
}

IvcStep ivc_datagram_send(IvcDatagrams *d, IvcRank *rank, const IvcMpiCall *call,
                          IvcDatagramFrame *f)
{
    IvcAgent *agent = &rank->agent;
    const IvcMachineTimes *t = &d->platform->t;
    Lane *lane = ivc_datagram_lane(d, rank->rank, (uint32_t)call->peer);
    SocketEnd *end = &d->ends[rank->rank];
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    ivc_owe(agent, d->tcp->t.socket_call, d->tcp->stage0 + TCP_SOCKET_CALL);
    IVC_AWAIT(f, ivc_spend(agent, d->t.udp_tx, d->stage0 + DATAGRAM_SEND));
    while (lane->held >= d->spec->sndbuf.n) {
        lane->wants_room = true;
        IVC_CALL(f,
                 ivc_os_sleep(d->platform, agent, &d->tcp->stacks[rank->rank].sleeper, &f->sleep));
        lane->wants_room = false;
    }
    enter(d, lane, &call->envelope);
    lane->transmitting = true;
    for (end->done = 0; end->done < call->bytes;) {
        IVC_AWAIT(f, copy_in(d, end, lane, agent, call));
    }
    IVC_CALL(f, ivc_datagrams_transmit(d, agent, lane));
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- recvfrom() ---- */

/* Copies a packet of the first datagram to the user. A request like ivc_copy(). */
static bool copy_out(IvcDatagrams *d, Lane *lane, IvcAgent *agent, IvcMpiCall *call,
                     IvcDatagramFrame *f)
{
    Piece *piece = ivc_pieces_at(&lane->queue, &lane->in, f->piece++);
    uint64_t at = f->bytes;
    f->bytes += piece->bytes;
    ivc_owe(agent, (piece->bytes + 7) / 8 * d->tcp->t.checksum_word, d->tcp->stage0 + TCP_CHECKSUM);
    return ivc_copy(agent, call->buffer, at, &piece->data, 0, piece->bytes,
                    d->tcp->stage0 + TCP_COPY_USER);
}

static uint64_t first_bytes(const Lane *lane)
{
    return ivc_pieces_at(&lane->queue, &lane->in, 0)->of;
}

/* The first datagram has been read: its packets are free. */
static void take_first(IvcDatagrams *d, Lane *lane, IvcMpiCall *call, uint32_t pieces)
{
    for (uint32_t i = 0; i < pieces; i++) {
        Piece *piece = ivc_pieces_pop(&lane->queue, &lane->in);
        lane->held_in -= ivc_piece_cost(d, piece);
        ivc_piece_free(&lane->in, piece);
    }
    lane->ready--;
    d->received++;
    d->in_flight--;
    settle_lost(d, lane);
    call->envelope = ivc_arrivals_take(&lane->sent, 0).envelope;
}

IvcStep ivc_datagram_recv(IvcDatagrams *d, IvcRank *rank, IvcMpiCall *call, IvcDatagramFrame *f)
{
    IvcAgent *agent = &rank->agent;
    const IvcMachineTimes *t = &d->platform->t;
    Lane *lane = ivc_datagram_lane(d, (uint32_t)call->peer, rank->rank);
    SocketEnd *end = &d->ends[rank->rank];
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(f, ivc_spend(agent, d->tcp->t.socket_call, d->tcp->stage0 + TCP_SOCKET_CALL));
    while (lane->ready == 0) {
        settle_lost(d, lane);
        if (is_lost(d, lane) && d->platform->sim.now >= given_up_at(d, lane)) {
            ivc_arrivals_drop(&lane->sent, 0);
            call->lost = true;
            IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
            IVC_RETURN(f);
        }
        if (is_lost(d, lane))
            ivc_timer_arm(agent->sim, &end->retry, given_up_at(d, lane), IVC_PHASE_ACT);
        if (is_over(d, lane)) {
            call->ended = true;
            IVC_RETURN(f);
        }
        end->receives = true;
        ivc_signal(&d->platform->sim, &ivc_datagrams_turn(d, agent)->over);
        IVC_CALL(f,
                 ivc_os_sleep(d->platform, agent, &d->tcp->stacks[rank->rank].sleeper, &f->sleep));
        end->receives = false;
    }
    f->bytes = f->piece = 0;
    while (f->bytes < first_bytes(lane)) {
        IVC_AWAIT(f, copy_out(d, lane, agent, call, f));
    }
    take_first(d, lane, call, f->piece);
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- building ---- */

static void count(IvcDatagrams *d)
{
    IvcPlatform *platform = d->platform;
    ivc_platform_count(platform, "datagrams_sent", "count", "datagrams that were sent",
                       &d->datagrams);
    ivc_platform_count(platform, "datagrams_received", "count", "datagrams that processes received",
                       &d->received);
    ivc_platform_count(platform, "datagram_packets", "count",
                       "packets, or fragments, that devices took of datagrams", &d->packets);
    ivc_platform_count(platform, "drops_socket", "count",
                       "datagrams that found the receiver's socket buffer full",
                       &d->drops[PLACE_SOCKET]);
    ivc_platform_count(platform, "drops_device", "count",
                       "datagrams that found the sender's device full", &d->drops[PLACE_DEVICE]);
    ivc_platform_count(platform, "drops_network", "count",
                       "datagrams that a queue between the devices had no room for",
                       &d->drops[PLACE_NETWORK]);
}

static void end_init(IvcDatagrams *d, SocketEnd *end)
{
    *end = (SocketEnd){.datagrams = d, .lanes = g_ptr_array_new()};
    ivc_timer_init(&end->retry, ivc_platform_id(d->platform), retry_fire);
}

IvcDatagrams *ivc_datagrams_new(IvcPlatform *platform, const IvcDatagramSpec *spec, uint64_t mtu,
                                IvcRank *ranks, uint32_t stage0, IvcStreams *streams)
{
    IvcDatagrams *d = g_new0(IvcDatagrams, 1);
    d->platform = platform;
    d->spec = spec;
    d->tcp = tcp_of(streams);
    d->tcp->datagrams = d;
    d->tcp->link->tells = true;
    d->ranks = ranks;
    d->stage0 = stage0;
    d->packet = mtu - IVC_IP_HEADER;
    d->fragment = d->packet / 8 * 8;
    d->t.turn = spec->turn.ps;
    d->t.udp_tx = ivc_platform_ps(platform, spec->udp_tx);
    d->t.udp_rx = ivc_platform_ps(platform, spec->udp_rx);
    d->t.ip_tx = ivc_platform_ps(platform, spec->ip_tx);
    d->t.ip_rx = ivc_platform_ps(platform, spec->ip_rx);
    d->t.icmp = ivc_platform_ps(platform, spec->icmp);
    d->ends = g_new0(SocketEnd, platform->n_ranks);
    for (uint32_t r = 0; r < platform->n_ranks; r++)
        end_init(d, &d->ends[r]);
    d->turns = g_new0(IvcSoftirqTurn, platform->cores.n);
    for (uint32_t c = 0; c < platform->cores.n; c++)
        d->turns[c].over.id = ivc_platform_id(platform);
    ivc_pairs_init(&d->lanes, platform->n_ranks, sizeof(Lane));
    count(d);
    return d;
}

void ivc_datagrams_free(IvcDatagrams *d)
{
    for (uint32_t i = 0; i < ivc_pairs_count(&d->lanes); i++) {
        Lane *lane = ivc_pairs_at(&d->lanes, i)->state;
        pool_clear(&lane->out);
        pool_clear(&lane->in);
        g_free(lane->waiting.items);
        g_free(lane->queue.items);
        ivc_arrivals_clear(&lane->sent);
    }
    for (uint32_t r = 0; r < d->platform->n_ranks; r++)
        g_ptr_array_unref(d->ends[r].lanes);
    ivc_pairs_clear(&d->lanes);
    g_free(d->turns);
    g_free(d->ends);
    g_free(d);
}

uint64_t ivc_datagrams_in_flight(const IvcDatagrams *d)
{
    return d->in_flight;
}
