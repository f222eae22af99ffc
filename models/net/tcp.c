/* TCP between guests over a virtual network device, as far as it decides throughput and CPU.
 *
 * A write copies into socket buffers (skb) of at most one segment; a segment is sent when the
 * peer's window allows, by the writing process or, when acknowledgements open the window, by the
 * sender's softirq. The driver copies the frame into a slot of the ring that both guests' drivers
 * share and rings the peer's doorbell, an inter-core interrupt, unless the peer is polling the
 * ring already (NAPI). There the softirq copies the frame out, acknowledges every second segment
 * (or after the delay), and wakes the reader, which copies into the user's buffer: four copies.
 * Nagle's algorithm is off, as MPICH sets it; small writes share a segment only while the window
 * is closed.
 *
 * Left out: loss, retransmission, congestion windows (they are wide open on such a link), segment
 * offload (TSO, GRO), receive buffer auto-tuning, memory accounting by skb overhead. */
#include "models/net/tcp.h"

#include "sim/model/pairs.h"

/* A socket buffer of one segment; all zeros before its first use. */
typedef struct {
    IvcBuffer data;
    uint64_t bytes;
    uint64_t read; /* taken by the reader */
    uint64_t end;  /* stream position after it, once sent */
} Skb;

/* What a frame in the ring carries: data of one connection, an acknowledgement of the other. */
typedef struct {
    IvcBuffer data;
    uint64_t bytes;
    uint64_t ack;
    uint64_t edge;
} Slot;

/* One direction between two ranks: its socket at both ends, and the ring that carries it. */
typedef struct {
    Skb *out;
    uint32_t out_first, out_sent, out_n; /* first unacknowledged; how many sent; how many in all */
    bool filling;                        /* a writer adds to the last one */
    bool transmitting;                   /* the process is sending: the softirq leaves it to it */
    uint64_t end;                        /* bytes written */
    uint64_t next;                       /* bytes sent */
    uint64_t una;                        /* bytes acknowledged */
    uint64_t edge;                       /* how far the receiver allows */
    bool wants_room;
    Skb *in;
    uint32_t in_first, in_n;
    uint64_t arrived;  /* bytes received */
    uint64_t consumed; /* bytes read */
    uint64_t acked;    /* bytes acknowledged by the receiver */
    uint64_t offered;  /* the edge it told last */
    uint32_t unacked_segments;
    Slot *ring;
    uint32_t ring_first, ring_n;
} Way;

/* A rank's network stack. */
typedef struct {
    IvcTcp *tcp;
    uint32_t rank;
    IvcSleeper sleeper; /* its process: in poll, or for room */
    bool polls;         /* it sleeps in poll */
    IvcAgent interrupt;
    IvcAgent softirq;
    IvcTimer bell; /* the doorbell on its way here */
    bool rung;     /* the doorbell's bit is set */
    bool polling;  /* NAPI: the softirq looks at the rings by itself */
    bool ack_due;  /* the delay of some acknowledgement is over */
    IvcSignal line;
    IvcSignal work;
    IvcTimer ack_timer;
    struct {
        IvcLabel label;
    } irq_frame, soft_frame, packet_frame, ack_frame;
    struct {
        IvcLabel label;
        uint32_t skb;
    } transmit;
    uint32_t from;
    uint32_t skb;
    char names[2][24];
} Stack;

struct IvcTcp {
    IvcPlatform *platform;
    const IvcTcpSpec *spec;
    uint32_t stage0;
    uint32_t n;
    uint32_t n_out;
    uint32_t n_in;
    uint64_t mss;
    Stack *stacks;
    IvcPairs ways;      /* of Way; both directions of a connection are made at once */
    size_t words;       /* of a row of the sets below, each by the rank that receives */
    uint64_t *frames;   /* from whom there are frames in the ring */
    uint64_t *readable; /* from whom there is something to read */
    uint64_t *unacked;  /* from whom there are segments to acknowledge */
    struct {
        IvcTime socket_call, tx_segment, rx_segment, ack_tx, ack_rx, driver_tx, driver_rx, softirq,
            checksum_word;
    } t;
    uint64_t segments;
    uint64_t acks;
    uint64_t doorbells;
};

static Way *way_of(const IvcTcp *tcp, uint32_t from, uint32_t to)
{
    return ivc_pairs_find(&tcp->ways, from, to);
}

/* ---- sets of ranks: they follow from the ways, and spare looking at all of them ---- */

