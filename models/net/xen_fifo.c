/* Packets that pass the driver domain by: two guests on one machine share a FIFO for each direction
 * below IP. A hook takes packets for the other guest and copies them in, the other side copies them
 * out and hands them to its IP. It is what XenLoop does; TCP and sockets stay as they are.
 *
 * This file has the parameters and builds it; xen_fifo_io.c moves the packets, and the message
 * passing above is sock.c's.
 *
 * Left out: finding out who shares the machine, migration, the way through the driver domain for
 * packets that are larger than the FIFO (refused), the first packets before the FIFO is there. */
#include "models/net/link_check.h"
#include "models/net/mechanisms.h"
#include "models/net/xen_fifo_private.h"

typedef struct {
    IvcOverTcpSpec over;
    XenFifoSpec fifos;
} Spec;

#define S Spec
#define XENLOOP "XenLoop (HPDC 2008)"
#define XENLOOP_CODE "XenLoop's module (its authors' main.c of 2007 to 2009: NF_IP_POST_ROUTING)"

static const IvcParam params[] = {
    {IVC_PARAM(S, fifos.fifo, "fifo"), .fallback = "64KiB", .min = "2KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = XENLOOP ": 64 KB for each direction",
     .sentence = "bytes of the FIFO of each direction: a power of two"},
    {IVC_PARAM(S, fifos.gso, "gso"), .fallback = "1500B", .min = "1B", .max = "64KiB",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: without the device's offload packets are cut "
               "to the MTU before the hook",
     .sentence = "largest packet with segment offload; not above the MTU: no offload"},
    {IVC_PARAM(S, fifos.fragments, "fragments"), .fallback = "true", .kind = IVC_KIND_ASSUMED,
     .source = "assumed; with false as " XENLOOP_CODE ": IP cuts datagrams behind its last hook",
     .sentence = "datagrams above the MTU are cut before the hook takes them"},
    {IVC_PARAM(S, fifos.suppress, "suppress"), .fallback = "true", .kind = IVC_KIND_ASSUMED,
     .source = "assumed, as Xen's rings; with false as " XENLOOP_CODE,
     .sentence = "the receiver is told of packets only when it asked for that; without, after "
                 "each time that packets were put into the FIFO"},
    {IVC_PARAM(S, fifos.waiting, "waiting"), .fallback = "1000", .min = "1", .max = "65536",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as a device's queue (txqueuelen); a list that the window of TCP bounds",
     .sentence = "packets on the sender's list from which on it takes no more: streams wait, "
                 "datagrams are dropped"},
    {IVC_PARAM(S, fifos.hook, "hook"), .fallback = "500cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: netfilter's hook and a look into a small table",
     .sentence = "taking a packet that IP hands down, and finding its FIFO"},
    {IVC_PARAM(S, fifos.put, "put"), .fallback = "150cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: instructions",
     .sentence = "putting a packet into the FIFO, without copies and positions"},
    {IVC_PARAM(S, fifos.tasklet, "tasklet"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: scheduling and entering a tasklet",
     .sentence = "the receiver's tasklet, each time that it is woken"},
    {IVC_PARAM(S, fifos.take, "take"), .fallback = "700cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a socket buffer is allocated, and the packet handed to IP",
     .sentence = "taking a packet out of the FIFO, without copies and positions"},
    IVC_GUARD_SEAL_ROWS(S, fifos.guard, IVC_KIND_DOCUMENTED, "297cycles",
                        IVC_GHASH ": 0.29 a byte on Broadwell", "758cycles",
                        IVC_AES_GCM ": 0.74 a byte on Broadwell, key of 128 bits"),
    IVC_XEN_EVENT_PARAM_ROWS(S, fifos.xen),
    IVC_XEN_CONNECT_PARAM_ROWS(S, fifos.connect),
    IVC_OVER_TCP_PARAM_ROWS(S, over, "1500B", "65535B",
                            "Linux drivers/net/xen-netfront.c: ETH_DATA_LEN", "0cycles",
                            "assumed as between netfronts: checksums are left blank"),
    {0},
};

static const IvcStage stages[] = {
    IVC_OVER_TCP_STAGE_ROWS,
    [XEN_FIFO_HOOK] = {"hook", "taking packets from IP and putting them into the FIFO", false},
    [XEN_FIFO_CONTROL] = {"fifo-control", "positions and requests in the page that both share",
                          false},
    [XEN_FIFO_COPY_IN] = {"copy-in", "copying packets into the FIFO", false},
    [XEN_FIFO_COPY_OUT] = {"copy-out", "copying packets out of the FIFO", false},
    IVC_GUARD_STAGE_ROWS(XEN_FIFO_GUARD),
    IVC_XEN_EVENT_STAGE_ROWS(XEN_FIFO_XEN),
    IVC_XEN_CONNECT_STAGE_ROW(XEN_FIFO_CONNECT),
    IVC_DATAGRAM_STAGE_ROWS(XEN_FIFO_DATAGRAM),
    [XEN_FIFO_STAGES] = {NULL, NULL, false},
};

/* Of a channel: both FIFOs, and a page for what is noted about each. A small one takes a page. */
static uint64_t pages_of(const XenFifoSpec *spec)
{
    return 2 + 2 * MAX(1, spec->fifo.n / IVC_XEN_RING_PAGE);
}

static IvcStep setup(IvcLink *link, IvcAgent *agent, uint32_t rank)
{
    return ivc_xen_connect_rank(((XenFifos *)link)->connect, agent, rank);
}

static void start(IvcLink *link)
{
    XenFifos *fifos = (XenFifos *)link;
    IvcPlatform *platform = fifos->platform;
    ivc_xen_init(&fifos->xen, platform, &fifos->spec->xen, fifos->stage0 + XEN_FIFO_XEN);
    fifos->connect = ivc_xen_connect_new(&fifos->xen, &fifos->spec->connect, pages_of(fifos->spec),
                                         fifos->stage0 + XEN_FIFO_CONNECT);
    for (uint32_t r = 0; r < fifos->n; r++) {
        FifoEnd *end = &fifos->ends[r];
        end->fifos = fifos;
        end->rank = r;
        ivc_xen_vcpu_init(&end->vcpu, &fifos->xen, &platform->cores.items[platform->ranks[r].core],
                          r);
        ivc_xen_connect_join(fifos->connect, r, &end->vcpu);
    }
    ivc_platform_count(platform, "packets_sent", "count", "packets that the hook took",
                       &fifos->sent);
    ivc_platform_count(platform, "packets_received", "count", "packets taken out of FIFOs",
                       &fifos->taken);
    ivc_platform_count(platform, "packets_queued", "count",
                       "packets that found others waiting for room", &fifos->queued);
    ivc_platform_count(platform, "fifo_full", "count", "times that a sender asked for room",
                       &fifos->full);
    ivc_platform_count(platform, "queue_stops", "count", "times that TCP found the list full",
                       &fifos->stops);
    ivc_guard_count(&fifos->guard, platform);
}

static void fifos_free(IvcLink *link)
{
    XenFifos *fifos = (XenFifos *)link;
    for (uint32_t w = 0; w < ivc_pairs_count(&fifos->ways); w++) {
        FifoWay *way = ivc_pairs_at(&fifos->ways, w)->state;
        g_free(way->pages);
        ivc_backlog_clear(&way->packets);
        ivc_backlog_clear(&way->waiting);
    }
    ivc_pairs_clear(&fifos->ways);
    ivc_xen_connect_free(fifos->connect);
    g_free(fifos->due);
    g_free(fifos->ends);
    g_free(fifos);
}

static uint64_t in_flight(const IvcLink *link)
{
    const XenFifos *fifos = (const XenFifos *)link;
    return fifos->sent - fifos->taken;
}

static const IvcLinkOps link_ops = {
    .start = start,
    .free = fifos_free,
    .setup = setup,
    .open = ivc_xen_fifo_open,
    .room = ivc_xen_fifo_room,
    .send = ivc_xen_fifo_send,
    .due = ivc_xen_fifo_due,
    .poll = ivc_xen_fifo_poll,
    .in_flight = in_flight,
    .digest = ivc_xen_fifo_digest,
    .frame_digest = ivc_xen_fifo_frame_digest,
};

/* The largest packet of IP. */
#define IP_PACKET 65535u

/* Packets of one connection beyond those that fill the send buffer. */
#define WINDOW 256

/* Nothing below IP waits before the hook, as it would before a device: what the list does not take
 * is lost. TCP, which would send it again, waits here instead. */
static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    XenFifos *fifos = g_new0(XenFifos, 1);
    fifos->head = (IvcLink){.ops = &link_ops,
                            .stored = spec->fifos.connect.store.dom0 != NULL,
                            .window = WINDOW,
                            .segment_mtus = ivc_tcp_offload(&spec->over.tcp, spec->fifos.gso),
                            .restarts = !ivc_speaks_datagrams(platform)};
    fifos->platform = platform;
    fifos->spec = &spec->fifos;
    fifos->stage0 = platform->stage_mechanism;
    fifos->n = platform->n_ranks;
    fifos->words = ivc_rank_words(fifos->n);
    fifos->due = g_new0(uint64_t, fifos->n * fifos->words);
    fifos->ends = g_new0(FifoEnd, fifos->n);
    ivc_pairs_init(&fifos->ways, fifos->n, sizeof(FifoWay));
    ivc_guard_init(&fifos->guard, platform, &spec->fifos.guard, fifos->stage0 + XEN_FIFO_GUARD);
    fifos->guard.copied = true; /* into a socket buffer, before IP looks at it */
    fifos->hook = ivc_platform_ps(platform, spec->fifos.hook);
    fifos->put = ivc_platform_ps(platform, spec->fifos.put);
    fifos->tasklet = ivc_platform_ps(platform, spec->fifos.tasklet);
    fifos->take = ivc_platform_ps(platform, spec->fifos.take);
    return &fifos->head;
}

