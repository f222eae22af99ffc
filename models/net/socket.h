/** @file
 *  Sockets without message passing above them, for workloads that speak streams, datagrams or
 *  echoes: the hooks of a mechanism for these.
 */
#pragma once

#include "models/net/datagram.h"
#include "models/net/stream.h"
#include "sim/model/mpi.h"

/**
 * Makes the sockets of all ranks.
 *
 * @param streams    what carries them; transfer full
 * @param datagrams  over the same network, when the workload speaks datagrams or echoes; or NULL.
 *                   Transfer full
 * @return what the hooks below take as the channel; transfer full, ivc_socket_free()
 */
void *ivc_socket_new(IvcPlatform *platform, IvcRank *ranks, unsigned n, IvcStreams *streams,
                     IvcDatagrams *datagrams);

/* The hooks of IvcMechanismOps, all but `create`. */
#define IVC_SOCKET_HOOKS                                                                         \
    .free = ivc_socket_free, .setup = ivc_socket_setup, .send = ivc_socket_send,                 \
    .recv = ivc_socket_recv, .message_bytes_max = ivc_mpi_any_size, .digest = ivc_socket_digest, \
    .in_flight = ivc_socket_in_flight

void ivc_socket_free(void *channel);
IvcStep ivc_socket_setup(IvcRank *rank);
IvcStep ivc_socket_send(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_socket_recv(IvcRank *rank, IvcMpiCall *call);
uint64_t ivc_socket_in_flight(const void *channel);
void ivc_socket_digest(const void *channel, IvcDigest *digest);