static void mark(const IvcTcp *tcp, uint64_t *set, uint32_t to, uint32_t from, bool on)
{
    uint64_t *word = &set[to * tcp->words + from / 64], bit = UINT64_C(1) << from % 64;
    *word = on ? *word | bit : *word & ~bit;
}

/* The first rank of the set at or after `at`; NOBODY when there is none. */
static uint32_t next_marked(const IvcTcp *tcp, const uint64_t *set, uint32_t to, uint32_t at)
{
    const uint64_t *row = &set[to * tcp->words];
    uint64_t mask = UINT64_MAX << at % 64;
    for (size_t w = at / 64; w < tcp->words; w++, mask = UINT64_MAX)
        if (row[w] & mask)
            return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(row[w] & mask);
    return IVC_TCP_NOBODY;
}

static IvcTime checksum_ps(const IvcTcp *tcp, uint64_t bytes)
{
    return (bytes + 7) / 8 * tcp->t.checksum_word;
}

static Skb *out_at(const IvcTcp *tcp, const Way *way, uint32_t i)
{
    return &way->out[(way->out_first + i) % tcp->n_out];
}

/* ---- doorbell and interrupt ---- */

static void bell_fire(IvcSim *sim, IvcTimer *timer)
{
    Stack *stack = (Stack *)((char *)timer - offsetof(Stack, bell));
    stack->rung = true;
    ivc_signal(sim, &stack->line);
}

/* A frame has been put into the peer's ring: the peer must look. True when the bell must ring. */
static bool needs_bell(const Stack *peer)
{
    return !peer->polling && !peer->rung && !peer->bell.armed;
}

static void ring_bell(Stack *peer, uint32_t from)
{
    IvcPlatform *platform = peer->tcp->platform;
    IvcTime way_ps =
        ivc_platform_way_ps(platform, platform->ranks[from].core, platform->ranks[peer->rank].core);
    peer->tcp->doorbells++;
    ivc_timer_arm(&platform->sim, &peer->bell,
                  platform->sim.now + platform->t.registers_flight + way_ps, IVC_PHASE_DELIVER);
}

