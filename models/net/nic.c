/* Two network cards with a wire between them.
 *
 * The driver puts a packet into the card's ring; the card fetches it by DMA, cuts it into frames of
 * the MTU where it may (TSO), and sends frame after frame at the rate of the wire. At the other end
 * each frame is in memory some time after its last bit, and later where the bus is slow; the first
 * one makes the card interrupt the core, after the delay of its moderation, and then it is silent
 * until the softirq has taken all that has come (NAPI), frames that follow on each other joined
 * (GRO).
 *
 * When a frame leaves and arrives is known as it is sent, so that no event stands for it: only the
 * interrupts are events. A switch between more than two lets bits through as they come, and keeps
 * what a busy wire cannot take.
 *
 * Where datagrams are spoken, the card also interrupts for what it has sent, because a socket may
 * wait for that; and what finds the receiver's ring full is dropped. Who would look at a ring as a
 * frame arrives is not there: the driver finds out when it looks itself, with what has come since.
 *
 * Where a path lies between the cards, it says instead of the wire when frames leave and arrive,
 * and has its part in what the driver does (vf.c).
 *
 * Left out: lost frames of streams, so that a full ring loses none (they wait in the card, and are
 * counted), the queueing discipline, what DMA takes from the memory's rate, several queues of a
 * card. */
#include "models/net/nic_private.h"

IvcTime ivc_nic_wire_ps(const IvcNicSpec *spec, uint64_t bytes)
{
    const uint64_t ps_per_s = UINT64_C(1000000000000);
    uint64_t bits = 8 * (MAX(bytes, spec->frame_min.n) + spec->framing.n);
    return (IvcTime)(((IvcU128)bits * ps_per_s + spec->rate.bps - 1) / spec->rate.bps);
}

/* What a frame takes of a card's bus. */
static IvcTime bus_ps(const IvcNicSpec *spec, uint64_t bytes)
{
    const uint64_t ps_per_s = UINT64_C(1000000000000);
    if (!spec->bus.bps)
        return 0;
    return (IvcTime)(((IvcU128)8 * (bytes + IVC_TCP_FRAME) * ps_per_s + spec->bus.bps - 1) /
                     spec->bus.bps);
}

/* ---- interrupts ---- */

static IvcTime now(const Nic *nic)
{
    return nic->nics->platform->sim.now;
}

static const Frame *first_frame(const Nic *nic)
{
    return ivc_backlog_at(&nic->frames, 0);
}

static IvcTime leaves_ps(const Nic *nic, uint32_t i)
{
    return ((const SentPacket *)ivc_backlog_at(&nic->sending, i))->leaves_ps;
}

/* The card interrupts when a frame has come, and when half of a full ring has left, or anything of
 * datagrams. */
static void rearm(Nic *nic)
{
    IvcTime when = IVC_TIME_NEVER;
    if (nic->polling || nic->asserted || nic->waking)
        return;
    if (nic->frames.n)
        when = first_frame(nic)->arrives_ps + nic->nics->spec->rx_delay.ps;
    if (nic->stopped)
        when = MIN(when, leaves_ps(nic, nic->sending.n / 2));
    if (nic->nics->head.tells && nic->sending.n)
        when = MIN(when, leaves_ps(nic, 0) + nic->nics->spec->tx_delay.ps);
    if (when != IVC_TIME_NEVER)
        ivc_timer_arm(&nic->nics->platform->sim, &nic->interrupt, MAX(when, now(nic)),
                      IVC_PHASE_DELIVER);
}

static void interrupt_fire(IvcSim *sim, IvcTimer *timer)
{
    Nic *nic = (Nic *)((char *)timer - offsetof(Nic, interrupt));
    nic->waking = !nic->waking && !nic->handler.core->running && nic->nics->t.idle_wake;
    if (nic->waking) {
        ivc_timer_arm(sim, timer, sim->now + nic->nics->t.idle_wake, IVC_PHASE_DELIVER);
        return;
    }
    nic->asserted = true;
    nic->nics->interrupts++;
    ivc_signal(sim, &nic->line);
}

