/** @file
 *  What all mechanisms over TCP share: the parameters above the network, their stages, and the
 *  hooks for message passing, streams, datagrams and echoes. A mechanism says what its network is.
 */
#pragma once

#include "models/net/datagram.h"
#include "models/net/link.h"
#include "models/net/sock.h"
#include "models/net/socket.h"
#include "models/net/tcp.h"
#include "sim/model/mpi.h"

/** The spec of a mechanism over TCP begins with this. */
typedef struct {
    IvcSockSpec sock;
    IvcTcpSpec tcp;
    IvcDatagramSpec datagram;
} IvcOverTcpSpec;

/** What is below TCP in a mechanism: IvcMechanism.network. */
struct IvcNetwork {
    /** Makes the network among all ranks; `spec` is the mechanism's, platform->stage_mechanism the
     *  first of TCP's stages. transfer full */
    IvcLink *(*link_new)(IvcPlatform *platform, const void *spec);
    /** The largest packet of a datagram. NULL: the MTU. */
    uint64_t (*packet_bytes)(const void *spec);
    uint32_t stage_datagram; /**< number of DATAGRAM_SEND in the mechanism's stages */
};

/** The last rows of a mechanism's table of parameters; see IVC_TCP_PARAM_ROWS. */
#define IVC_OVER_TCP_PARAM_ROWS(S, field, mtu_default, mtu_max, mtu_source, sum_default,         \
                                sum_source)                                                      \
    IVC_TCP_PARAM_ROWS(S, field.tcp, mtu_default, mtu_max, mtu_source, sum_default, sum_source), \
        IVC_SOCK_PARAM_ROWS(S, field.sock, "600cycles", "800cycles", "out-of-order",             \
                            "system calls"),                                                     \
        IVC_DATAGRAM_PARAM_ROWS(S, field.datagram)

/** Stages of a mechanism: behind those of TCP and the sock channel are UDP's and its own. */
enum {
    OVER_TCP_STAGES = TCP_STAGES + SOCK_STAGES,
};

/** Those of a mechanism with none of its own; UDP's are at OVER_TCP_STAGES. */
extern const IvcStage ivc_over_tcp_stages[];

/** The `check` of a mechanism, or what its own begins with: what can never work about TCP. */
void ivc_over_tcp_check(const void *bound, const IvcScenario *scenario, const char *path,
                        IvcDiags *diags);

#define IVC_OVER_TCP_STAGE_ROWS IVC_TCP_STAGE_ROWS, IVC_SOCK_STAGE_ROWS(TCP_STAGES)

/** Fields of IvcMechanism; `below` is its IvcNetwork. */
#define IVC_OVER_TCP_HOOKS(below)                                                  \
    .ops = &ivc_over_tcp_ops, .requests = true,                                    \
    .carries = IVC_CARRIES(IVC_SPEAKS_STREAM) | IVC_CARRIES(IVC_SPEAKS_DATAGRAM) | \
               IVC_CARRIES(IVC_SPEAKS_ECHO),                                       \
    .socket_ops = &ivc_over_tcp_socket_ops, .network = &(below)

extern const IvcMechanismOps ivc_over_tcp_ops;
extern const IvcMechanismOps ivc_over_tcp_socket_ops;