static IvcStep interrupt_step(IvcAgent *agent)
{
    Stack *stack = (Stack *)((char *)agent - offsetof(Stack, interrupt));
    const IvcMachineTimes *t = &stack->tcp->platform->t;
    IVC_BEGIN(&stack->irq_frame);
    for (;;) {
        while (!stack->rung) {
            IVC_AWAIT(&stack->irq_frame, ivc_wait(agent, &stack->line, IVC_TIME_NEVER));
        }
        IVC_AWAIT(&stack->irq_frame,
                  ivc_spend(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY));
        IVC_AWAIT(&stack->irq_frame, ivc_spend(agent, t->registers_load, IVC_STAGE_REGISTER_LOAD));
        IVC_AWAIT(&stack->irq_frame,
                  ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        stack->rung = false;
        stack->polling = true;
        ivc_signal(agent->sim, &stack->work);
        IVC_AWAIT(&stack->irq_frame, ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    }
    IVC_END(&stack->irq_frame);
}

/* ---- sending ---- */

/* Fills the next ring slot with what this side knows about both directions. */
static void push_frame(IvcTcp *tcp, uint32_t from, uint32_t to, uint64_t bytes)
{
    Way *way = way_of(tcp, from, to);
    Way *back = way_of(tcp, to, from);
    Slot *slot = &way->ring[(way->ring_first + way->ring_n++) % tcp->spec->ring];
    slot->bytes = bytes;
    slot->ack = back->acked = back->arrived;
    slot->edge = back->offered = back->consumed + tcp->spec->rcvbuf.n;
    back->unacked_segments = 0;
    mark(tcp, tcp->frames, to, from, true);
    mark(tcp, tcp->unacked, from, to, false);
    if (next_marked(tcp, tcp->unacked, from, 0) == IVC_TCP_NOBODY)
        ivc_timer_cancel(&tcp->stacks[from].ack_timer);
}

/* The first socket buffer that could be sent now, or NULL. */
static Skb *sendable(const IvcTcp *tcp, const Way *way)
{
    if (way->out_sent == way->out_n || way->ring_n + 1 >= tcp->spec->ring)
        return NULL;
    Skb *skb = out_at(tcp, way, way->out_sent);
    bool last = way->out_sent + 1 == way->out_n;
    if ((last && way->filling) || way->next + skb->bytes > way->edge)
        return NULL;
    return skb;
}

/* Sends what the window allows; run by the process or by the softirq of rank `from`. */
static IvcStep transmit(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, IvcLabel *label,
                        uint32_t *index)
{
    Way *way = way_of(tcp, from, to);
    struct {
        IvcLabel label;
    } *f = (void *)label;
    Skb *skb;
    IVC_BEGIN(f);
    while (sendable(tcp, way)) {
        *index = (way->out_first + way->out_sent++) % tcp->n_out;
        way->next += way->out[*index].bytes;
        way->out[*index].end = way->next;
        tcp->segments++;
        ivc_owe(agent, tcp->t.tx_segment, tcp->stage0 + TCP_TX_SEGMENT);
        ivc_owe(agent, tcp->t.driver_tx, tcp->stage0 + TCP_DRIVER);
        skb = &way->out[*index];
        IVC_AWAIT(f, ivc_copy(agent,
                              &way->ring[(way->ring_first + way->ring_n) % tcp->spec->ring].data, 0,
                              &skb->data, 0, skb->bytes, tcp->stage0 + TCP_COPY_DRIVER));
        push_frame(tcp, from, to, way->out[*index].bytes);
        if (needs_bell(&tcp->stacks[to])) {
            IVC_AWAIT(f,
                      ivc_spend(agent, tcp->platform->t.registers_store, IVC_STAGE_REGISTER_STORE));
            ring_bell(&tcp->stacks[to], from);
        }
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

/* The last skb, while it is neither sent nor full; or NULL. */
static Skb *open_tail(const IvcTcp *tcp, const Way *way)
{
    Skb *tail = way->out_n > way->out_sent ? out_at(tcp, way, way->out_n - 1) : NULL;
    return tail && tail->bytes < tcp->mss ? tail : NULL;
}

/* Whether a writer can go on. */
static bool can_write(const IvcTcp *tcp, const Way *way)
{
    return open_tail(tcp, way) || room(tcp, way) > 0;
}

/* Prepares an skb for new bytes. */
static Skb *skb_empty(IvcTcp *tcp, Skb *skb)
{
    if (!skb->data.id)
        ivc_buffer_init(&skb->data, ivc_platform_id(tcp->platform), tcp->mss);
    skb->bytes = skb->read = 0;
    return skb;
}

/* The skb that the next bytes go into. */
static Skb *tail_for(IvcTcp *tcp, Way *way)
{
    Skb *tail = open_tail(tcp, way);
    if (tail)
        return tail;
    return skb_empty(tcp, out_at(tcp, way, way->out_n++));
}

/* Makes room for the next part of a write in a socket buffer; returns the buffer's index. */
static uint32_t reserve_part(IvcTcp *tcp, Way *way, uint64_t header_left, IvcTcpFrame *f)
{
    Skb *skb = tail_for(tcp, way);
    f->part = MIN(f->left, tcp->mss - skb->bytes);
    f->of_header = MIN(f->part, header_left);
    f->at = skb->bytes;
    skb->bytes += f->part;
    way->end += f->part;
    return (uint32_t)(skb - way->out);
}

/* The driver of the sending side clears the memory of a ring as it sets it up; no time passes. */
static void way_open(IvcTcp *tcp, uint32_t from, uint32_t to)
{
    Way *way = ivc_pairs_add(&tcp->ways, from, to);
    way->out = g_new0(Skb, tcp->n_out);
    way->in = g_new0(Skb, tcp->n_in);
    way->ring = g_new0(Slot, tcp->spec->ring);
    way->edge = way->offered = tcp->spec->rcvbuf.n;
    for (uint32_t i = 0; i < tcp->spec->ring; i++) {
        IvcBuffer *slot = &way->ring[i].data;
        ivc_buffer_init(slot, ivc_platform_id(tcp->platform), tcp->mss);
        ivc_produce(&tcp->stacks[from].softirq, slot, 0, slot->bytes);
        ivc_buffer_done(slot);
    }
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

IvcStep ivc_tcp_write(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, uint64_t header,
                      IvcBuffer *buffer, uint64_t at, uint64_t bytes, IvcTcpFrame *f)
{
    Way *way = connection(tcp, from, to);
    Stack *stack = &tcp->stacks[from];
    const IvcMachineTimes *t = &tcp->platform->t;
    uint64_t done;
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(f, ivc_spend(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL));
    for (f->left = header + bytes; f->left > 0; f->left -= f->part) {
        while (!can_write(tcp, way)) {
            way->wants_room = true;
            IVC_CALL(f, ivc_os_sleep(tcp->platform, agent, &stack->sleeper, &f->sleep));
            way->wants_room = false;
        }
        way->filling = true;
        way->transmitting = true;
        done = header + bytes - f->left;
        f->transmit.skb = reserve_part(tcp, way, header - MIN(header, done), f);
        ivc_owe(agent, ivc_copy_l1_ps(tcp->platform->memory, f->of_header),
                tcp->stage0 + TCP_COPY_USER);
        if (f->part > f->of_header) {
            IVC_AWAIT(f, ivc_copy(agent, &way->out[f->transmit.skb].data, f->at + f->of_header,
                                  buffer, at + (bytes - MIN(bytes, f->left)),
                                  f->part - f->of_header, tcp->stage0 + TCP_COPY_USER));
        }
        IVC_AWAIT(f, ivc_spend(agent, checksum_ps(tcp, f->part), tcp->stage0 + TCP_CHECKSUM));
        way->filling = f->left > f->part && way->out[f->transmit.skb].bytes < tcp->mss;
        IVC_CALL(f, transmit(tcp, agent, from, to, &f->transmit.label, &f->transmit.skb));
        way->transmitting = false;
    }
    way->filling = false;
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- receiving ---- */

static void acknowledge(IvcTcp *tcp, Way *way, const Slot *slot)
{
    way->edge = MAX(way->edge, slot->edge);
    if (slot->ack <= way->una)
        return;
    way->una = slot->ack;
    while (way->out_sent && out_at(tcp, way, 0)->end <= way->una) {
        ivc_buffer_done(&out_at(tcp, way, 0)->data);
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

/* The socket buffer that arriving bytes go into: a small frame joins the last one. */
static Skb *arrival_skb(IvcTcp *tcp, Way *way, uint64_t bytes)
{
    Skb *last = &way->in[(way->in_first + way->in_n + tcp->n_in - 1) % tcp->n_in];
    if (way->in_n && last->bytes + bytes <= tcp->mss)
        return last;
    return skb_empty(tcp, &way->in[(way->in_first + way->in_n++) % tcp->n_in]);
}

static void arm_ack_timer(Stack *stack)
{
    IvcSim *sim = &stack->tcp->platform->sim;
    if (!stack->ack_timer.armed)
        ivc_timer_arm(sim, &stack->ack_timer, sim->now + stack->tcp->spec->ack_delay.ps,
                      IVC_PHASE_DELIVER);
}

/* A bare acknowledgement to rank `to`. */
static IvcStep send_ack(Stack *stack, IvcAgent *agent, uint32_t to)
{
    IvcTcp *tcp = stack->tcp;
    Way *way = way_of(tcp, stack->rank, to);
    IVC_BEGIN(&stack->ack_frame);
    if (way->ring_n + 1 < tcp->spec->ring) {
        tcp->acks++;
        ivc_owe(agent, tcp->t.ack_tx, tcp->stage0 + TCP_ACK);
        IVC_AWAIT(&stack->ack_frame, ivc_spend(agent, tcp->t.driver_tx, tcp->stage0 + TCP_DRIVER));
        push_frame(tcp, stack->rank, to, 0);
        if (needs_bell(&tcp->stacks[to])) {
            IVC_AWAIT(&stack->ack_frame,
                      ivc_spend(agent, tcp->platform->t.registers_store, IVC_STAGE_REGISTER_STORE));
            ring_bell(&tcp->stacks[to], stack->rank);
        }
    } else {
        arm_ack_timer(stack); /* the ring is full: what is in it acknowledges, or the timer does */
    }
    IVC_END(&stack->ack_frame);
}

/* Reading tells the sender of its new window only when that matters, by Linux's rule: at most half
 * of the buffer is still offered, and at least twice as much could be. */
static bool window_update_due(const IvcTcp *tcp, const Way *way)
{
    uint64_t offered = way->offered - way->arrived;
    uint64_t possible = way->consumed + tcp->spec->rcvbuf.n - way->arrived;
    return 2 * offered <= tcp->spec->rcvbuf.n && possible >= 2 * offered && possible >= tcp->mss;
}

static Slot *first_slot(const Way *way)
{
    return &way->ring[way->ring_first];
}

/* Takes one frame from the ring of rank stack->from. */
static IvcStep take_frame(Stack *stack, IvcAgent *agent)
{
    IvcTcp *tcp = stack->tcp;
    Way *in = way_of(tcp, stack->from, stack->rank);
    Way *out = way_of(tcp, stack->rank, stack->from);
    IVC_BEGIN(&stack->packet_frame);
    ivc_owe(agent, tcp->t.driver_rx, tcp->stage0 + TCP_DRIVER);
    if (first_slot(in)->bytes) {
        stack->skb = (uint32_t)(arrival_skb(tcp, in, first_slot(in)->bytes) - in->in);
        IVC_AWAIT(&stack->packet_frame,
                  ivc_copy(agent, &in->in[stack->skb].data, in->in[stack->skb].bytes,
                           &first_slot(in)->data, 0, first_slot(in)->bytes,
                           tcp->stage0 + TCP_COPY_DRIVER));
        IVC_AWAIT(&stack->packet_frame,
                  ivc_spend(agent, tcp->t.rx_segment, tcp->stage0 + TCP_RX_SEGMENT));
        in->in[stack->skb].bytes += first_slot(in)->bytes;
        in->arrived += first_slot(in)->bytes;
        in->unacked_segments++;
        mark(tcp, tcp->readable, stack->rank, stack->from, true);
        mark(tcp, tcp->unacked, stack->rank, stack->from, true);
    } else {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->t.ack_rx, tcp->stage0 + TCP_ACK));
    }
    acknowledge(tcp, out, first_slot(in));
    ivc_buffer_done(&first_slot(in)->data);
    in->ring_first = (uint32_t)((in->ring_first + 1) % tcp->spec->ring);
    in->ring_n--;
    mark(tcp, tcp->frames, stack->rank, stack->from, in->ring_n > 0);
    if (wake_process(stack, stack->polls && in->arrived > in->consumed)) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->platform->t.wake, IVC_STAGE_WAKE));
    }
    /* As Linux: a writer is woken when a third of its buffer is free. */
    if (wake_process(stack, out->wants_room && room(tcp, out) >= tcp->spec->sndbuf.n / 3)) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->platform->t.wake, IVC_STAGE_WAKE));
    }
    if (in->unacked_segments >= tcp->spec->ack_every) {
        IVC_CALL(&stack->packet_frame, send_ack(stack, agent, stack->from));
    } else if (in->unacked_segments) {
        arm_ack_timer(stack);
    }
    if (!out->transmitting) {
        IVC_CALL(&stack->packet_frame, transmit(tcp, agent, stack->rank, stack->from,
                                                &stack->transmit.label, &stack->transmit.skb));
    }
    IVC_END(&stack->packet_frame);
}

