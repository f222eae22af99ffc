/* Xen's split network driver: TCP between guests through a driver domain that bridges their virtual
 * interfaces. What the driver domain does, it does on its own vCPUs, which all guests share.
 *
 * This file has the parameters and builds it; frontend.c is the guests' half, netback_common.c with
 * netback.c or netback_tasklets.c the driver domain's, netback_local.c its own sockets, and the
 * message passing above is sock.c's. netfront_variants.c says what the variants differ in.
 *
 * Interfaces are connected through xenbus before the measured phase, when it is said where the
 * xenstore runs (models/xen/xenbus.c).
 *
 * Left out: see those, and the queueing discipline between TCP and the frontend (packets wait in
 * the socket instead). */
#include "models/net/mechanisms.h"
#include "models/net/netfront_private.h"

typedef struct {
    IvcOverTcpSpec over;
    NetfrontSpec front;
} Spec;

#define S Spec
#define LINUX "Linux network stack: sysctl defaults"
#define XEN_NET "Linux drivers/net/xen-netfront.c"
#define XEN_BACK "Linux drivers/net/xen-netback"
#define NETIF "xen/include/public/io/netif.h"
#define SPLIT                                                                                    \
    "assumed: nobody's table of cycles a packet could be read; a share of what a driver's path " \
    "is recalled to take"
static const char *const overflows[] = {"wait", "drop", NULL};
static const char *const switches[] = {"off", "on", NULL};

