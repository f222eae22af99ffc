/** @file
 *  Datagrams between guests, over the network that link.h describes: UDP sockets, and ICMP echoes
 *  that the other kernel answers. They share stack, softirq and link with TCP.
 */
#pragma once

#include "models/net/link.h"
#include "models/net/stream.h"
#include "models/net/tcp.h"
#include "sim/model/mpi.h"

typedef struct IvcDatagrams IvcDatagrams;

/** Parameters; rows below. */
typedef struct {
    IvcBytes sndbuf;
    IvcBytes rcvbuf;
    IvcBytes overhead;
    IvcSpan turn;
    IvcCost udp_tx, udp_rx;
    IvcCost ip_tx, ip_rx;
    IvcCost icmp;
} IvcDatagramSpec;

#define IVC_DATAGRAM_ASSUMED                                                                    \
    "assumed: less than TCP's, which is recalled at 3,000 to 10,000 cycles for a packet, both " \
    "sides"

/** Rows of a mechanism's parameter table. */
#define IVC_DATAGRAM_PARAM_ROWS(S, member)                                                       \
    {IVC_PARAM(S, member.sndbuf, "udp_sndbuf"),                                                  \
     .fallback = "212992B",                                                                      \
     .min = "2KiB",                                                                              \
     .max = "16MiB",                                                                             \
     .kind = IVC_KIND_DOCUMENTED,                                                                \
     .source = "Linux: net.core.wmem_default",                                                   \
     .sentence =                                                                                 \
         "send buffer of a UDP or raw socket: what its packets take until they have left"},      \
        {IVC_PARAM(S, member.rcvbuf, "udp_rcvbuf"),                                              \
         .fallback = "212992B",                                                                  \
         .min = "2KiB",                                                                          \
         .max = "16MiB",                                                                         \
         .kind = IVC_KIND_DOCUMENTED,                                                            \
         .source = "Linux: net.core.rmem_default",                                               \
         .sentence = "receive buffer of a UDP or raw socket; when it is full, datagrams are "    \
                     "dropped"},                                                                 \
        {IVC_PARAM(S, member.overhead, "skb_overhead"),                                          \
         .fallback = "576B",                                                                     \
         .max = "4KiB",                                                                          \
         .kind = IVC_KIND_DOCUMENTED,                                                            \
         .source = "Linux: SKB_TRUESIZE(0) on 64 bits, sk_buff of 256 B and skb_shared_info of " \
                   "320 B",                                                                      \
         .sentence = "what a packet takes of these buffers beside its data"},                    \
        {IVC_PARAM(S, member.turn, "softirq_turn"),                                              \
         .fallback = "2ms",                                                                      \
         .min = "1us",                                                                           \
         .max = "1s",                                                                            \
         .kind = IVC_KIND_DOCUMENTED,                                                            \
         .source = "Linux: MAX_SOFTIRQ_TIME; that processes then have as long is assumed",       \
         .sentence = "time after which a softirq that finds packets without end gives the core " \
                     "to a process that waits for it, for as long"},                             \
        {IVC_PARAM(S, member.udp_tx, "udp_tx"),                                                  \
         .fallback = "900cycles",                                                                \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_DATAGRAM_ASSUMED,                                                         \
         .sentence = "UDP on sending a datagram, or the raw socket"},                            \
        {IVC_PARAM(S, member.udp_rx, "udp_rx"),                                                  \
         .fallback = "900cycles",                                                                \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_DATAGRAM_ASSUMED,                                                         \
         .sentence = "UDP on receiving a datagram, or the raw socket"},                          \
        {IVC_PARAM(S, member.ip_tx, "ip_tx"),                                                    \
         .fallback = "1100cycles",                                                               \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_DATAGRAM_ASSUMED,                                                         \
         .sentence = "IP on sending a packet of a datagram"},                                    \
        {IVC_PARAM(S, member.ip_rx, "ip_rx"),                                                    \
         .fallback = "1300cycles",                                                               \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_DATAGRAM_ASSUMED,                                                         \
         .sentence = "IP on receiving a packet of a datagram"},                                  \
    {                                                                                            \
        IVC_PARAM(S, member.icmp, "icmp"),                                                       \
            .fallback = "800cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,                     \
            .source = IVC_DATAGRAM_ASSUMED,                                                      \
            .sentence = "ICMP on receiving an echo request, and on making its answer"            \
    }

typedef enum {
    DATAGRAM_SEND,
    DATAGRAM_RECEIVE,
    DATAGRAM_ECHO,
    DATAGRAM_STAGES,
} IvcDatagramStage;

/** Rows of the stage table of a mechanism; `first` is the number of DATAGRAM_SEND in it. */
#define IVC_DATAGRAM_STAGE_ROWS(first)                                                             \
    [(first) + DATAGRAM_SEND] = {"udp-send", "UDP and IP on sending datagrams", false},            \
               [(first) + DATAGRAM_RECEIVE] = {"udp-receive", "IP and UDP on receiving datagrams", \
                                               false},                                             \
               [(first) + DATAGRAM_ECHO] = {"icmp", "answering echo requests", false}

/** Bytes of an IP header, and of a UDP or ICMP header. */
#define IVC_IP_HEADER 20u
#define IVC_UDP_HEADER 8u

/** Data in a packet of the MTU: of a segment, or of a datagram (with UDP's header in the first). */
static inline uint64_t ivc_packet_bytes(const IvcPlatform *platform, uint64_t mtu)
{
    bool tcp = platform->speaks == IVC_SPEAKS_MPI || platform->speaks == IVC_SPEAKS_STREAM;
    return mtu - (tcp ? IVC_TCP_HEADERS : IVC_IP_HEADER);
}

/** Whether the workload speaks what datagram.c carries. */
static inline bool ivc_speaks_datagrams(const IvcPlatform *platform)
{
    return platform->speaks == IVC_SPEAKS_DATAGRAM || platform->speaks == IVC_SPEAKS_ECHO;
}

/** The frame of a call by a process. */
typedef struct {
    IvcLabel label;
    uint64_t bytes; /**< of the datagram that is being received */
    uint32_t piece; /**< packets of it */
    IvcSleepFrame sleep;
} IvcDatagramFrame;

/**
 * Opens sockets among all ranks, on the stacks of `streams`, which are TCP's.
 *
 * @param spec    borrowed for as long as they live
 * @param mtu     of the network
 * @param stage0  id of DATAGRAM_SEND in the ledger
 * @return transfer full
 */
IvcDatagrams *ivc_datagrams_new(IvcPlatform *platform, const IvcDatagramSpec *spec, uint64_t mtu,
                                IvcRank *ranks, uint32_t stage0, IvcStreams *streams);
void ivc_datagrams_free(IvcDatagrams *datagrams);

/** sendto() of a message; blocks while the socket's send buffer is full. */
IvcStep ivc_datagram_send(IvcDatagrams *datagrams, IvcRank *rank, const IvcMpiCall *call,
                          IvcDatagramFrame *frame);

/** recvfrom(): sets call->envelope to that of the next datagram that has come; sleeps while there
 *  is none. call->ended: none will come any more. */
IvcStep ivc_datagram_recv(IvcDatagrams *datagrams, IvcRank *rank, IvcMpiCall *call,
                          IvcDatagramFrame *frame);

/** Datagrams that were sent and neither received nor dropped. */
uint64_t ivc_datagrams_in_flight(const IvcDatagrams *datagrams);
void ivc_datagrams_digest(const IvcDatagrams *datagrams, IvcDigest *digest);
