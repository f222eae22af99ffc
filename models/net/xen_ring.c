/* A byte ring in memory that two guests share, under a socket-like interface, without TCP/IP: the
 * sender copies into it, the receiver out of it, and event channels notify who asked for it. It is
 * what Xen's libvchan does; the idea is that of XenSocket.
 *
 * This file has the parameters and builds it; xen_ring_io.c moves the bytes, and the message
 * passing above is sock.c's.
 *
 * Set-up goes through dom0 (models/xen/connect.c); after it dom0 has nothing to do. */
#include "models/net/link_check.h"
#include "models/net/mechanisms.h"
#include "models/net/sock.h"
#include "models/net/socket.h"
#include "models/net/xen_ring_private.h"

typedef struct {
    IvcSockSpec sock;
    XenRingSpec rings;
} Spec;

#define S Spec
#define VCHAN "xen/tools/libs/vchan"

static const IvcParam params[] = {
    {IVC_PARAM(S, rings.ring, "ring"), .fallback = "64KiB", .min = "1KiB", .max = "1MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = VCHAN ": 2^10 to 2^20 bytes; which of them is a choice",
     .sentence = "bytes of the ring of each direction: a power of two"},
    {IVC_PARAM(S, rings.call, "call"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: instructions of libxenvchan_write",
     .sentence = "the library for each read or write, without copies, positions and system calls"},
    IVC_GUARD_CHECK_ROW(S, rings.guard),
    IVC_GUARD_SEAL_ROWS(S, rings.guard, IVC_KIND_DOCUMENTED, "297cycles",
                        IVC_GHASH ": 0.29 a byte on Broadwell", "758cycles",
                        IVC_AES_GCM ": 0.74 a byte on Broadwell, key of 128 bits"),
    IVC_XEN_EVENT_PARAM_ROWS(S, rings.xen),
    IVC_XEN_CONNECT_PARAM_ROWS(S, rings.connect),
    IVC_SOCK_PARAM_ROWS(S, sock, "600cycles", "800cycles", "out-of-order", "the ring"),
    {0},
};

enum {
    SOCK = XEN_RING_STAGES, /* the first of the sock channel's */
    XEN = SOCK + SOCK_STAGES,
    CONNECT = XEN + XEN_GRANT, /* nothing is granted in the measured phase */
    STAGES,
};

static const IvcStage stages[] = {
    [XEN_RING_CALL] = {"ring-call", "the library of the ring: read, write and poll", false},
    [XEN_RING_CONTROL] = {"ring-control", "positions and requests in the page that both share",
                          false},
    [XEN_RING_COPY_IN] = {"copy-in", "copying into the ring", false},
    [XEN_RING_COPY_OUT] = {"copy-out", "copying out of the ring", false},
    IVC_GUARD_STAGE_ROWS(XEN_RING_GUARD),
    IVC_SOCK_STAGE_ROWS(SOCK),
    IVC_XEN_EVENT_STAGE_ROWS(XEN),
    IVC_XEN_CONNECT_STAGE_ROW(CONNECT),
    [STAGES] = {NULL, NULL, false},
};

static void end_init(XenRings *rings, uint32_t rank)
{
    IvcPlatform *platform = rings->platform;
    RingEnd *end = &rings->ends[rank];
    end->rings = rings;
    end->sleeper.signal.id = ivc_platform_id(platform);
    if (ivc_guard_copies(&rings->guard))
        ivc_buffer_init(&end->private_copy, ivc_platform_id(platform), rings->spec->ring.n);
    ivc_xen_vcpu_init(&end->vcpu, &rings->xen, &platform->cores.items[platform->ranks[rank].core],
                      rank);
    ivc_xen_connect_join(rings->connect, rank, &end->vcpu);
}

/* Of a channel: both rings, and the page that says where they are. A small ring takes a page. */
static uint64_t pages_of(const XenRingSpec *spec)
{
    return 1 + 2 * MAX(1, spec->ring.n / IVC_XEN_RING_PAGE);
}

static XenRings *rings_new(IvcPlatform *platform, const XenRingSpec *spec)
{
    XenRings *rings = g_new0(XenRings, 1);
    rings->head =
        (IvcStreams){.ops = &ivc_xen_ring_ops, .stored = spec->connect.store.dom0 != NULL};
    rings->platform = platform;
    rings->spec = spec;
    rings->stage0 = platform->stage_mechanism;
    rings->n = platform->n_ranks;
    rings->call = ivc_platform_ps(platform, spec->call);
    ivc_guard_init(&rings->guard, platform, &spec->guard, rings->stage0 + XEN_RING_GUARD);
    rings->words = ivc_rank_words(rings->n);
    rings->joined = g_new0(uint64_t, rings->n * rings->words);
    rings->readable = g_new0(uint64_t, rings->n * rings->words);
    rings->ends = g_new0(RingEnd, rings->n);
    ivc_pairs_init(&rings->ways, rings->n, sizeof(RingWay));
    ivc_xen_init(&rings->xen, platform, &spec->xen, rings->stage0 + XEN);
    rings->connect =
        ivc_xen_connect_new(&rings->xen, &spec->connect, pages_of(spec), rings->stage0 + CONNECT);
    for (uint32_t r = 0; r < rings->n; r++)
        end_init(rings, r);
    ivc_platform_count(platform, "ring_written", "bytes", "bytes written into rings",
                       &rings->written);
    ivc_platform_count(platform, "ring_read", "bytes", "bytes read out of rings", &rings->read);
    ivc_platform_count(platform, "ring_full", "count", "times that a writer slept for room",
                       &rings->full);
    ivc_platform_count(platform, "ring_empty", "count", "times that a reader slept for data",
                       &rings->empty);
    ivc_guard_count(&rings->guard, platform);
    return rings;
}

static void *xen_ring_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const Spec *spec = bound;
    XenRings *rings = rings_new(platform, &spec->rings);
    return ivc_sock_new(platform, &spec->sock, platform->stage_mechanism + SOCK, ranks, n,
                        &rings->head);
}

static void *socket_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const Spec *spec = bound;
    XenRings *rings = rings_new(platform, &spec->rings);
    return ivc_socket_new(platform, ranks, n, &rings->head, NULL);
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    ivc_link_check_power(((const Spec *)bound)->rings.ring.n, scenario, path, "ring",
                         "the bytes of a ring are a power of two", diags);
    ivc_guard_check(&((const Spec *)bound)->rings.guard, scenario, path, diags);
    ivc_link_check_server(((const Spec *)bound)->rings.connect.store.dom0, scenario, path, "dom0",
                          diags);
}

static const char *served_by(const void *bound)
{
    return ((const Spec *)bound)->rings.connect.store.dom0;
}

static bool idle(const void *bound, const char *key)
{
    return ivc_guard_idle(&((const Spec *)bound)->rings.guard, key);
}

static const IvcMechanismOps ops = {
    .create = xen_ring_create,
    IVC_SOCK_HOOKS,
};

static const IvcMechanismOps socket_ops = {
    .create = socket_create,
    IVC_SOCKET_HOOKS,
};

const IvcMechanism ivc_mechanism_xen_ring = {
    .head = {.name = "xen-ring",
             .summary = "a byte ring that two guests share, with event channels and without TCP/IP",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .own_os = true,
    .requests = true,
    .carries = IVC_CARRIES(IVC_SPEAKS_STREAM),
    .socket_ops = &socket_ops,
    .served_by = served_by,
    .idle = idle,
};