static const IvcParam params[] = {
    {IVC_PARAM(S, front.driver_domain, "driver_domain"),
     .sentence = "the guest whose cores run netback and the bridge"},
    {IVC_PARAM(S, front.variant, "variant"), .fallback = "map-copy",
     .choices = ivc_netfront_variant_names,
     .sentence = "how netback gets at guests' pages, after which Linux"},
    {IVC_PARAM(S, front.queues, "queues"), .fallback = "1", .min = "1", .max = "8",
     .sentence = "queues of each interface; a connection has one, by the hash of its two ends"},
    {IVC_PARAM(S, front.ring, "ring"), .fallback = "256", .min = "4", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = "xen/include/public/io/ring.h: what fits in a page",
     .sentence = "slots of the ring of sent and of that of received packets: a power of two"},
    {IVC_PARAM(S, front.slots_max, "slots_max"), .fallback = "18", .min = "2", .max = "64",
     .kind = IVC_KIND_DOCUMENTED, .source = NETIF ": XEN_NETIF_NR_SLOTS_MIN",
     .sentence = "slots that one packet may take; with no more free the frontend stops sending, "
                 "and with fewer to post it waits"},
    {IVC_PARAM(S, front.pending, "pending"), .fallback = "256", .min = "3", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK ": MAX_PENDING_REQS",
     .sentence = "slots of one interface that netback has taken and not answered"},
    {IVC_PARAM(S, front.back_budget, "back_budget"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = LINUX ": NAPI_POLL_WEIGHT",
     .sentence = "packets that netback takes from one interface before the next has its turn"},
    {IVC_PARAM(S, front.rx_batch, "rx_batch"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK "/rx.c: RX_BATCH_SIZE",
     .sentence = "packets that netback copies before it tells the receiver"},
    {IVC_PARAM(S, front.copy_batch, "copy_batch"), .fallback = "64", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK "/common.h: COPY_BATCH_SIZE",
     .sentence = "operations of a grant copy that one hypercall carries"},
    {IVC_PARAM(S, front.map_batch, "map_batch"), .fallback = "256", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK "/common.h: tx_map_ops of MAX_PENDING_REQS",
     .sentence = "granted pages that one hypercall maps or unmaps"},
    {IVC_PARAM(S, front.front_budget, "front_budget"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = LINUX ": NAPI_POLL_WEIGHT",
     .sentence = "packets that the frontend takes in one turn of its softirq"},
    {IVC_PARAM(S, front.gso, "gso"), .fallback = "64KiB", .min = "1B", .max = "64KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = NETIF ": the size field, XEN_NETIF_MAX_TX_SIZE",
     .sentence = "largest packet with segment offload; not above the MTU: no offload"},
    {IVC_PARAM(S, front.gro, "gro"), .fallback = "on", .choices = switches,
     .sentence = "whether a frontend merges whole segments of one connection before IP and TCP"},
    {IVC_PARAM(S, front.gro_segment, "gro_segment"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = IVC_TCP_STACK,
     .sentence = "a segment that joins another packet, instead of IP and TCP for it"},
    {IVC_PARAM(S, front.pull, "pull"), .fallback = "256B", .max = "4KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_NET ": RX_COPY_THRESHOLD",
     .sentence = "bytes of a received packet that the frontend copies out of its first page"},
    {IVC_PARAM(S, front.queue_limit, "queue_limit"), .fallback = "32", .min = "1",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK "/interface.c: XENVIF_QUEUE_LENGTH",
     .sentence = "packets beyond 'queue_bytes' from which Linux drops more; see 'overflow'"},
    {IVC_PARAM(S, front.overflow, "overflow"), .fallback = "drop", .choices = overflows,
     .sentence = "what becomes of them: they are counted and wait, or datagrams are dropped"},
    {IVC_PARAM(S, front.queue_bytes, "queue_bytes"), .fallback = "512KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK ": rx_queue_max, 128 pages",
     .sentence = "bytes in netback's own queue to a guest, beyond which the others wait before it"},
    {IVC_PARAM(S, front.front_tx, "front_tx"), .fallback = "600cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT, .sentence = "the frontend on sending a packet"},
    {IVC_PARAM(S, front.front_tx_slot, "front_tx_slot"), .fallback = "150cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "the frontend for each slot of it: a grant and a request"},
    {IVC_PARAM(S, front.front_tx_done, "front_tx_done"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "the frontend for each answer: the grant ends"},
    {IVC_PARAM(S, front.front_rx, "front_rx"), .fallback = "600cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT, .sentence = "the frontend on receiving a packet"},
    {IVC_PARAM(S, front.front_rx_slot, "front_rx_slot"), .fallback = "350cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "the frontend for each slot of it: the grant ends, a new page is granted"},
    {IVC_PARAM(S, front.back_poll, "back_poll"), .fallback = "400cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "entering and leaving netback's polling of one interface"},
    {IVC_PARAM(S, front.back_tx, "back_tx"), .fallback = "1200cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "netback on taking a packet, without hypercalls"},
    {IVC_PARAM(S, front.back_tx_slot, "back_tx_slot"), .fallback = "150cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT, .sentence = "netback for each slot of it"},
    {IVC_PARAM(S, front.back_tx_done, "back_tx_done"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "netback for each slot that it answers when its data has been delivered"},
    {IVC_PARAM(S, front.bridge, "bridge"), .fallback = "1500cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "the bridge for each packet, from interface to interface"},
    {IVC_PARAM(S, front.back_rx, "back_rx"), .fallback = "1000cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT,
     .sentence = "netback on giving a packet to a guest, without hypercalls and copy"},
    {IVC_PARAM(S, front.back_rx_slot, "back_rx_slot"), .fallback = "150cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = SPLIT, .sentence = "netback for each slot of it"},
    IVC_XEN_PARAM_ROWS(S, front.xen),
    IVC_XENBUS_PARAM_ROWS(S, front.bus),
    IVC_OVER_TCP_PARAM_ROWS(S, over, "1500B", "65535B", XEN_BACK ": a vif's MTU", "0cycles",
                            NETIF ": checksums are left blank between guests"),
    {0},
};

static const IvcStage stages[] = {
    IVC_OVER_TCP_STAGE_ROWS,
    [NETFRONT_BACK_TX] = {"netback-tx", "netback taking packets and answering slots", false},
    [NETFRONT_BRIDGE] = {"bridge", "forwarding packets between interfaces", false},
    [NETFRONT_BACK_RX] = {"netback-rx", "netback giving packets to guests", false},
    [NETFRONT_COPY_GRANT] = {"copy-grant", "copying data from guest to guest", false},
    [NETFRONT_COPY_STAGING] = {"copy-staging",
                               "copying data into and out of pages that stay mapped, or into the "
                               "driver domain's own",
                               false},
    IVC_XEN_STAGE_ROWS(NETFRONT_XEN),
    IVC_DATAGRAM_STAGE_ROWS(NETFRONT_DATAGRAM),
    IVC_XENBUS_STAGE_ROW(NETFRONT_CONNECT),
    [NETFRONT_STAGES] = {NULL, NULL, false},
};

/* ---- packets ---- */

#define CHUNK 64

Packet *ivc_netfront_packet(Netfront *net)
{
    if (!net->spare) {
        Packet *chunk = g_new0(Packet, CHUNK);
        g_ptr_array_add(net->chunks, chunk);
        for (size_t i = 0; i < CHUNK; i++)
            ivc_netfront_packet_free(net, &chunk[i]);
    }
    Packet *packet = net->spare;
    net->spare = packet->next;
    *packet = (Packet){.next = NULL};
    return packet;
}

void ivc_netfront_packet_free(Netfront *net, Packet *packet)
{
    packet->next = net->spare;
    net->spare = packet;
}

/* ---- building ---- */

static void set_times(Netfront *net)
{
    const IvcPlatform *platform = net->platform;
    const NetfrontSpec *spec = net->spec;
    net->t.front_tx = ivc_platform_ps(platform, spec->front_tx);
    net->t.front_tx_slot = ivc_platform_ps(platform, spec->front_tx_slot);
    net->t.front_tx_done = ivc_platform_ps(platform, spec->front_tx_done);
    net->t.front_rx = ivc_platform_ps(platform, spec->front_rx);
    net->t.front_rx_slot = ivc_platform_ps(platform, spec->front_rx_slot);
    net->t.back_poll = ivc_platform_ps(platform, spec->back_poll);
    net->t.back_tx = ivc_platform_ps(platform, spec->back_tx);
    net->t.back_tx_slot = ivc_platform_ps(platform, spec->back_tx_slot);
    net->t.back_tx_done = ivc_platform_ps(platform, spec->back_tx_done);
    net->t.bridge = ivc_platform_ps(platform, spec->bridge);
    net->t.back_rx = ivc_platform_ps(platform, spec->back_rx);
    net->t.back_rx_slot = ivc_platform_ps(platform, spec->back_rx_slot);
    net->t.gro_segment = ivc_platform_ps(platform, spec->gro_segment);
}

void ivc_netfront_count(Netfront *net, uint64_t bytes)
{
    net->packets++;
    *(bytes ? &net->with_data : &net->acks) += 1;
}

static unsigned driver_domain(const Netfront *net)
{
    for (unsigned g = 0; g < net->platform->n_guests; g++)
        if (g_str_equal(net->platform->guests[g].name, net->spec->driver_domain))
            return g;
    g_assert_not_reached(); /* `check` has seen it */
}

static bool is_local(const Netfront *net, uint32_t rank)
{
    return net->platform->ranks[rank].guest == driver_domain(net);
}

/* The vCPU for a queue: in turn, shifted by one each round, so that senders and receivers do not
 * part by parity. A process of the driver domain keeps the first for itself, where there are more.
 */
static uint32_t cpu_for(const Netfront *net, uint32_t number, uint32_t n_cpus, bool local)
{
    if (net->variant->tasklets)
        return local ? 1 % n_cpus : 0;
    return (number + number / n_cpus + local) % n_cpus;
}

/* Where a rank's interface interrupts: on a vCPU that its process leaves alone, where there is one.
 */
static IvcCore *softirq_core(IvcLink *link, uint32_t rank)
{
    const Netfront *net = (const Netfront *)link;
    const IvcGuestPlace *guest = &net->platform->guests[net->platform->ranks[rank].guest];
    uint32_t n = (uint32_t)guest->n_cores;
    uint32_t cpu = is_local(net, rank) ? cpu_for(net, 0, n, true) : 1 % n;
    return &net->platform->cores.items[guest->cores[cpu]];
}

static void init_guest(Netfront *net, Vif *vif, Queue *queues)
{
    vif->queues = queues;
    ivc_xen_vcpu_init(&vif->vcpu, &net->xen, softirq_core(&net->head, vif->rank), vif->rank);
    for (uint32_t q = 0; q < net->n_queues; q++) {
        Queue *queue = &queues[q];
        *queue = (Queue){.net = net, .vif = vif, .rank = vif->rank};
        queue->number = (uint32_t)(queue - net->queues);
        ivc_frontend_init(queue);
        ivc_netback_init(queue,
                         &net->cpus[cpu_for(net, queue->number, net->n_cpus, net->local != NULL)]);
    }
}

static void init_vifs(Netfront *net)
{
    net->n = net->platform->n_ranks;
    net->vifs = g_new0(Vif, net->n);
    for (uint32_t r = 0; r < net->n; r++) {
        net->vifs[r].net = net;
        net->vifs[r].rank = r;
        if (is_local(net, r))
            net->local = &net->vifs[r];
    }
    net->n_all = (net->n - (net->local ? 1 : 0)) * net->n_queues;
    net->queues = g_new0(Queue, MAX(net->n_all, 1));
    Queue *queues = net->queues;
    for (uint32_t r = 0; r < net->n; r++) {
        if (&net->vifs[r] == net->local)
            continue;
        init_guest(net, &net->vifs[r], queues);
        queues += net->n_queues;
    }
}

/* The frontends are connected through the xenstore. */
static void init_bus(Netfront *net, const IvcGuestPlace *domain)
{
    const NetfrontSpec *spec = net->spec;
    if (!spec->bus.store.dom0)
        return;
    net->bus = ivc_xenbus_new(&net->xen, &spec->bus,
                              &(IvcXenBusDevice){.domain = domain,
                                                 .queues = net->n_queues,
                                                 .posted = spec->ring,
                                                 .stage = net->stage0 + NETFRONT_CONNECT});
    for (uint32_t r = 0; r < net->n; r++)
        if (&net->vifs[r] != net->local)
            ivc_xenbus_join(net->bus, r, &net->vifs[r].vcpu);
}

static IvcStep setup(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    const Netfront *net = (const Netfront *)link;
    return net->bus ? ivc_xenbus_connect(net->bus, agent, rank) : IVC_DONE;
}

static void declare_counts(Netfront *net)
{
    IvcPlatform *platform = net->platform;
    ivc_platform_count(platform, "packets_sent", "count", "packets that frontends sent",
                       &net->packets);
    ivc_platform_count(platform, "packets_received", "count", "packets that frontends took",
                       &net->delivered);
    ivc_platform_count(platform, "data_packets", "count", "packets that were sent with data",
                       &net->with_data);
    ivc_platform_count(platform, "ack_packets", "count", "packets that only acknowledge",
                       &net->acks);
    ivc_platform_count(platform, "gro_merged", "count", "segments that joined the one before them",
                       &net->merged);
    ivc_platform_count(platform, "queue_stops", "count",
                       "times that a frontend found its ring full", &net->stops);
    ivc_platform_count(platform, "netback_over_limit", "count",
                       "packets that found an interface's queue too long: Linux would drop them",
                       &net->over_limit);
    ivc_platform_count(platform, "netback_dropped", "count", "of them, those that were dropped",
                       &net->dropped);
}

static void start(IvcLink *link)
{
    Netfront *net = (Netfront *)link;
    const IvcGuestPlace *domain = &net->platform->guests[driver_domain(net)];
    ivc_xen_init(&net->xen, net->platform, &net->spec->xen, net->stage0 + NETFRONT_XEN);
    ivc_xen_count_grants(&net->xen);
    net->n_cpus = (uint32_t)domain->n_cores;
    net->cpus = g_new0(BackCpu, net->n_cpus);
    for (uint32_t c = 0; c < net->n_cpus; c++)
        ivc_netback_cpu_init(&net->cpus[c], net, domain->cores[c], c);
    init_vifs(net);
    init_bus(net, domain);
    declare_counts(net);
}

static void netfront_free(IvcLink *link)
{
    Netfront *net = (Netfront *)link;
    for (uint32_t q = 0; q < net->n_all; q++) {
        Queue *queue = &net->queues[q];
        g_free(queue->arrivals);
        ivc_page_pool_clear(&queue->tx_pool);
        ivc_page_pool_clear(&queue->rx_pool);
        ivc_page_pool_clear(&queue->own);
    }
    ivc_xenbus_free(net->bus);
    g_free(net->queues);
    g_free(net->vifs);
    g_free(net->cpus);
    g_ptr_array_unref(net->chunks);
    g_free(net);
}

/* ---- what TCP asks for ---- */

static uint64_t packets_in_flight(const IvcLink *link)
{
    const Netfront *net = (const Netfront *)link;
    return net->packets - net->delivered - net->dropped;
}

static bool has_room(IvcLink *link, uint32_t from, uint32_t to)
{
    Netfront *net = (Netfront *)link;
    Vif *vif = &net->vifs[from];
    return G_LIKELY(vif != net->local) ? ivc_frontend_room(ivc_netfront_queue(net, from, to))
                                       : ivc_local_room(vif, to);
}

static IvcStep send_packet(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                           const IvcPayload *payload, IvcLinkFrame *frame)
{
    Netfront *net = (Netfront *)link;
    Vif *vif = &net->vifs[from];
    if (G_LIKELY(vif != net->local))
        return ivc_frontend_send(ivc_netfront_queue(net, from, to), agent, to, payload, frame);
    return ivc_local_send(vif, agent, to, payload, frame);
}

static bool holds(const IvcLink *link, uint32_t from, uint32_t to)
{
    const Netfront *net = (const Netfront *)link;
    return &net->vifs[from] != net->local && ivc_frontend_holds(ivc_netfront_queue(net, from, to));
}

static bool is_due(const IvcLink *link, uint32_t rank)
{
    const Netfront *net = (const Netfront *)link;
    const Vif *vif = &net->vifs[rank];
    if (G_UNLIKELY(vif == net->local))
        return vif->arrived.n > 0;
    for (uint32_t q = 0; q < net->n_queues; q++)
        if (vif->queues[q].polling)
            return true;
    return false;
}

/* The queues of a guest in turn. */
static IvcStep poll_queues(Vif *vif, IvcAgent *agent)
{
    IVC_BEGIN(&vif->frame);
    for (vif->polled = 0; vif->polled < vif->net->n_queues; vif->polled++) {
        IVC_CALL(&vif->frame, ivc_frontend_poll(&vif->queues[vif->polled], agent));
    }
    IVC_END(&vif->frame);
}

static IvcStep poll(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    Netfront *net = (Netfront *)link;
    Vif *vif = &net->vifs[rank];
    if (G_UNLIKELY(vif == net->local))
        return ivc_local_poll(vif, agent);
    return net->n_queues == 1 ? ivc_frontend_poll(vif->queues, agent) : poll_queues(vif, agent);
}

static void was_read(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to, uint64_t position)
{
    Netfront *net = (Netfront *)link;
    if (G_UNLIKELY(&net->vifs[to] == net->local))
        ivc_local_read(net->local, agent, from, position);
}

static const IvcLinkOps link_ops = {
    .start = start,
    .free = netfront_free,
    .setup = setup,
    .room = has_room,
    .holds = holds,
    .send = send_packet,
    .due = is_due,
    .poll = poll,
    .softirq_core = softirq_core,
    .read = was_read,
    .in_flight = packets_in_flight,
    .digest = ivc_netfront_digest,
    .frame_digest = ivc_netfront_frame_digest,
};

static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    Netfront *net = g_new0(Netfront, 1);
    net->head = (IvcLink){.ops = &link_ops,
                          .window = (uint32_t)spec->front.ring,
                          .segment_mtus = ivc_tcp_offload(&spec->over.tcp, spec->front.gso),
                          .restarts = true,
                          .recycles = true,
                          .stored = spec->front.bus.store.dom0 != NULL};
    net->platform = platform;
    net->spec = &spec->front;
    net->variant = &ivc_netfront_variants[spec->front.variant];
    net->n_queues = (uint32_t)spec->front.queues;
    if (net->variant->give != GIVE_STAGED)
        net->head.posted_bytes = spec->front.ring * PAGE_BYTES;
    net->stage0 = platform->stage_mechanism;
    net->mss = ivc_packet_bytes(platform, spec->over.tcp.mtu.n);
    net->chunks = g_ptr_array_new_with_free_func(g_free);
    set_times(net);
    return &net->head;
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    ivc_over_tcp_check(bound, scenario, path, diags);
    ivc_netfront_check(&spec->front, &spec->over.tcp, scenario, path, diags);
}

static const char *served_by(const void *bound)
{
    return ((const Spec *)bound)->front.driver_domain;
}

static const char *stored_by(const void *bound)
{
    return ((const Spec *)bound)->front.bus.store.dom0;
}

static const IvcNetwork network = {.link_new = link_new, .stage_datagram = NETFRONT_DATAGRAM};

const IvcMechanism ivc_mechanism_netfront = {
    .head = {.name = "netfront",
             .summary = "Xen's split driver: TCP through netfront, netback and a bridge in a "
                        "driver domain",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    IVC_OVER_TCP_HOOKS(network),
    .own_os = true,
    .served_by = served_by,
    .stored_by = stored_by,
};