static void ack_timer_fire(IvcSim *sim, IvcTimer *timer)
{
    Stack *stack = (Stack *)((char *)timer - offsetof(Stack, ack_timer));
    stack->ack_due = true;
    ivc_signal(sim, &stack->work);
}

static IvcStep softirq_step(IvcAgent *agent)
{
    Stack *stack = (Stack *)((char *)agent - offsetof(Stack, softirq));
    IvcTcp *tcp = stack->tcp;
    IVC_BEGIN(&stack->soft_frame);
    for (;;) {
        while (!stack->polling && !stack->ack_due) {
            IVC_AWAIT(&stack->soft_frame, ivc_wait(agent, &stack->work, IVC_TIME_NEVER));
        }
        IVC_AWAIT(&stack->soft_frame, ivc_spend(agent, tcp->t.softirq, tcp->stage0 + TCP_SOFTIRQ));
        if (stack->ack_due) {
            stack->ack_due = false;
            for (stack->from = next_marked(tcp, tcp->unacked, stack->rank, 0);
                 stack->from != IVC_TCP_NOBODY;
                 stack->from = next_marked(tcp, tcp->unacked, stack->rank, stack->from + 1)) {
                IVC_CALL(&stack->soft_frame, send_ack(stack, agent, stack->from));
            }
        }
        while (next_marked(tcp, tcp->frames, stack->rank, 0) != IVC_TCP_NOBODY) {
            for (stack->from = next_marked(tcp, tcp->frames, stack->rank, 0);
                 stack->from != IVC_TCP_NOBODY;
                 stack->from = next_marked(tcp, tcp->frames, stack->rank, stack->from + 1)) {
                IVC_CALL(&stack->soft_frame, take_frame(stack, agent));
            }
        }
        stack->polling = false;
    }
    IVC_END(&stack->soft_frame);
}