/* The largest packet of a datagram. What does not fit into the FIFO is cut here, too. */
static uint64_t packet_bytes(const void *bound)
{
    const Spec *spec = bound;
    return spec->fifos.fragments ? spec->over.tcp.mtu.n
                                 : MIN(IP_PACKET, spec->fifos.fifo.n - XEN_FIFO_ENTRY);
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    uint64_t mss = ivc_tcp_mss(&spec->over.tcp);
    uint64_t most =
        xen_fifo_entry(IVC_TCP_HEADERS + ivc_tcp_offload(&spec->over.tcp, spec->fifos.gso) * mss);
    ivc_over_tcp_check(bound, scenario, path, diags);
    ivc_guard_check(&spec->fifos.guard, scenario, path, diags);
    ivc_link_check_power(spec->fifos.fifo.n, scenario, path, "fifo",
                         "the bytes of a FIFO are a power of two", diags);
    if (most > spec->fifos.fifo.n) {
        g_autofree char *hint =
            g_strdup_printf("it takes %" G_GUINT64_FORMAT "B with what is noted about it", most);
        ivc_scenario_conflict(scenario, path, "fifo", hint,
                              "a packet of the largest size does not fit into the FIFO", diags);
    }
    ivc_link_check_server(spec->fifos.connect.store.dom0, scenario, path, "dom0", diags);
    ivc_link_check_apart(scenario, path,
                         "the ranks of one guest have no FIFO between them: each guest of this "
                         "channel has one rank",
                         "give each guest one core, or ask for fewer 'workload.ranks'", diags);
}

static const char *served_by(const void *bound)
{
    return ((const Spec *)bound)->fifos.connect.store.dom0;
}

static bool idle(const void *bound, const char *key)
{
    return ivc_guard_idle(&((const Spec *)bound)->fifos.guard, key);
}

static const IvcNetwork network = {
    .link_new = link_new, .packet_bytes = packet_bytes, .stage_datagram = XEN_FIFO_DATAGRAM};

const IvcMechanism ivc_mechanism_xen_fifo = {
    .head = {.name = "xen-fifo",
             .summary = "TCP over packet FIFOs that two guests share, past the driver domain",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    IVC_OVER_TCP_HOOKS(network),
    .own_os = true,
    .served_by = served_by,
    .idle = idle,
};
