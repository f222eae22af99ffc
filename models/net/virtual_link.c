/* A virtual network between two drivers.
 *
 * The driver copies the frame into a slot of the ring that both guests' drivers share and rings
 * the peer's doorbell, an inter-core interrupt, unless the peer is polling the ring already (NAPI).
 * There the softirq copies the frame out and hands it to TCP. Each direction has a ring. A sender
 * of TCP's that finds its ring full stops, and the peer rings back when a slot is free; datagrams
 * are dropped instead.
 *
 * Left out: a bridge, a second hop, a hypervisor that switches packets; segment offload. */
#include "models/net/virtual_link.h"

#include "models/net/datagram.h"
#include "models/net/rank_sets.h"
#include "models/net/tcp.h"
#include "sim/model/pairs.h"

/* A frame in the ring. */
typedef struct {
    IvcBuffer data;
    IvcSegment segment;
} Slot;

typedef struct {
    Slot *slots;
    uint32_t first, n;
    bool filling; /* a sender copies into the next slot, and may be interrupted in it */
    bool stopped; /* the sender found no room: it is told when there is some */
} Ring;

typedef struct VirtualLink VirtualLink;

/* A rank's end: its device. */
typedef struct {
    VirtualLink *link;
    IvcAgent interrupt;
    IvcTimer bell; /* the doorbell on its way here */
    bool rung;     /* the doorbell's bit is set */
    bool polling;  /* NAPI: the softirq looks at the rings by itself */
    bool freed;    /* a stopped ring to a peer has room again */
    uint32_t rank;
    IvcSignal line;
    struct {
        IvcLabel label;
    } irq_frame, poll_frame, frame_frame;
    uint32_t from; /* whose ring the softirq looks at */
    Ring *ring;    /* that one */
    Slot *slot;    /* and the first frame in it */
    uint32_t skb;  /* where the frame goes */
    uint64_t at;
    char name[28];
} End;

struct VirtualLink {
    IvcLink head;
    IvcPlatform *platform;
    uint64_t frame_bytes;
    uint32_t slots; /* of a ring */
    uint32_t stage0;
    uint32_t n;
    size_t words;
    End *ends;
    IvcPairs rings;   /* of Ring */
    uint64_t *frames; /* for each rank, from whom there are frames */
    IvcTime driver_tx, driver_rx;
    uint64_t doorbells;
};

static Ring *ring_of(const VirtualLink *link, uint32_t from, uint32_t to)
{
    return ivc_pairs_find(&link->rings, from, to);
}

static Slot *slot_at(const VirtualLink *link, const Ring *ring, uint32_t i)
{
    uint32_t at = ring->first + i;
    return &ring->slots[at < link->slots ? at : at - link->slots];
}

static uint32_t next_from(const End *end, uint32_t at)
{
    return ivc_rank_next(end->link->frames, end->link->words, end->rank, at);
}

/* ---- doorbell and interrupt ---- */

static void bell_fire(IvcSim *sim, IvcTimer *timer)
{
    End *end = (End *)((char *)timer - offsetof(End, bell));
    end->rung = true;
    ivc_signal(sim, &end->line);
}

/* A frame has been put into the peer's ring: the peer must look. True when the bell must ring. */
static bool needs_bell(const End *peer)
{
    return !peer->polling && !peer->rung && !peer->bell.armed;
}

/* Others may have rung meanwhile: the doorbell has one bit, which the first sets. */
static void ring_bell(End *peer, uint32_t from)
{
    IvcPlatform *platform = peer->link->platform;
    IvcTime way_ps =
        ivc_platform_way_ps(platform, platform->ranks[from].core, platform->ranks[peer->rank].core);
    IvcTime at_ps = platform->sim.now + platform->t.registers_flight + way_ps;
    peer->link->doorbells++;
    if (!peer->bell.armed || at_ps < peer->bell.when_ps)
        ivc_timer_arm(&platform->sim, &peer->bell, at_ps, IVC_PHASE_DELIVER);
}

