/* TCP between two machines over Ethernet, what the ways inside one machine are held against. The
 * machine of a scenario stands for all of them: each rank is a machine's process, on a core and
 * with a card of its own, and its packets go nowhere but over the wire. On a chip of several nodes
 * a node for each keeps memory and caches apart, too.
 *
 * This file has the parameters; the cards and the wire are nic.c's, the message passing above is
 * sock.c's, and sockets without it are socket.c's.
 *
 * Left out: see nic.c; a hypervisor below the operating systems. */
#include "models/net/link_check.h"
#include "models/net/mechanisms.h"
#include "models/net/nic.h"
#include "models/net/sock.h"
#include "models/net/socket.h"
#include "models/net/tcp.h"

typedef struct {
    IvcSockSpec sock;
    IvcTcpSpec tcp;
    IvcNicSpec nic;
    IvcDatagramSpec datagram;
} Spec;

#define S Spec
#define IEEE "IEEE 802.3"
#define DRIVER "assumed: a share of what native Linux is recalled to take for a packet"
#define CARD "assumed: a PCIe read or write is recalled at 0.5 to 1 us"

static const IvcParam params[] = {
    {IVC_PARAM(S, nic.rate, "rate"), .fallback = "1Gbit/s", .min = "1Mbit/s", .max = "1Tbit/s",
     .sentence = "bits that a wire carries in a second, each way"},
    {IVC_PARAM(S, nic.framing, "framing"), .fallback = "38B", .max = "1KiB",
     .kind = IVC_KIND_DOCUMENTED,
     .source = IEEE ": preamble 8, header 14, check sequence 4, gap 12",
     .sentence = "bytes on the wire around what a frame carries"},
    {IVC_PARAM(S, nic.frame_min, "frame_min"), .fallback = "46B", .max = "1KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = IEEE ": a frame of 64 bytes",
     .sentence = "bytes to which what a frame carries is filled up"},
    {IVC_PARAM(S, nic.wire, "wire"), .fallback = "300ns", .max = "1s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: 10 m of cable at 5 ns each, and coding at both ends",
     .sentence = "from a bit's leaving a card until it is at the other one"},
    {IVC_PARAM(S, nic.store, "store"), .fallback = "false", .kind = IVC_KIND_DESIGN,
     .sentence = "a switch between the machines has a whole frame before it sends it on; else bits "
                 "go through as they come"},
    {IVC_PARAM(S, nic.tso, "tso"), .fallback = "64KiB", .min = "1B", .max = "64KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux: GSO_MAX_SIZE, less one byte",
     .sentence = "largest packet that the card cuts into frames; not above the MTU: it does not"},
    {IVC_PARAM(S, nic.gro, "gro"), .fallback = "true", .kind = IVC_KIND_DOCUMENTED,
     .source = "Linux: on since 2.6.29 where the driver takes part",
     .sentence = "whether frames that follow on each other are joined, up to 'tso'"},
    {IVC_PARAM(S, nic.tx_ring, "tx_ring"), .fallback = "256", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux drivers/net/ethernet/intel: E1000_DEFAULT_TXD",
     .sentence = "packets that the card has been given and the driver not taken back"},
    {IVC_PARAM(S, nic.rx_ring, "rx_ring"), .fallback = "256", .min = "1", .max = "65536",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux drivers/net/ethernet/intel: E1000_DEFAULT_RXD",
     .sentence = "frames from which on a card drops: those of datagrams; of streams they are "
                 "counted only"},
    {IVC_PARAM(S, nic.dma_tx, "dma_tx"), .fallback = "1us", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = CARD, .sentence = "from the driver's word until the card has the packet"},
    {IVC_PARAM(S, nic.dma_rx, "dma_rx"), .fallback = "500ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = CARD,
     .sentence = "from a frame's last bit until it is in memory"},
    {IVC_PARAM(S, nic.bus, "bus"), .fallback = "0B/s", .max = "1TB/s", .kind = IVC_KIND_DESIGN,
     .sentence = "rate at which a card fetches a frame before it sends it, and writes it to memory "
                 "when it has all of it; 0: as fast as the wire, in between"},
    {IVC_PARAM(S, nic.rx_delay, "rx_delay"), .fallback = "3us", .max = "10ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: rx-usecs of common drivers, 0 to 125",
     .sentence = "interrupt moderation: from the first frame until the interrupt"},
    {IVC_PARAM(S, nic.tx_delay, "tx_delay"), .fallback = "50us", .max = "10ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: tx-usecs of common drivers, 3 to 72",
     .sentence = "the same from the first sent packet, where a sender may wait for it: datagrams"},
    {IVC_PARAM(S, nic.idle_wake, "idle_wake"), .fallback = "2us", .max = "1s",
     .kind = IVC_KIND_ASSUMED,
     .source = "recalled: 1 to 3 us from C1, 10 to 100 us from deep states",
     .sentence = "how much later when the core is idle; no work is done meanwhile"},
    {IVC_PARAM(S, nic.irq, "irq"), .fallback = "600cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = DRIVER,
     .sentence = "the driver's handler of an interrupt, beyond its entry and exit"},
    {IVC_PARAM(S, nic.tx, "tx"), .fallback = "800cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = DRIVER, .sentence = "the driver on sending a packet: descriptors and the doorbell"},
    {IVC_PARAM(S, nic.tx_done, "tx_done"), .fallback = "150cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = DRIVER,
     .sentence = "the driver on taking a sent packet back"},
    {IVC_PARAM(S, nic.rx, "rx"), .fallback = "700cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = DRIVER, .sentence = "the driver on taking a frame, with a new buffer for the ring"},
    {IVC_PARAM(S, nic.gro_merge, "gro_merge"), .fallback = "200cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = DRIVER, .sentence = "joining a frame to those before it"},
    IVC_TCP_PARAM_ROWS(S, tcp, "1500B", "9000B", IEEE, "0cycles",
                       "Linux: common cards do checksums; 2 cycles are recalled without"),
    IVC_SOCK_PARAM_ROWS(S, sock, "600cycles", "800cycles", "out-of-order", "system calls"),
    IVC_DATAGRAM_PARAM_ROWS(S, datagram),
    {0},
};

enum {
    DATAGRAM = TCP_STAGES + SOCK_STAGES, /* the first of UDP's stages */
    STAGES = DATAGRAM + DATAGRAM_STAGES,
};

static const IvcStage stages[] = {
    IVC_TCP_STAGE_ROWS,
    IVC_SOCK_STAGE_ROWS(TCP_STAGES),
    IVC_DATAGRAM_STAGE_ROWS(DATAGRAM),
    [STAGES] = {NULL, NULL, false},
};

static IvcStreams *streams_new(IvcPlatform *platform, const Spec *spec)
{
    uint32_t stage0 = platform->stage_mechanism;
    IvcLink *link =
        ivc_nic_link_new(platform, &spec->nic, ivc_packet_bytes(platform, spec->tcp.mtu.n),
                         ivc_tcp_offload(&spec->tcp, spec->nic.tso), stage0);
    return ivc_tcp_new(platform, &spec->tcp, stage0, link);
}

static void *ethernet_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
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
                               platform->stage_mechanism + DATAGRAM, streams);
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    ivc_tcp_check(&((const Spec *)bound)->tcp, scenario, path, diags);
    ivc_link_check_apart(scenario, path,
                         "the ranks of one guest are on one machine, and no wire leads from it to "
                         "itself: each guest of this channel has one rank",
                         "give each guest one core, or ask for fewer 'workload.ranks'", diags);
}

static const IvcMechanismOps ops = {
    .create = ethernet_create,
    IVC_SOCK_HOOKS,
};

static const IvcMechanismOps socket_ops = {
    .create = socket_create,
    IVC_SOCKET_HOOKS,
};

const IvcMechanism ivc_mechanism_ethernet = {
    .head = {.name = "ethernet",
             .summary = "TCP between two machines, over their network cards and a wire",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    .ops = &ops,
    .requests = true,
    .carries = IVC_OVER_TCP,
    .socket_ops = &socket_ops,
};
