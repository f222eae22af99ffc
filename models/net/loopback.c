/* TCP inside one guest: its processes talk through the loopback device. A packet that is sent goes
 * into the backlog of the core that sends it, and the softirq there takes it at once: IP and TCP of
 * the receiver run on the sender's core. The data is copied into the kernel and out of it, and not
 * in between.
 *
 * This file has the parameters and the device; the message passing above is sock.c's, and sockets
 * without it are socket.c's.
 *
 * Left out: drops of streams where the backlog is full (counted; datagrams are dropped, but a
 * softirq follows each packet until it has to give way to processes), packets that wait because a
 * process is in the socket, steering packets to other cores, the interrupt by which a process is
 * woken on another core. */
#include "models/net/backlog.h"
#include "models/net/link_check.h"
#include "models/net/mechanisms.h"
#include "models/net/over_tcp.h"

typedef struct {
    IvcBytes gso;
    IvcCost xmit;
    IvcCost backlog;
    uint64_t backlog_max;
} LoSpec;

typedef struct {
    IvcOverTcpSpec over;
    LoSpec lo;
} Spec;

#define S Spec
#define DEVICE "Linux drivers/net/loopback.c"

static const IvcParam params[] = {
    {IVC_PARAM(S, lo.gso, "gso"), .fallback = "64KiB", .min = "1B", .max = "64KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = DEVICE ": NETIF_F_GSO_SOFTWARE; none in 2.6.18",
     .sentence = "largest packet with segment offload; not above the MTU: no offload"},
    {IVC_PARAM(S, lo.xmit, "xmit"), .fallback = "300cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: instructions of loopback_xmit and netif_rx",
     .sentence = "the device on sending a packet: into the backlog"},
    {IVC_PARAM(S, lo.backlog, "backlog"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: instructions of process_backlog",
     .sentence = "taking a packet from the backlog, before IP sees it"},
    {IVC_PARAM(S, lo.backlog_max, "backlog_max"), .fallback = "1000", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux: net.core.netdev_max_backlog",
     .sentence = "packets in a core's backlog from which on Linux drops; those of streams are "
                 "counted only"},
    IVC_OVER_TCP_PARAM_ROWS(S, over, "65536B", "65536B", DEVICE ": 64 KiB; 16,436 B before 3.6",
                            "0cycles", DEVICE ": checksums are left out"),
    {0},
};

/* A packet in the backlog of a core. */
typedef struct {
    uint32_t from, to;
    IvcSegment segment;
} Packet;

typedef struct Loopback Loopback;

/* A rank's core. */
typedef struct {
    IvcBacklog backlog;
    Packet packet; /* that the softirq takes */
    uint32_t skb;
    struct {
        IvcLabel label;
    } frame;
    IvcAgent writer; /* stands for the core where data is said to have been written */
} Cpu;

struct Loopback {
    IvcLink head;
    IvcPlatform *platform;
    const LoSpec *spec;
    uint32_t stage0;
    uint32_t n;
    Cpu *cpus;         /* by rank */
    uint32_t *rank_of; /* by core */
    IvcTime xmit, backlog;
    uint64_t packets;
    uint64_t over_limit; /* packets that found the backlog full */
};

/* Packets of one connection beyond those that fill the send buffer; no more than small ones need.
 */
#define WINDOW 256

/* ---- the device ---- */

static bool has_room(IvcLink *link, uint32_t from, uint32_t to)
{
    (void)link;
    (void)from;
    (void)to;
    return true;
}

/* The packet goes into the backlog of a core, unless that is full. Its bytes are no longer the
 * sender's socket's either way: the device parts them (skb_orphan). */
static void enqueue(Loopback *lo, uint32_t here, const Packet *packet)
{
    bool over = lo->cpus[here].backlog.n >= lo->spec->backlog_max;
    lo->packets++;
    lo->over_limit += over;
    if (over && lo->head.tells) {
        ivc_tcp_dropped(lo->head.tcp, packet->from, packet->to, &packet->segment);
        return;
    }
    ivc_backlog_push(&lo->cpus[here].backlog, packet);
    ivc_tcp_raise(lo->head.tcp, here);
}

static IvcStep send_packet(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                           const IvcPayload *payload, IvcLinkFrame *f)
{
    Loopback *lo = (Loopback *)link;
    uint32_t here = lo->rank_of[agent->core->id];
    Packet packet = {.from = from, .to = to};
    IVC_BEGIN(f);
    f->segment.bytes = payload->bytes;
    ivc_tcp_stamp(link->tcp, from, to, &f->segment);
    IVC_AWAIT(f, ivc_spend(agent, lo->xmit, lo->stage0 + TCP_DRIVER));
    packet.segment = f->segment;
    enqueue(lo, here, &packet);
    if (link->tells) {
        ivc_tcp_done(link->tcp, from, to, payload);
        (void)ivc_tcp_freed(link->tcp, from); /* nobody sleeps for that: it is free at once */
    }
    IVC_END(f);
}

static bool is_due(const IvcLink *link, uint32_t rank)
{
    return ((const Loopback *)link)->cpus[rank].backlog.n > 0;
}

/* The receiver's socket gets the buffers that the sender has filled: nothing is copied, and what
 * they hold is where the sender has left it. */
static void take_first(Loopback *lo, Cpu *cpu)
{
    uint64_t at;
    cpu->packet = *(const Packet *)ivc_backlog_at(&cpu->backlog, 0);
    const Packet *packet = &cpu->packet;
    ivc_backlog_pop(&cpu->backlog);
    if (!packet->segment.bytes)
        return;
    IvcBuffer *place = ivc_tcp_place(lo->head.tcp, packet->from, packet->to, packet->segment.bytes,
                                     &cpu->skb, &at);
    ivc_produce(&lo->cpus[packet->from].writer, place, at, packet->segment.bytes);
}

static IvcStep poll_backlog(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    Loopback *lo = (Loopback *)link;
    Cpu *cpu = &lo->cpus[rank];
    IVC_BEGIN(&cpu->frame);
    while (cpu->backlog.n) {
        take_first(lo, cpu);
        ivc_owe(agent, lo->backlog, lo->stage0 + TCP_DRIVER);
        IVC_CALL(&cpu->frame, ivc_tcp_receive(link->tcp, agent, cpu->packet.from, cpu->packet.to,
                                              &cpu->packet.segment, cpu->skb));
        IVC_CALL(&cpu->frame, ivc_tcp_respond(link->tcp, agent, cpu->packet.to));
    }
    IVC_END(&cpu->frame);
}

static uint64_t in_flight(const IvcLink *link)
{
    const Loopback *lo = (const Loopback *)link;
    uint64_t sum = 0;
    for (uint32_t r = 0; r < lo->n; r++)
        sum += lo->cpus[r].backlog.n;
    return sum;
}

/* ---- digest ---- */

static void packet_digest(const Loopback *lo, const Packet *packet, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)packet->from << 32 | packet->to);
    ivc_tcp_segment_digest(lo->head.tcp, packet->from, packet->to, &packet->segment, digest);
}

