/* Mechanisms over TCP, whatever their network: message passing is sock.c's, sockets without it are
 * socket.c's, and both have TCP below them. */
#include "models/net/over_tcp.h"

const IvcStage ivc_over_tcp_stages[] = {
    IVC_OVER_TCP_STAGE_ROWS,
    IVC_DATAGRAM_STAGE_ROWS(OVER_TCP_STAGES),
    [OVER_TCP_STAGES + DATAGRAM_STAGES] = {NULL, NULL, false},
};

void ivc_over_tcp_check(const void *bound, const IvcScenario *scenario, const char *path,
                        IvcDiags *diags)
{
    const IvcOverTcpSpec *spec = bound;
    if (spec->tcp.sndbuf.n < 2 * ivc_tcp_mss(&spec->tcp))
        ivc_scenario_conflict(scenario, path, "sndbuf", NULL,
                              "a socket send buffer holds at least two segments of the MTU", diags);
}

static IvcStreams *streams_new(IvcPlatform *platform, const IvcOverTcpSpec *spec)
{
    IvcLink *link = platform->network->link_new(platform, spec);
    return ivc_tcp_new(platform, &spec->tcp, platform->stage_mechanism, link);
}

static void *messages_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const IvcOverTcpSpec *spec = bound;
    return ivc_sock_new(platform, &spec->sock, platform->stage_mechanism + TCP_STAGES, ranks, n,
                        streams_new(platform, spec));
}

static IvcDatagrams *datagrams_new(IvcPlatform *platform, const IvcOverTcpSpec *spec,
                                   IvcRank *ranks, IvcStreams *streams)
{
    const IvcNetwork *network = platform->network;
    uint64_t packet = network->packet_bytes ? network->packet_bytes(spec) : spec->tcp.mtu.n;
    return ivc_datagrams_new(platform, &spec->datagram, packet, ranks,
                             platform->stage_mechanism + network->stage_datagram, streams);
}

static void *sockets_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    const IvcOverTcpSpec *spec = bound;
    IvcStreams *streams = streams_new(platform, spec);
    return ivc_socket_new(
        platform, ranks, n, streams,
        ivc_speaks_datagrams(platform) ? datagrams_new(platform, spec, ranks, streams) : NULL);
}

const IvcMechanismOps ivc_over_tcp_ops = {
    .create = messages_create,
    IVC_SOCK_HOOKS,
};

const IvcMechanismOps ivc_over_tcp_socket_ops = {
    .create = sockets_create,
    IVC_SOCKET_HOOKS,
};
