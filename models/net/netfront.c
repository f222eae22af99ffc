/* Xen's split network driver: TCP between guests through a driver domain that bridges their virtual
 * interfaces. What the driver domain does, it does on its own vCPUs, which all guests share.
 *
 * This file has the parameters and builds it; frontend.c and netback.c are its two halves, and the
 * message passing above is sock.c's. Each rank is a guest's interface with one queue.
 *
 * Left out: see netback.c; connecting through the control plane (before the measured phase), the
 * queueing discipline between TCP and the frontend (packets wait in the socket instead), GRO. */
#include "models/net/mechanisms.h"
#include "models/net/netfront_private.h"
#include "models/net/socket.h"

typedef struct {
    IvcSockSpec sock;
    IvcTcpSpec tcp;
    NetfrontSpec front;
    IvcDatagramSpec datagram;
} Spec;

#define S Spec
#define LINUX "Linux network stack: sysctl defaults"
#define XEN_NET "Linux drivers/net/xen-netfront.c"
#define XEN_BACK "Linux drivers/net/xen-netback"
#define NETIF "xen/include/public/io/netif.h"
#define SPLIT                                                                                    \
    "assumed: nobody's table of cycles a packet could be read; a share of what a driver's path " \
    "is recalled to take"
static const char *const variants[] = {"map-copy", NULL};

static const IvcParam params[] = {
    {IVC_PARAM(S, front.driver_domain, "driver_domain"),
     .sentence = "the guest whose cores run netback and the bridge"},
    {IVC_PARAM(S, front.variant, "variant"), .fallback = "map-copy", .choices = variants,
     .sentence = "how netback gets at guests' pages: maps what is sent, copies what is received"},
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
    {IVC_PARAM(S, front.front_budget, "front_budget"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = LINUX ": NAPI_POLL_WEIGHT",
     .sentence = "packets that the frontend takes in one turn of its softirq"},
    {IVC_PARAM(S, front.gso, "gso"), .fallback = "64KiB", .min = "1B", .max = "64KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = NETIF ": the size field, XEN_NETIF_MAX_TX_SIZE",
     .sentence = "largest packet with segment offload; not above the MTU: no offload"},
    {IVC_PARAM(S, front.pull, "pull"), .fallback = "256B", .max = "4KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_NET ": RX_COPY_THRESHOLD",
     .sentence = "bytes of a received packet that the frontend copies out of its first page"},
    {IVC_PARAM(S, front.queue_limit, "queue_limit"), .fallback = "32", .min = "1",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN_BACK "/interface.c: XENVIF_QUEUE_LENGTH",
     .sentence = "packets before an interface from which Linux drops more; here they are counted"},
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
    IVC_TCP_PARAM_ROWS(S, tcp, "1500B", "65535B", XEN_BACK ": a vif's MTU", "0cycles",
                       NETIF ": checksums are left blank between guests"),
    IVC_SOCK_PARAM_ROWS(S, sock, "600cycles", "800cycles", "out-of-order", "system calls"),
    IVC_DATAGRAM_PARAM_ROWS(S, datagram),
    {0},
};

static const IvcStage stages[] = {
    IVC_TCP_STAGE_ROWS,
    IVC_SOCK_STAGE_ROWS(TCP_STAGES),
    [NETFRONT_BACK_TX] = {"netback-tx", "netback taking packets and answering slots", false},
    [NETFRONT_BRIDGE] = {"bridge", "forwarding packets between interfaces", false},
    [NETFRONT_BACK_RX] = {"netback-rx", "netback giving packets to guests", false},
    [NETFRONT_COPY_GRANT] = {"copy-grant", "copying data from guest to guest", false},
    IVC_XEN_STAGE_ROWS(NETFRONT_XEN),
    IVC_DATAGRAM_STAGE_ROWS(NETFRONT_DATAGRAM),
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
}

static const IvcGuestPlace *driver_domain(const Netfront *net)
{
    for (unsigned g = 0; g < net->platform->n_guests; g++)
        if (g_str_equal(net->platform->guests[g].name, net->spec->driver_domain))
            return &net->platform->guests[g];
    g_assert_not_reached(); /* `check` has seen it */
}

static void start(IvcLink *link)
{
    Netfront *net = (Netfront *)link;
    const IvcGuestPlace *domain = driver_domain(net);
    ivc_xen_init(&net->xen, net->platform, &net->spec->xen, net->stage0 + NETFRONT_XEN);
    ivc_xen_count_grants(&net->xen);
    net->n_cpus = (uint32_t)domain->n_cores;
    net->cpus = g_new0(BackCpu, net->n_cpus);
    for (uint32_t c = 0; c < net->n_cpus; c++)
        ivc_netback_cpu_init(&net->cpus[c], net, domain->cores[c], c);
    net->n = net->platform->n_ranks;
    net->vifs = g_new0(Vif, net->n);
    for (uint32_t r = 0; r < net->n; r++) {
        net->vifs[r].net = net;
        net->vifs[r].rank = r;
        ivc_frontend_init(&net->vifs[r]);
        /* In turn, shifted by one each round: senders and receivers do not part by parity. */
        ivc_netback_init(&net->vifs[r], &net->cpus[(r + r / net->n_cpus) % net->n_cpus]);
    }
    ivc_platform_count(net->platform, "packets_sent", "count", "packets that frontends sent",
                       &net->packets);
    ivc_platform_count(net->platform, "packets_received", "count", "packets that frontends took",
                       &net->delivered);
    ivc_platform_count(net->platform, "queue_stops", "count",
                       "times that a frontend found its ring full", &net->stops);
    ivc_platform_count(net->platform, "netback_over_limit", "count",
                       "packets that found an interface's queue too long: Linux would drop them",
                       &net->over_limit);
}

static void netfront_free(IvcLink *link)
{
    Netfront *net = (Netfront *)link;
    for (uint32_t r = 0; r < net->n; r++)
        g_free(net->vifs[r].arrivals);
    g_free(net->vifs);
    g_free(net->cpus);
    g_ptr_array_unref(net->chunks);
    g_free(net);
}

static uint64_t packets_in_flight(const IvcLink *link)
{
    const Netfront *net = (const Netfront *)link;
    return net->packets - net->delivered - (link->tells ? net->over_limit : 0);
}

static const IvcLinkOps link_ops = {
    .start = start,
    .free = netfront_free,
    .room = ivc_frontend_room,
    .holds = ivc_frontend_holds,
    .send = ivc_frontend_send,
    .due = ivc_frontend_due,
    .poll = ivc_frontend_poll,
    .in_flight = packets_in_flight,
    .digest = ivc_netfront_digest,
    .frame_digest = ivc_netfront_frame_digest,
};

static IvcStreams *streams_new(IvcPlatform *platform, const Spec *spec)
{
    Netfront *net = g_new0(Netfront, 1);
    net->head = (IvcLink){.ops = &link_ops,
                          .window = (uint32_t)spec->front.ring,
                          .segment_mtus = ivc_tcp_offload(&spec->tcp, spec->front.gso),
                          .restarts = true};
    net->platform = platform;
    net->spec = &spec->front;
    net->stage0 = platform->stage_mechanism;
    net->mss = ivc_packet_bytes(platform, spec->tcp.mtu.n);
    net->chunks = g_ptr_array_new_with_free_func(g_free);
    set_times(net);
    return ivc_tcp_new(platform, &spec->tcp, net->stage0, &net->head);
}

static void *netfront_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const Spec *spec = bound;
    return ivc_sock_new(platform, &spec->sock, platform->stage_mechanism + TCP_STAGES, ranks, n,
                        streams_new(platform, spec));
}