static IvcStep handler_step(IvcAgent *agent)
{
    Nic *nic = (Nic *)((char *)agent - offsetof(Nic, handler));
    const Nics *nics = nic->nics;
    const IvcMachineTimes *t = &nics->platform->t;
    IVC_BEGIN(&nic->handler_frame);
    for (;;) {
        while (!nic->asserted) {
            IVC_AWAIT(&nic->handler_frame, ivc_wait(agent, &nic->line, IVC_TIME_NEVER));
        }
        if (nics->path)
            nics->path->ops->interrupt(nics->path, agent, false);
        ivc_owe(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY);
        IVC_AWAIT(&nic->handler_frame, ivc_spend(agent, nics->t.irq, nics->stage0 + TCP_DRIVER));
        nic->asserted = false;
        nic->polling = true;
        ivc_tcp_raise(nics->head.tcp, nic->rank);
        if (nics->path)
            nics->path->ops->interrupt(nics->path, agent, true);
        IVC_AWAIT(&nic->handler_frame,
                  ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    }
    IVC_END(&nic->handler_frame);
}

/* ---- sending ---- */

/* Packets at the head of the ring that have left, which the driver has not noticed yet. */
static uint32_t left(const Nic *nic)
{
    uint32_t n = 0;
    while (n < nic->sending.n && leaves_ps(nic, n) <= now(nic))
        n++;
    return n;
}

static bool has_room(IvcLink *link, uint32_t from, uint32_t to)
{
    Nics *nics = (Nics *)link;
    Nic *nic = &nics->nics[from];
    (void)to;
    if (nic->sending.n < nics->spec->tx_ring)
        return true;
    nics->stops += !nic->stopped;
    nic->stopped = true;
    rearm(nic);
    return false;
}

/* When a frame of `bytes` is in the receiver's memory, over the wire. */
static IvcTime over_wire(Nic *nic, Nic *to, IvcTime start_ps, uint64_t bytes)
{
    const IvcNicSpec *spec = nic->nics->spec;
    IvcTime wire_ps = ivc_nic_wire_ps(spec, bytes), dma_ps = bus_ps(spec, bytes);
    nic->fetched_ps = MAX(nic->fetched_ps, start_ps) + dma_ps;
    nic->sent_ps = MAX(nic->sent_ps, nic->fetched_ps) + wire_ps;
    IvcTime first_ps = nic->sent_ps + spec->wire.ps + (spec->store ? wire_ps : 0);
    to->arrived_ps = MAX(first_ps, to->arrived_ps + wire_ps);
    to->written_ps = MAX(to->written_ps, to->arrived_ps) + dma_ps;
    return to->written_ps + spec->dma_rx.ps;
}

/* A frame is under way to the receiver. */
static void push_frame(Nic *nic, Nic *to, const IvcSegment *segment, IvcTime arrives_ps)
{
    Nics *nics = nic->nics;
    nics->sent++;
    nics->over_ring += !nics->head.tells && to->frames.n >= nics->spec->rx_ring;
    ivc_backlog_push(&to->frames,
                     &(Frame){.from = nic->rank, .arrives_ps = arrives_ps, .segment = *segment});
}

/* The card takes a packet: all of its frames have their time. */
static void send_packet(Nic *nic, Nic *to, const IvcSegment *packet, const IvcPayload *payload)
{
    Nics *nics = nic->nics;
    IvcTime start_ps = now(nic) + nics->spec->dma_tx.ps;
    IvcSegment segment = *packet;
    uint64_t rest = packet->bytes, headers = ivc_packet_headers(&nics->head, packet);
    do {
        segment.bytes = MIN(rest, nics->mss);
        push_frame(nic, to, &segment, over_wire(nic, to, start_ps, headers + segment.bytes));
        rest -= segment.bytes;
    } while (rest);
    ivc_backlog_push(&nic->sending,
                     &(SentPacket){.leaves_ps = nic->sent_ps, .to = to->rank, .payload = *payload});
    nics->packets++;
    rearm(to);
    if (nics->head.tells)
        rearm(nic);
}

/* The card is told of a packet: the path asks for its frames. */
static void tell_path(Nic *nic, Nic *to, const IvcSegment *packet, const IvcPayload *payload)
{
    Nics *nics = nic->nics;
    ivc_backlog_push(&nic->sending,
                     &(SentPacket){.leaves_ps = IVC_TIME_NEVER,
                                   .to = to->rank,
                                   .bytes = ivc_packet_headers(&nics->head, packet) + packet->bytes,
                                   .segment = *packet,
                                   .payload = *payload});
    nics->packets++;
    nics->unread++;
    nics->path->ops->told(nics->path, nic->rank);
}

bool ivc_nic_next_frame(const IvcLink *link, uint32_t rank, IvcNicFrame *ret_frame)
{
    const Nics *nics = (const Nics *)link;
    const Nic *nic = &nics->nics[rank];
    if (nic->read == nic->sending.n)
        return false;
    const SentPacket *packet = ivc_backlog_at(&nic->sending, nic->read);
    uint64_t rest = packet->segment.bytes - nic->read_data;
    *ret_frame = (IvcNicFrame){.to = packet->to,
                               .first = nic->read_data == 0,
                               .last = rest <= nics->mss,
                               .headers = ivc_packet_headers(link, &packet->segment),
                               .data = MIN(rest, nics->mss),
                               .packet = packet->bytes};
    return true;
}

void ivc_nic_sent_frame(IvcLink *link, uint32_t rank, IvcTime left_ps, IvcTime arrives_ps)
{
    Nics *nics = (Nics *)link;
    Nic *nic = &nics->nics[rank];
    SentPacket *packet = ivc_backlog_at(&nic->sending, nic->read);
    IvcSegment segment = packet->segment;
    segment.bytes = MIN(segment.bytes - nic->read_data, nics->mss);
    nic->read_data += segment.bytes;
    push_frame(nic, &nics->nics[packet->to], &segment, arrives_ps);
    rearm(&nics->nics[packet->to]);
    if (nic->read_data < packet->segment.bytes)
        return;
    packet->leaves_ps = left_ps;
    nic->read_data = 0;
    nic->read++;
    nics->unread--;
    rearm(nic);
}

static IvcStep send(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                    const IvcPayload *payload, IvcLinkFrame *f)
{
    Nics *nics = (Nics *)link;
    IVC_BEGIN(f);
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(link->tcp, from, to, &f->segment);
    if (nics->path)
        nics->path->ops->give(nics->path, agent, from,
                              ivc_packet_headers(link, &f->segment) + payload->bytes);
    IVC_AWAIT(f, ivc_spend(agent, nics->t.tx, nics->stage0 + TCP_DRIVER));
    (nics->path ? tell_path : send_packet)(&nics->nics[from], &nics->nics[to], &f->segment,
                                           payload);
    IVC_END(f);
}

/* ---- receiving ---- */

static bool is_due(const IvcLink *link, uint32_t rank)
{
    return ((const Nics *)link)->nics[rank].polling;
}

static void pop_frame(Nic *nic)
{
    if (nic->seen) {
        nic->seen--;
        nic->held -= !first_frame(nic)->lost;
    }
    ivc_backlog_pop(&nic->frames);
}

/* What has come to the ring since somebody looked: as much as there was room for. Lost frames at
 * the head are gone. */
static void see_ring(Nic *nic)
{
    Nics *nics = nic->nics;
    for (; nic->seen < nic->frames.n; nic->seen++) {
        Frame *frame = ivc_backlog_at(&nic->frames, nic->seen);
        if (frame->arrives_ps > now(nic))
            break;
        frame->lost = nic->held == nics->spec->rx_ring;
        nic->held += !frame->lost;
        if (!frame->lost)
            continue;
        nics->over_ring++;
        ivc_tcp_dropped(nics->head.tcp, frame->from, nic->rank, &frame->segment);
    }
    while (nic->seen && first_frame(nic)->lost) {
        if (nics->path)
            nics->path->ops->taken(nics->path, nic->rank, true);
        pop_frame(nic);
    }
}

static bool has_come(Nic *nic)
{
    if (nic->nics->head.tells)
        see_ring(nic);
    return nic->frames.n && first_frame(nic)->arrives_ps <= now(nic);
}

/* Whether the next frame goes on where the joined ones end. */
static bool joins(Nic *nic)
{
    const Frame *next = first_frame(nic);
    return !nic->nics->head.tells && has_come(nic) && next->from == nic->from &&
           next->segment.bytes && nic->segment.bytes == nic->joined * nic->nics->mss &&
           nic->segment.bytes + next->segment.bytes <= nic->nics->merged_max;
}

static void take_frame(Nic *nic)
{
    nic->joined++;
    nic->nics->taken++;
    if (nic->nics->path)
        nic->nics->path->ops->taken(nic->nics->path, nic->rank, false);
    pop_frame(nic);
}

/* Takes the first frame, and with it those that follow on it. */
static void take_frames(Nic *nic)
{
    Nics *nics = nic->nics;
    uint64_t at;
    nic->joined = 0;
    nic->from = first_frame(nic)->from;
    nic->segment = first_frame(nic)->segment;
    take_frame(nic);
    while (nics->spec->gro && nic->segment.bytes && joins(nic)) {
        uint64_t bytes = nic->segment.bytes;
        nic->segment = first_frame(nic)->segment;
        nic->segment.bytes += bytes;
        take_frame(nic);
    }
    if (!nic->segment.bytes)
        return;
    IvcBuffer *place =
        ivc_tcp_place(nics->head.tcp, nic->from, nic->rank, nic->segment.bytes, &nic->skb, &at);
    ivc_device_wrote(place);
}

/* Notices what has left the ring. */
static void owe_cleaning(Nic *nic, IvcAgent *agent)
{
    const Nics *nics = nic->nics;
    IvcTcp *tcp = nics->head.tcp;
    uint32_t n = left(nic);
    if (!n)
        return;
    for (uint32_t i = 0; i < n; i++) {
        const SentPacket *packet = ivc_backlog_at(&nic->sending, 0);
        if (nics->head.tells)
            ivc_tcp_done(tcp, nic->rank, packet->to, &packet->payload);
        if (nics->path)
            nics->path->ops->sent(nics->path, nic->rank, packet->bytes);
        nic->read -= nics->path != NULL;
        ivc_backlog_pop(&nic->sending);
    }
    if (nics->path)
        nics->path->ops->owe(nics->path, agent, nic->rank);
    ivc_owe(agent, n * nics->t.tx_done, nics->stage0 + TCP_DRIVER);
    if (nics->head.tells && ivc_tcp_freed(tcp, nic->rank))
        ivc_owe(agent, nics->platform->t.wake, IVC_STAGE_WAKE);
}

static IvcStep poll_card(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    Nics *nics = (Nics *)link;
    Nic *nic = &nics->nics[rank];
    IVC_BEGIN(&nic->poll_frame);
    if (!nic->polling) {
        IVC_RETURN(&nic->poll_frame);
    }
    do {
        owe_cleaning(nic, agent);
        IVC_AWAIT(&nic->poll_frame, ivc_pay(agent));
        if (nic->stopped && nic->sending.n < nics->spec->tx_ring) {
            nic->stopped = false;
            ivc_tcp_link_ready(link->tcp, rank);
        }
        while (has_come(nic)) {
            take_frames(nic);
            ivc_owe(agent, nic->joined * nics->t.rx + (nic->joined - 1) * nics->t.gro_merge,
                    nics->stage0 + TCP_DRIVER);
            if (nics->path) {
                nics->path->ops->owe(nics->path, agent, rank);
                IVC_AWAIT(&nic->poll_frame, ivc_pay(agent));
            }
            IVC_CALL(&nic->poll_frame,
                     ivc_tcp_receive(link->tcp, agent, nic->from, rank, &nic->segment, nic->skb));
            IVC_CALL(&nic->poll_frame, ivc_tcp_respond(link->tcp, agent, rank));
            nic->joined = 0;
        }
    } while (left(nic));
    nic->polling = false;
    rearm(nic);
    IVC_END(&nic->poll_frame);
}

/* ---- building ---- */

static void start(IvcLink *link)
{
    Nics *nics = (Nics *)link;
    IvcPlatform *platform = nics->platform;
    for (uint32_t r = 0; r < nics->n; r++) {
        Nic *nic = &nics->nics[r];
        nic->nics = nics;
        nic->rank = r;
        nic->line.id = ivc_platform_id(platform);
        ivc_backlog_init(&nic->sending, sizeof(SentPacket));
        ivc_backlog_init(&nic->frames, sizeof(Frame));
        ivc_timer_init(&nic->interrupt, ivc_platform_id(platform), interrupt_fire);
        g_snprintf(nic->name, sizeof nic->name, "card %u", r);
        ivc_agent_init(&nic->handler, ivc_platform_id(platform), nic->name,
                       &platform->cores.items[platform->ranks[r].core], IVC_PRIORITY_INTERRUPT,
                       handler_step);
        ivc_agent_start(&nic->handler);
    }
    ivc_platform_count(platform, "packets_sent", "count", "packets that cards were given",
                       &nics->packets);
    ivc_platform_count(platform, "frames_sent", "count", "frames on the wire", &nics->sent);
    ivc_platform_count(platform, "frames_received", "count", "frames that drivers took",
                       &nics->taken);
    ivc_platform_count(platform, "nic_interrupts", "count", "interrupts of cards",
                       &nics->interrupts);
    ivc_platform_count(platform, "nic_over_ring", "count",
                       "frames that found the receiver's ring full: a card drops them",
                       &nics->over_ring);
    ivc_platform_count(platform, "queue_stops", "count", "times that TCP found a card's ring full",
                       &nics->stops);
    if (nics->path)
        nics->path->ops->start(nics->path);
}

static void nics_free(IvcLink *link)
{
    Nics *nics = (Nics *)link;
    for (uint32_t r = 0; r < nics->n; r++) {
        ivc_backlog_clear(&nics->nics[r].sending);
        ivc_backlog_clear(&nics->nics[r].frames);
    }
    if (nics->path)
        nics->path->ops->free(nics->path);
    g_free(nics->nics);
    g_free(nics);
}

static uint64_t in_flight(const IvcLink *link)
{
    const Nics *nics = (const Nics *)link;
    return nics->unread + nics->sent - nics->taken - (link->tells ? nics->over_ring : 0);
}

static const IvcLinkOps ops = {
    .start = start,
    .free = nics_free,
    .room = has_room,
    .send = send,
    .due = is_due,
    .poll = poll_card,
    .in_flight = in_flight,
    .digest = ivc_nic_digest,
    .frame_digest = ivc_nic_frame_digest,
};

void ivc_nic_link_over(IvcLink *link, IvcNicPath *path)
{
    ((Nics *)link)->path = path;
    path->link = link;
}

IvcLink *ivc_nic_link_new(IvcPlatform *platform, const IvcNicSpec *spec, uint64_t mss, uint64_t tso,
                          uint32_t stage0)
{
    Nics *nics = g_new0(Nics, 1);
    nics->head = (IvcLink){
        .ops = &ops, .window = (uint32_t)spec->tx_ring, .segment_mtus = tso, .restarts = true};
    nics->platform = platform;
    nics->spec = spec;
    nics->stage0 = stage0;
    nics->mss = mss;
    nics->merged_max = tso * nics->mss;
    nics->n = platform->n_ranks;
    nics->nics = g_new0(Nic, nics->n);
    nics->t.idle_wake = ivc_platform_ps(platform, spec->idle_wake);
    nics->t.irq = ivc_platform_ps(platform, spec->irq);
    nics->t.tx = ivc_platform_ps(platform, spec->tx);
    nics->t.tx_done = ivc_platform_ps(platform, spec->tx_done);
    nics->t.rx = ivc_platform_ps(platform, spec->rx);
    nics->t.gro_merge = ivc_platform_ps(platform, spec->gro_merge);
    return &nics->head;
}