uint64_t ivc_tcp_readable(const IvcTcp *tcp, uint32_t from, uint32_t to)
{
    const Way *way = way_of(tcp, from, to);
    return way ? way->arrived - way->consumed : 0;
}

uint32_t ivc_tcp_next_readable(const IvcTcp *tcp, uint32_t after, uint32_t to)
{
    uint32_t from = next_marked(tcp, tcp->readable, to, after + 1);
    return from != IVC_TCP_NOBODY ? from : next_marked(tcp, tcp->readable, to, 0);
}

IvcStep ivc_tcp_read(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, IvcBuffer *buffer,
                     uint64_t at, uint64_t bytes, IvcTcpFrame *f)
{
    Way *way = way_of(tcp, from, to);
    const IvcMachineTimes *t = &tcp->platform->t;
    Skb *skb = &way->in[way->in_first];
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    ivc_owe(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL);
    f->left = MIN(bytes, way->arrived - way->consumed);
    for (f->at = 0; f->left > 0; f->left -= f->part) {
        skb = &way->in[way->in_first];
        f->part = MIN(f->left, skb->bytes - skb->read);
        IVC_AWAIT(f, ivc_copy(agent, buffer, buffer ? at + f->at : 0, &skb->data, skb->read,
                              f->part, tcp->stage0 + TCP_COPY_USER));
        ivc_owe(agent, checksum_ps(tcp, f->part), tcp->stage0 + TCP_CHECKSUM);
        skb->read += f->part;
        way->consumed += f->part;
        mark(tcp, tcp->readable, to, from, way->arrived > way->consumed);
        f->at += f->part;
        if (skb->read == skb->bytes) {
            ivc_buffer_done(&skb->data);
            way->in_first = (way->in_first + 1) % tcp->n_in;
            way->in_n--;
        }
    }
    if (window_update_due(tcp, way)) {
        /* Sent from the softirq of this core, as the stack does at the end of a read. */
        tcp->stacks[to].ack_due = true;
        way->unacked_segments++;
        mark(tcp, tcp->unacked, to, from, true);
        ivc_signal(agent->sim, &tcp->stacks[to].work);
    }
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

IvcStep ivc_tcp_poll(IvcTcp *tcp, IvcAgent *agent, uint32_t rank, IvcTcpFrame *f)
{
    Stack *stack = &tcp->stacks[rank];
    const IvcMachineTimes *t = &tcp->platform->t;
    IVC_BEGIN(f);
    ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_AWAIT(f, ivc_spend(agent, tcp->t.socket_call, tcp->stage0 + TCP_SOCKET_CALL));
    while (next_marked(tcp, tcp->readable, rank, 0) == IVC_TCP_NOBODY) {
        stack->polls = true;
        IVC_CALL(f, ivc_os_sleep(tcp->platform, agent, &stack->sleeper, &f->sleep));
        stack->polls = false;
    }
    IVC_AWAIT(f, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

/* ---- building ---- */

static void stack_init(IvcTcp *tcp, uint32_t rank)
{
    IvcPlatform *platform = tcp->platform;
    Stack *stack = &tcp->stacks[rank];
    IvcCore *core = &platform->cores.items[platform->ranks[rank].core];
    stack->tcp = tcp;
    stack->rank = rank;
    stack->sleeper.signal.id = ivc_platform_id(platform);
    stack->line.id = ivc_platform_id(platform);
    stack->work.id = ivc_platform_id(platform);
    ivc_timer_init(&stack->bell, ivc_platform_id(platform), bell_fire);
    ivc_timer_init(&stack->ack_timer, ivc_platform_id(platform), ack_timer_fire);
    g_snprintf(stack->names[0], sizeof stack->names[0], "network interrupt %u", rank);
    g_snprintf(stack->names[1], sizeof stack->names[1], "softirq %u", rank);
    ivc_agent_init(&stack->interrupt, ivc_platform_id(platform), stack->names[0], core,
                   IVC_PRIORITY_INTERRUPT, interrupt_step);
    ivc_agent_init(&stack->softirq, ivc_platform_id(platform), stack->names[1], core,
                   IVC_PRIORITY_DEFERRED, softirq_step);
    ivc_agent_start(&stack->interrupt);
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
    tcp->t.driver_tx = ivc_platform_ps(tcp->platform, spec->driver_tx);
    tcp->t.driver_rx = ivc_platform_ps(tcp->platform, spec->driver_rx);
    tcp->t.softirq = ivc_platform_ps(tcp->platform, spec->softirq);
    tcp->t.checksum_word = ivc_platform_ps(tcp->platform, spec->checksum_word);
}

IvcTcp *ivc_tcp_new(IvcPlatform *platform, const IvcTcpSpec *spec, uint32_t stage0)
{
    IvcTcp *tcp = g_new0(IvcTcp, 1);
    tcp->platform = platform;
    tcp->spec = spec;
    tcp->stage0 = stage0;
    tcp->n = platform->n_ranks;
    tcp->mss = spec->mtu.n - IVC_TCP_HEADERS;
    tcp->n_out = (uint32_t)(spec->sndbuf.n / tcp->mss + spec->ring);
    /* Two neighbours hold more than a segment together: that bounds their number. */
    tcp->n_in = (uint32_t)(2 * (spec->rcvbuf.n / tcp->mss) + 4);
    set_times(tcp);
    tcp->stacks = g_new0(Stack, tcp->n);
    ivc_pairs_init(&tcp->ways, tcp->n, sizeof(Way));
    tcp->words = (tcp->n + 63) / 64;
    tcp->frames = g_new0(uint64_t, tcp->n * tcp->words);
    tcp->readable = g_new0(uint64_t, tcp->n * tcp->words);
    tcp->unacked = g_new0(uint64_t, tcp->n * tcp->words);
    for (uint32_t r = 0; r < tcp->n; r++)
        stack_init(tcp, r);
    ivc_platform_count(platform, "tcp_segments", "count", "TCP segments with data", &tcp->segments);
    ivc_platform_count(platform, "tcp_acks", "count", "TCP segments that only acknowledge",
                       &tcp->acks);
    ivc_platform_count(platform, "doorbells", "count", "doorbells of the virtual network device",
                       &tcp->doorbells);
    return tcp;
}

void ivc_tcp_free(IvcTcp *tcp)
{
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways); w++) {
        Way *way = ivc_pairs_at(&tcp->ways, w)->state;
        g_free(way->out);
        g_free(way->in);
        g_free(way->ring);
    }
    ivc_pairs_clear(&tcp->ways);
    g_free(tcp->frames);
    g_free(tcp->readable);
    g_free(tcp->unacked);
    g_free(tcp->stacks);
    g_free(tcp);
}

const char *ivc_tcp_spec_problem(const IvcTcpSpec *spec, const char **ret_key)
{
    uint64_t mss = spec->mtu.n - IVC_TCP_HEADERS;
    *ret_key = "sndbuf";
    if (spec->sndbuf.n < 2 * mss)
        return "a socket send buffer holds at least two segments of the MTU";
    *ret_key = "rcvbuf";
    if (spec->rcvbuf.n < 2 * mss)
        return "a socket receive buffer holds at least two segments of the MTU";
    return NULL;
}

uint64_t ivc_tcp_in_flight(const IvcTcp *tcp)
{
    uint64_t sum = 0;
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways); w++) {
        const Way *way = ivc_pairs_at(&tcp->ways, w)->state;
        sum += way->end - way->consumed;
    }
    return sum;
}