static IvcStep interrupt_step(IvcAgent *agent)
{
    End *end = (End *)((char *)agent - offsetof(End, interrupt));
    const IvcMachineTimes *t = &end->link->platform->t;
    IVC_BEGIN(&end->irq_frame);
    for (;;) {
        while (!end->rung) {
            IVC_AWAIT(&end->irq_frame, ivc_wait(agent, &end->line, IVC_TIME_NEVER));
        }
        IVC_AWAIT(&end->irq_frame, ivc_spend(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY));
        IVC_AWAIT(&end->irq_frame, ivc_spend(agent, t->registers_load, IVC_STAGE_REGISTER_LOAD));
        IVC_AWAIT(&end->irq_frame, ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        end->rung = false;
        end->polling = true;
        ivc_tcp_raise(end->link->head.tcp, end->rank);
        IVC_AWAIT(&end->irq_frame, ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    }
    IVC_END(&end->irq_frame);
}

/* ---- sending ---- */

static bool is_open(const VirtualLink *link, const Ring *ring)
{
    return !ring->filling && ring->n + 1 < link->slots;
}

static bool has_room(IvcLink *head, uint32_t from, uint32_t to)
{
    const VirtualLink *link = (const VirtualLink *)head;
    Ring *ring = ring_of(link, from, to);
    bool room = is_open(link, ring);
    ring->stopped = ring->stopped || (head->restarts && !room);
    return room;
}

/* Whether a ring that was stopped has room now. */
static bool restarts(const VirtualLink *link, Ring *ring)
{
    if (!ring->stopped || !is_open(link, ring))
        return false;
    ring->stopped = false;
    return true;
}

static IvcStep send_frame(IvcLink *head, IvcAgent *agent, uint32_t from, uint32_t to,
                          const IvcPayload *payload, IvcLinkFrame *f)
{
    VirtualLink *link = (VirtualLink *)head;
    const IvcMachineTimes *t = &link->platform->t;
    Ring *ring = ring_of(link, from, to);
    Slot *slot = slot_at(link, ring, ring->n);
    IVC_BEGIN(f);
    ring->filling = true;
    ivc_owe(agent, link->driver_tx, link->stage0 + TCP_DRIVER);
    if (payload->bytes) {
        IVC_AWAIT(f, ivc_copy(agent, &slot->data, 0, payload->buffer, payload->at, payload->bytes,
                              link->stage0 + TCP_COPY_DRIVER));
    } else {
        IVC_AWAIT(f, ivc_pay(agent));
    }
    slot->segment.bytes = payload->bytes;
    ivc_tcp_stamp(head->tcp, from, to, &slot->segment);
    if (head->tells) {
        ivc_tcp_done(head->tcp, from, to, payload);
        (void)ivc_tcp_freed(head->tcp, from); /* nobody sleeps for that: it is free at once */
    }
    ring->filling = false;
    if (ring->n++ == 0)
        ivc_rank_mark(link->frames, link->words, to, from, true);
    if (restarts(link, ring))
        ivc_tcp_link_ready(head->tcp, from);
    if (needs_bell(&link->ends[to])) {
        IVC_AWAIT(f, ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        ring_bell(&link->ends[to], from);
    }
    IVC_END(f);
}

/* ---- receiving ---- */

static bool is_due(const IvcLink *head, uint32_t rank)
{
    return ((const VirtualLink *)head)->ends[rank].polling;
}

/* The frame has been taken: its slot is free again. */
static void pop_frame(End *end)
{
    const VirtualLink *link = end->link;
    Ring *ring = end->ring;
    ivc_buffer_done(&end->slot->data);
    ring->first = ring->first + 1 == link->slots ? 0 : ring->first + 1;
    if (--ring->n == 0)
        ivc_rank_mark(link->frames, link->words, end->rank, end->from, false);
}

/* Takes one frame from the ring of rank end->from. */
static IvcStep take_frame(End *end, IvcAgent *agent)
{
    VirtualLink *link = end->link;
    End *sender = &link->ends[end->from];
    IvcTcp *tcp = link->head.tcp;
    IvcBuffer *place;
    IVC_BEGIN(&end->frame_frame);
    end->ring = ring_of(link, end->from, end->rank);
    end->slot = slot_at(link, end->ring, 0);
    ivc_owe(agent, link->driver_rx, link->stage0 + TCP_DRIVER);
    if (end->slot->segment.bytes) {
        place =
            ivc_tcp_place(tcp, end->from, end->rank, end->slot->segment.bytes, &end->skb, &end->at);
        IVC_AWAIT(&end->frame_frame,
                  ivc_copy(agent, place, end->at, &end->slot->data, 0, end->slot->segment.bytes,
                           link->stage0 + TCP_COPY_DRIVER));
    }
    IVC_CALL(&end->frame_frame,
             ivc_tcp_receive(tcp, agent, end->from, end->rank, &end->slot->segment, end->skb));
    pop_frame(end);
    if (restarts(link, end->ring)) {
        sender->freed = true;
        if (needs_bell(sender)) {
            IVC_AWAIT(&end->frame_frame, ivc_spend(agent, link->platform->t.registers_store,
                                                   IVC_STAGE_REGISTER_STORE));
            ring_bell(sender, end->rank);
        }
    }
    IVC_CALL(&end->frame_frame, ivc_tcp_respond(tcp, agent, end->rank));
    IVC_END(&end->frame_frame);
}

/* The next ring with a frame, in turn. */
static uint32_t next_in_turn(const End *end)
{
    uint32_t from = next_from(end, end->from + 1);
    return from != IVC_RANK_NONE ? from : next_from(end, 0);
}

static IvcStep poll_rings(IvcLink *head, IvcAgent *agent, uint32_t rank)
{
    End *end = &((VirtualLink *)head)->ends[rank];
    IVC_BEGIN(&end->poll_frame);
    for (end->from = next_from(end, 0); end->from != IVC_RANK_NONE; end->from = next_in_turn(end)) {
        IVC_CALL(&end->poll_frame, take_frame(end, agent));
    }
    if (end->freed) {
        end->freed = false;
        ivc_tcp_link_ready(head->tcp, rank);
    }
    end->polling = false;
    IVC_END(&end->poll_frame);
}

/* ---- building ---- */

/* The driver of the sending side clears the memory of a ring as it sets it up; no time passes. */
static void ring_open(IvcLink *head, uint32_t from, uint32_t to)
{
    VirtualLink *link = (VirtualLink *)head;
    Ring *ring = ivc_pairs_add(&link->rings, from, to);
    ring->slots = g_new0(Slot, link->slots);
    for (uint32_t i = 0; i < link->slots; i++) {
        IvcBuffer *data = &ring->slots[i].data;
        ivc_buffer_init(data, ivc_platform_id(link->platform), link->frame_bytes);
        ivc_produce(&link->ends[from].interrupt, data, 0, data->bytes);
        ivc_buffer_done(data);
    }
}

static void start(IvcLink *head)
{
    VirtualLink *link = (VirtualLink *)head;
    IvcPlatform *platform = link->platform;
    for (uint32_t r = 0; r < link->n; r++) {
        End *end = &link->ends[r];
        end->link = link;
        end->rank = r;
        end->line.id = ivc_platform_id(platform);
        ivc_timer_init(&end->bell, ivc_platform_id(platform), bell_fire);
        g_snprintf(end->name, sizeof end->name, "network interrupt %u", r);
        ivc_agent_init(&end->interrupt, ivc_platform_id(platform), end->name,
                       &platform->cores.items[platform->ranks[r].core], IVC_PRIORITY_INTERRUPT,
                       interrupt_step);
        ivc_agent_start(&end->interrupt);
    }
    ivc_platform_count(platform, "doorbells", "count", "doorbells of the virtual network device",
                       &link->doorbells);
}

static void link_free(IvcLink *head)
{
    VirtualLink *link = (VirtualLink *)head;
    for (uint32_t r = 0; r < ivc_pairs_count(&link->rings); r++)
        g_free(((Ring *)ivc_pairs_at(&link->rings, r)->state)->slots);
    ivc_pairs_clear(&link->rings);
    g_free(link->frames);
    g_free(link->ends);
    g_free(link);
}

static void end_digest(const End *end, IvcDigest *digest)
{
    ivc_agent_digest(&end->interrupt, digest);
    ivc_signal_digest(&end->line, digest);
    ivc_digest_u64(digest, end->rung);
    ivc_digest_u64(digest, end->polling);
    ivc_digest_u64(digest, end->freed);
    ivc_timer_digest(&end->bell, digest);
    ivc_digest_u64(digest, end->irq_frame.label);
    ivc_digest_u64(digest, end->poll_frame.label);
    ivc_digest_u64(digest, end->frame_frame.label);
    if (!end->poll_frame.label)
        return;
    ivc_digest_u64(digest, end->from);
    if (end->frame_frame.label && end->from != IVC_RANK_NONE)
        ivc_tcp_place_digest(end->link->head.tcp, end->from, end->rank, end->skb, digest);
}

/* Slots are alike: where a ring begins is only a name. */
static void ring_digest(const VirtualLink *link, const IvcPair *pair, IvcDigest *digest)
{
    const Ring *ring = pair->state;
    ivc_digest_u64(digest, ring->n);
    ivc_digest_u64(digest, ring->filling);
    ivc_digest_u64(digest, ring->stopped);
    for (uint32_t i = 0; !digest->brief && i < link->slots; i++) {
        const Slot *slot = slot_at(link, ring, i);
        ivc_buffer_digest(link->platform->memory, &slot->data, digest);
        if (i < ring->n)
            ivc_tcp_segment_digest(link->head.tcp, pair->from, pair->to, &slot->segment, digest);
    }
}

static void link_digest(const IvcLink *head, IvcDigest *digest)
{
    const VirtualLink *link = (const VirtualLink *)head;
    for (uint32_t r = 0; r < link->n; r++)
        end_digest(&link->ends[r], digest);
    for (uint32_t r = 0; r < ivc_pairs_count(&link->rings); r++)
        ring_digest(link, ivc_pairs_at(&link->rings, r), digest);
}

static void frame_digest(const IvcLink *head, const IvcLinkFrame *frame, uint32_t from, uint32_t to,
                         IvcDigest *digest)
{
    (void)head;
    (void)from;
    (void)to;
    ivc_digest_u64(digest, frame->label);
}

static const IvcLinkOps ops = {
    .start = start,
    .free = link_free,
    .open = ring_open,
    .room = has_room,
    .send = send_frame,
    .due = is_due,
    .poll = poll_rings,
    .digest = link_digest,
    .frame_digest = frame_digest,
};

IvcLink *ivc_virtual_link_new(IvcPlatform *platform, const IvcVirtualLinkSpec *spec,
                              uint64_t frame_bytes, uint32_t stage0)
{
    VirtualLink *link = g_new0(VirtualLink, 1);
    link->head = (IvcLink){.ops = &ops,
                           .window = (uint32_t)spec->ring,
                           .segment_mtus = 1,
                           .restarts = !ivc_speaks_datagrams(platform)};
    link->platform = platform;
    link->slots = (uint32_t)spec->ring;
    link->frame_bytes = frame_bytes;
    link->stage0 = stage0;
    link->n = platform->n_ranks;
    link->words = ivc_rank_words(link->n);
    link->driver_tx = ivc_platform_ps(platform, spec->driver_tx);
    link->driver_rx = ivc_platform_ps(platform, spec->driver_rx);
    link->ends = g_new0(End, link->n);
    link->frames = g_new0(uint64_t, link->n * link->words);
    ivc_pairs_init(&link->rings, link->n, sizeof(Ring));
    return &link->head;
}
