/* What TCP does in a rank's softirq: taking packets, acknowledging them, waking its process, and
 * sending what acknowledgements and room in the network allow. */
#include "models/net/datagram_private.h"

/* An eighth of each new one counts. */
static void note_round_trip(Way *way, IvcTime round_trip_ps)
{
    uint64_t us = MAX(round_trip_ps / 1000000, 1);
    way->round_trip = way->round_trip ? way->round_trip - way->round_trip / 8 + us : 8 * us;
}

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
        note_round_trip(way, tcp->platform->sim.now - out_at(tcp, way, 0)->sent_ps);
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
        (void)ivc_tcp_skb_empty(tcp, &way->in[index], index, &tcp->stacks[to].free_in, tcp->posted);
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
        owner->ack_held = true; /* what is under way acknowledges, or the restart does */
    }
    IVC_END(&stack->ack_frame);
}

/* Whether segments are acknowledged at once: as Linux, when enough have come and the window that is
 * told would not shrink. While they wait to be read, the read that takes them acknowledges. */
static bool ack_due_now(const IvcTcp *tcp, const Way *way)
{
    return way->quick || (way->unacked_segments >= tcp->ack_every &&
                          ivc_tcp_edge(tcp, way) - way->arrived >= way->offered - way->acked);
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
        ivc_tcp_window_arrived(tcp, in, segment->bytes);
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
    ivc_tcp_window_arrived(tcp, in, segment->bytes);
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
    if (out->wants_room && wake_process(owner, ivc_tcp_worth_a_write(tcp, out))) {
        IVC_AWAIT(&stack->packet_frame, ivc_spend(agent, tcp->platform->t.wake, IVC_STAGE_WAKE));
    }
    if (ack_due_now(tcp, in)) {
        IVC_CALL(&stack->packet_frame, send_ack(stack, agent));
    } else if (in->unacked_segments) {
        arm_ack_timer(owner);
    }
    if (!out->transmitting && !out->draining && out->out_sent != out->out_n) {
        out->draining = true;
        IVC_CALL(&stack->packet_frame,
                 ivc_tcp_transmit(tcp, agent, to, stack->from, &stack->transmit));
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
                     ivc_tcp_transmit(tcp, agent, stack->rank, stack->from, &stack->transmit));
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
    if (tcp->datagrams)
        ivc_softirq_begins(ivc_tcp_turn(tcp, agent), agent->sim->now);
    for (;;) {
        while (!stack->ack_due && !stack->restarted && !tcp->net.due(tcp->link, stack->rank)) {
            if (tcp->datagrams)
                ivc_softirq_ends(ivc_tcp_turn(tcp, agent), agent->sim->now);
            IVC_AWAIT(&stack->soft_frame, ivc_wait(agent, &stack->work, IVC_TIME_NEVER));
            if (tcp->datagrams)
                ivc_softirq_begins(ivc_tcp_turn(tcp, agent), agent->sim->now);
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

void ivc_tcp_stack_init(IvcTcp *tcp, uint32_t rank)
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