/* A buffer that was never used is as good as one of which nothing is left. */
static void skb_data_digest(const IvcTcp *tcp, const Skb *skb, IvcDigest *digest)
{
    IvcBuffer fresh;
    ivc_buffer_init(&fresh, 0, tcp->mss);
    ivc_buffer_digest(tcp->platform->memory, skb->data.id ? &skb->data : &fresh, digest);
}

/* Buffers and slots of a ring are alike: where it begins is only a name. */
static void rings_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest)
{
    const IvcMemory *memory = tcp->platform->memory;
    for (uint32_t i = 0; i < tcp->n_out; i++) {
        const Skb *skb = out_at(tcp, way, i);
        skb_data_digest(tcp, skb, digest);
        if (i < way->out_n)
            ivc_digest_u64(digest, skb->bytes);
        if (i < way->out_sent)
            ivc_digest_u64(digest, skb->end - way->consumed);
    }
    for (uint32_t i = 0; i < tcp->n_in; i++) {
        const Skb *skb = &way->in[(way->in_first + i) % tcp->n_in];
        skb_data_digest(tcp, skb, digest);
        if (i < way->in_n) {
            ivc_digest_u64(digest, skb->bytes);
            ivc_digest_u64(digest, skb->read);
        }
    }
    for (uint32_t i = 0; i < tcp->spec->ring; i++) {
        const Slot *slot = &way->ring[(way->ring_first + i) % tcp->spec->ring];
        ivc_buffer_digest(memory, &slot->data, digest);
        if (i < way->ring_n)
            ivc_digest_u64(digest, slot->bytes);
    }
}

