/* The mechanism `sock`: TCP over a virtual network of two drivers that share a ring.
 *
 * This file has the parameters; the drivers are virtual_link.c's, the message passing above is
 * sock.c's, and sockets without it are socket.c's. */
#include "models/net/mechanisms.h"
#include "models/net/over_tcp.h"
#include "models/net/virtual_link.h"

typedef struct {
    IvcOverTcpSpec over;
    IvcVirtualLinkSpec link;
} Spec;

#define S Spec

static const IvcParam params[] = {
    IVC_SOCK_PARAM_ROWS(S, over.sock, "1200cycles", "1500cycles", "in-order", "system calls"),
    {IVC_PARAM(S, over.tcp.mtu, "mtu"), .fallback = "1500B", .min = "576B", .max = "65535B",
     .sentence = "largest packet of the virtual network"},
    {IVC_PARAM(S, over.tcp.sndbuf, "sndbuf"), .fallback = "64KiB", .min = "4KiB", .max = "16MiB",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: auto-tuning moves it between 16 KiB and 4 MiB (tcp_wmem)",
     .sentence = "socket send buffer"},
    {IVC_PARAM(S, over.tcp.rcvbuf, "rcvbuf"), .fallback = "85KiB", .min = "4KiB", .max = "16MiB",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux 2.6: tcp_rmem default 87,380",
     .sentence = "socket receive buffer: the window"},
    {IVC_PARAM(S, link.ring, "ring"), .fallback = "256", .min = "4", .max = "4096",
     .sentence = "slots of the virtual network device's ring"},
    IVC_TCP_PATH_PARAM_ROWS(S, over.tcp),
    {IVC_PARAM(S, link.driver_tx, "driver_tx"), .fallback = "500cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = IVC_TCP_STACK,
     .sentence = "the virtual device's driver on sending a packet, without the copy"},
    {IVC_PARAM(S, link.driver_rx, "driver_rx"), .fallback = "700cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = IVC_TCP_STACK,
     .sentence = "the virtual device's driver on receiving a packet, without the copy"},
    {IVC_PARAM(S, over.tcp.softirq, "softirq"), .fallback = "400cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = IVC_TCP_STACK,
     .sentence = "entering and leaving the softirq"},
    {IVC_PARAM(S, over.tcp.checksum_word, "checksum"), .fallback = "2cycles", .max = "1us",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: 0.25 to 1 cycles a byte are recalled",
     .sentence = "checksum of eight bytes, on each side; 0 when the device does it"},
    IVC_DATAGRAM_PARAM_ROWS(S, over.datagram),
    {0},
};

static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    return ivc_virtual_link_new(platform, &spec->link,
                                ivc_packet_bytes(platform, spec->over.tcp.mtu.n),
                                platform->stage_mechanism);
}

static const IvcNetwork network = {.link_new = link_new, .stage_datagram = OVER_TCP_STAGES};

const IvcMechanism ivc_mechanism_sock = {
    .head = {.name = "sock",
             .summary = "MPICH2's sock channel: TCP over the guests' virtual network",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = ivc_over_tcp_stages,
             .check = ivc_over_tcp_check},
    IVC_OVER_TCP_HOOKS(network),
};
