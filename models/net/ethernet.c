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
#include "models/net/over_tcp.h"

typedef struct {
    IvcOverTcpSpec over;
    IvcNicSpec nic;
} Spec;

#define S Spec
#define IEEE "IEEE 802.3"
#define INTEL "Linux drivers/net/ethernet/intel"
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
    IVC_NIC_RING_PARAM_ROWS(S, nic, "256", IVC_KIND_DOCUMENTED, INTEL ": E1000_DEFAULT_TXD",
                            INTEL ": E1000_DEFAULT_RXD"),
    {IVC_PARAM(S, nic.dma_tx, "dma_tx"), .fallback = "1us", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = CARD, .sentence = "from the driver's word until the card has the packet"},
    {IVC_PARAM(S, nic.dma_rx, "dma_rx"), .fallback = "500ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = CARD,
     .sentence = "from a frame's last bit until it is in memory"},
    {IVC_PARAM(S, nic.bus, "bus"), .fallback = "0B/s", .max = "1TB/s", .kind = IVC_KIND_DESIGN,
     .sentence = "rate at which a card fetches a frame before it sends it, and writes it to memory "
                 "when it has all of it; 0: as fast as the wire, in between"},
    IVC_NIC_DRIVER_PARAM_ROWS(S, nic, "assumed: rx-usecs of common drivers, 0 to 125",
                              "assumed: tx-usecs of common drivers, 3 to 72", DRIVER),
    IVC_OVER_TCP_PARAM_ROWS(S, over, "1500B", "9000B", IEEE, "0cycles",
                            "Linux: common cards do checksums; 2 cycles are recalled without"),
    {0},
};

static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    return ivc_nic_link_new(platform, &spec->nic, ivc_packet_bytes(platform, spec->over.tcp.mtu.n),
                            ivc_tcp_offload(&spec->over.tcp, spec->nic.tso),
                            platform->stage_mechanism);
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    ivc_over_tcp_check(bound, scenario, path, diags);
    ivc_link_check_apart(scenario, path,
                         "the ranks of one guest are on one machine, and no wire leads from it to "
                         "itself: each guest of this channel has one rank",
                         "give each guest one core, or ask for fewer 'workload.ranks'", diags);
}

static const IvcNetwork network = {.link_new = link_new, .stage_datagram = OVER_TCP_STAGES};

const IvcMechanism ivc_mechanism_ethernet = {
    .head = {.name = "ethernet",
             .summary = "TCP between two machines, over their network cards and a wire",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = ivc_over_tcp_stages,
             .check = check},
    IVC_OVER_TCP_HOOKS(network),
};