/* Positions in the stream matter by their distance from what the reader has taken. */
static void way_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest)
{
    ivc_digest_u64(digest, way->out_sent);
    ivc_digest_u64(digest, way->out_n);
    ivc_digest_u64(digest, way->filling);
    ivc_digest_u64(digest, way->transmitting);
    ivc_digest_u64(digest, way->wants_room);
    ivc_digest_u64(digest, way->end - way->consumed);
    ivc_digest_u64(digest, way->next - way->consumed);
    ivc_digest_u64(digest, way->una - way->consumed);
    ivc_digest_u64(digest, way->edge - way->consumed);
    ivc_digest_u64(digest, way->arrived - way->consumed);
    ivc_digest_u64(digest, way->acked - way->consumed);
    ivc_digest_u64(digest, way->offered - way->consumed);
    ivc_digest_u64(digest, way->unacked_segments);
    ivc_digest_u64(digest, way->in_n);
    ivc_digest_u64(digest, way->ring_n);
    if (!digest->brief)
        rings_digest(tcp, way, digest);
}

/* Acknowledgements in a ring speak of the other direction. */
static void ring_digest(const IvcTcp *tcp, uint32_t from, uint32_t to, IvcDigest *digest)
{
    const Way *way = way_of(tcp, from, to), *back = way_of(tcp, to, from);
    for (uint32_t i = 0; !digest->brief && i < way->ring_n; i++) {
        const Slot *slot = &way->ring[(way->ring_first + i) % tcp->spec->ring];
        ivc_digest_u64(digest, slot->ack - back->consumed);
        ivc_digest_u64(digest, slot->edge - back->consumed);
    }
}

