/** @file
 *  MPICH2's sock channel over TCP, whatever network is below: the hooks of a mechanism, which the
 *  mechanisms `sock` and `netfront` share.
 */
#pragma once

#include "models/net/tcp.h"
#include "sim/model/mpi.h"

/** Parameters; the table rows are in the mechanisms' files. */
typedef struct {
    IvcTcpSpec tcp;
    IvcBytes eager_max;
    IvcBytes header;
    IvcCost send_overhead;
    IvcCost recv_overhead;
} IvcSockSpec;

typedef enum {
    SOCK_SEND = TCP_STAGES,
    SOCK_RECV,
    SOCK_COPY_ASIDE,
    SOCK_STAGES,
} IvcSockStage;

/** The first rows of the stage table of a mechanism over the sock channel. */
#define IVC_SOCK_STAGE_ROWS                                                                      \
    IVC_TCP_STAGE_ROWS, [SOCK_SEND] = {"send", "MPICH's software path of a Send", false},        \
                        [SOCK_RECV] = {"recv", "MPICH's software path of a Recv, with matching", \
                                       false},                                                   \
                        [SOCK_COPY_ASIDE] = {"copy-aside",                                       \
                                             "copying a message that had been put aside", false}

/**
 * Makes the channel among all ranks.
 *
 * @param spec  borrowed for as long as the channel lives
 * @param link  the network; transfer full
 * @return what the hooks below take as the channel; transfer full, ivc_sock_free()
 */
void *ivc_sock_new(IvcPlatform *platform, const IvcSockSpec *spec, IvcRank *ranks, unsigned n,
                   IvcLink *link);

/* The hooks of IvcMechanismOps, all but `create`. */
#define IVC_SOCK_HOOKS                                                                            \
    .free = ivc_sock_free, .setup = ivc_sock_setup, .send = ivc_sock_send, .recv = ivc_sock_recv, \
    .message_bytes_max = ivc_sock_bytes_max, .digest = ivc_sock_digest,                           \
    .in_flight = ivc_sock_in_flight

void ivc_sock_free(void *channel);
IvcStep ivc_sock_setup(IvcRank *rank);
IvcStep ivc_sock_send(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_sock_recv(IvcRank *rank, IvcMpiCall *call);
uint64_t ivc_sock_bytes_max(const void *spec);
uint64_t ivc_sock_in_flight(const void *channel);
void ivc_sock_digest(const void *channel, IvcDigest *digest);

/** Reports what can never work about the spec at `path`. */
void ivc_sock_check(const IvcSockSpec *spec, const IvcScenario *scenario, const char *path,
                    IvcDiags *diags);