static void lo_digest(const IvcLink *link, IvcDigest *digest)
{
    const Loopback *lo = (const Loopback *)link;
    for (uint32_t r = 0; r < lo->n; r++) {
        const Cpu *cpu = &lo->cpus[r];
        ivc_digest_u64(digest, cpu->frame.label);
        ivc_digest_u64(digest, cpu->backlog.n);
        if (digest->brief)
            continue;
        for (uint32_t i = 0; i < cpu->backlog.n; i++)
            packet_digest(lo, ivc_backlog_at(&cpu->backlog, i), digest);
        if (!cpu->frame.label)
            continue;
        packet_digest(lo, &cpu->packet, digest);
        if (cpu->packet.segment.bytes)
            ivc_tcp_place_digest(lo->head.tcp, cpu->packet.from, cpu->packet.to, cpu->skb, digest);
    }
}

static void frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from, uint32_t to,
                         IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (frame->label)
        ivc_tcp_segment_digest(link->tcp, from, to, &frame->segment, digest);
}

/* ---- building ---- */

static IvcStep never(IvcAgent *agent)
{
    (void)agent;
    return IVC_DONE;
}

static void start(IvcLink *link)
{
    Loopback *lo = (Loopback *)link;
    IvcPlatform *platform = lo->platform;
    for (uint32_t r = 0; r < lo->n; r++) {
        uint32_t core = platform->ranks[r].core;
        lo->rank_of[core] = r;
        ivc_backlog_init(&lo->cpus[r].backlog, sizeof(Packet));
        ivc_agent_init(&lo->cpus[r].writer, ivc_platform_id(platform), "loopback",
                       &platform->cores.items[core], IVC_PRIORITY_INTERRUPT, never);
    }
    ivc_platform_count(platform, "packets_sent", "count", "packets that the loopback device took",
                       &lo->packets);
    ivc_platform_count(platform, "backlog_over_limit", "count",
                       "packets that found a core's backlog full: Linux drops them",
                       &lo->over_limit);
}

static void lo_free(IvcLink *link)
{
    Loopback *lo = (Loopback *)link;
    for (uint32_t r = 0; r < lo->n; r++)
        ivc_backlog_clear(&lo->cpus[r].backlog);
    g_free(lo->rank_of);
    g_free(lo->cpus);
    g_free(lo);
}

static const IvcLinkOps link_ops = {
    .start = start,
    .free = lo_free,
    .room = has_room,
    .send = send_packet,
    .due = is_due,
    .poll = poll_backlog,
    .in_flight = in_flight,
    .digest = lo_digest,
    .frame_digest = frame_digest,
};

static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    Loopback *lo = g_new0(Loopback, 1);
    lo->head = (IvcLink){.ops = &link_ops,
                         .window = WINDOW,
                         .segment_mtus = ivc_tcp_offload(&spec->over.tcp, spec->lo.gso)};
    lo->platform = platform;
    lo->spec = &spec->lo;
    lo->stage0 = platform->stage_mechanism;
    lo->n = platform->n_ranks;
    lo->cpus = g_new0(Cpu, lo->n);
    lo->rank_of = g_new0(uint32_t, platform->cores.n);
    lo->xmit = ivc_platform_ps(platform, spec->lo.xmit);
    lo->backlog = ivc_platform_ps(platform, spec->lo.backlog);
    return &lo->head;
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    ivc_over_tcp_check(bound, scenario, path, diags);
    if (ivc_scenario_channel_guest(scenario, path, 1))
        ivc_scenario_conflict(scenario, path, "between",
                              "join one guest with a core for each process",
                              "the loopback device of a guest leads to no other guest", diags);
}

static const IvcNetwork network = {.link_new = link_new, .stage_datagram = OVER_TCP_STAGES};

const IvcMechanism ivc_mechanism_loopback = {
    .head = {.name = "loopback",
             .summary = "TCP between processes of one guest, through its loopback device",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = ivc_over_tcp_stages,
             .check = check},
    IVC_OVER_TCP_HOOKS(network),
};