static void timer_digest(const IvcTimer *timer, IvcDigest *digest)
{
    ivc_digest_u64(digest, timer->armed);
    if (timer->armed)
        ivc_digest_time(digest, timer->when_ps);
}

/* A buffer of a ring by its distance from the first. */
static uint32_t from_first(uint32_t index, uint32_t first, uint32_t n)
{
    return (index + n - first) % n;
}

static void stack_digest(const Stack *stack, IvcDigest *digest)
{
    const IvcTcp *tcp = stack->tcp;
    bool busy = stack->packet_frame.label; /* with a frame of rank `from` */
    const Way *in = busy ? way_of(tcp, stack->from, stack->rank) : NULL;
    const Way *out = busy ? way_of(tcp, stack->rank, stack->from) : NULL;
    ivc_agent_digest(&stack->interrupt, digest);
    ivc_agent_digest(&stack->softirq, digest);
    ivc_signal_digest(&stack->sleeper.signal, digest);
    ivc_signal_digest(&stack->line, digest);
    ivc_signal_digest(&stack->work, digest);
    ivc_digest_u64(digest, stack->sleeper.pending);
    ivc_digest_u64(digest, stack->sleeper.asleep);
    ivc_digest_u64(digest, stack->polls);
    ivc_digest_u64(digest, stack->rung);
    ivc_digest_u64(digest, stack->polling);
    ivc_digest_u64(digest, stack->ack_due);
    timer_digest(&stack->bell, digest);
    timer_digest(&stack->ack_timer, digest);
    ivc_digest_u64(digest, stack->irq_frame.label);
    ivc_digest_u64(digest, stack->soft_frame.label);
    ivc_digest_u64(digest, stack->packet_frame.label);
    ivc_digest_u64(digest, stack->ack_frame.label);
    ivc_digest_u64(digest, stack->transmit.label);
    ivc_digest_u64(digest, stack->soft_frame.label ? stack->from : 0);
    if (out && stack->transmit.label)
        ivc_digest_u64(digest, from_first(stack->transmit.skb, out->out_first, tcp->n_out));
    if (in)
        ivc_digest_u64(digest, from_first(stack->skb, in->in_first, tcp->n_in));
}

void ivc_tcp_frame_digest(const IvcTcp *tcp, const IvcTcpFrame *frame, uint32_t from, uint32_t to,
                          IvcDigest *digest)
{
    const Way *way = way_of(tcp, from, to);
    ivc_digest_u64(digest, frame->label);
    ivc_digest_u64(digest, frame->transmit.label);
    ivc_digest_u64(digest, frame->sleep.label);
    if (!frame->label)
        return;
    ivc_digest_u64(digest, frame->left);
    ivc_digest_u64(digest, frame->part);
    ivc_digest_u64(digest, frame->of_header);
    ivc_digest_u64(digest, frame->at);
    if (way && way->transmitting)
        ivc_digest_u64(digest, from_first(frame->transmit.skb, way->out_first, tcp->n_out));
}

void ivc_tcp_digest(const IvcTcp *tcp, IvcDigest *digest)
{
    for (uint32_t r = 0; r < tcp->n; r++)
        stack_digest(&tcp->stacks[r], digest);
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways); w++) {
        const IvcPair *pair = ivc_pairs_at(&tcp->ways, w);
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        way_digest(tcp, pair->state, digest);
        ring_digest(tcp, pair->from, pair->to, digest);
    }
}