static void *socket_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const Spec *spec = bound;
    IvcStreams *streams = streams_new(platform, spec);
    return ivc_socket_new_over(platform, &spec->datagram, spec->tcp.mtu.n, ranks, n,
                               platform->stage_mechanism + NETFRONT_DATAGRAM, streams);
}

/* ---- what can never work ---- */

static IvcPlace place_of(const IvcScenario *scenario, const char *path, const char *key)
{
    g_autofree char *full = g_strdup_printf("%s.%s", path, key);
    return ivc_scenario_place(scenario, full);
}

static void conflict(const IvcScenario *scenario, const char *path, const char *key,
                     const char *text, IvcDiags *diags)
{
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place_of(scenario, path, key), NULL,
                  "%s", text);
}

static void check_rings(const Spec *spec, const IvcScenario *scenario, const char *path,
                        IvcDiags *diags)
{
    const NetfrontSpec *front = &spec->front;
    uint64_t mss = spec->tcp.mtu.n - IVC_TCP_HEADERS;
    if (front->ring & (front->ring - 1))
        conflict(scenario, path, "ring", "the slots of a ring are a power of two", diags);
    if (2 + ivc_netfront_pages(ivc_tcp_offload(&spec->tcp, spec->front.gso) * mss) >
        front->slots_max)
        conflict(scenario, path, "slots_max",
                 "a packet of the largest size takes more slots: one for headers, one for segment "
                 "offload, and one for each page of 4 KiB",
                 diags);
    if (2 * front->slots_max > front->ring)
        conflict(scenario, path, "ring", "a ring holds at least twice 'slots_max' slots", diags);
    if (front->slots_max >= front->pending)
        conflict(scenario, path, "pending", "netback could never take a packet of 'slots_max'",
                 diags);
}

static void check_domain(const Spec *spec, const IvcScenario *scenario, const char *path,
                         IvcDiags *diags)
{
    const char *name = spec->front.driver_domain, *guest;
    size_t guests = 0;
    for (; (guest = ivc_scenario_channel_guest(scenario, path, guests)); guests++)
        if (g_str_equal(guest, name))
            conflict(scenario, path, "driver_domain",
                     "the driver domain is one of the guests that the channel joins: name the "
                     "others in 'between'",
                     diags);
    g_autofree char *full = g_strdup_printf("%s.driver_domain", path);
    if (ivc_scenario_check_guest(scenario, name, full, diags) &&
        !ivc_scenario_guest_cores(scenario, name))
        conflict(scenario, path, "driver_domain",
                 "the driver domain owns no core: nobody would run netback", diags);
    if (ivc_scenario_channel_ranks(scenario, path) > guests)
        conflict(scenario, path, "driver_domain",
                 "a guest with several ranks would talk to itself through the driver domain: each "
                 "guest of this channel has one",
                 diags);
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    ivc_tcp_check(&spec->tcp, scenario, path, diags);
    check_rings(spec, scenario, path, diags);
    check_domain(spec, scenario, path, diags);
}

static const char *served_by(const void *bound)
{
    return ((const Spec *)bound)->front.driver_domain;
}

static const IvcMechanismOps ops = {
    .create = netfront_create,
    IVC_SOCK_HOOKS,
};

static const IvcMechanismOps socket_ops = {
    .create = socket_create,
    IVC_SOCKET_HOOKS,
};

const IvcMechanism ivc_mechanism_netfront = {
    .head = {.name = "netfront",
             .summary = "Xen's split driver: TCP through netfront, netback and a bridge in a "
                        "driver domain",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .carries = IVC_OVER_TCP,
    .socket_ops = &socket_ops,
    .served_by = served_by,
};
