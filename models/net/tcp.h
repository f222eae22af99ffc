/** @file
 *  TCP between guests: sockets, segments, windows and acknowledgements, over a network.
 */
#pragma once

#include "models/net/link.h"
#include "models/net/stream.h"

/** Parameters; the table rows are in the mechanism's file. */
typedef struct {
    IvcBytes mtu;
    IvcBytes sndbuf;
    IvcBytes rcvbuf;
    uint64_t initial_window;
    bool nagle;
    bool autocork;
    uint64_t ack_every;
    IvcSpan ack_delay;
    IvcCost socket_call;
    IvcCost tx_segment;
    IvcCost rx_segment;
    IvcCost ack_tx;
    IvcCost ack_rx;
    IvcCost softirq;
    IvcCost checksum_word;
} IvcTcpSpec;

/** Rows of a mechanism's table that say when a segment goes out; `field` is the IvcTcpSpec in its
 *  spec. */
#define IVC_TCP_SENDING_PARAM_ROWS(S, field)                                                     \
    {IVC_PARAM(S, field.initial_window, "initial_window"),                                       \
     .fallback = "10",                                                                           \
     .max = "65535",                                                                             \
     .kind = IVC_KIND_DOCUMENTED,                                                                \
     .source = "RFC 6928, Linux TCP_INIT_CWND",                                                  \
     .sentence = "segments that a new connection may have under way; doubles every round trip "  \
                 "while that is too few; 0: wide open"},                                         \
        {IVC_PARAM(S, field.nagle, "nagle"), .fallback = "false", .kind = IVC_KIND_DOCUMENTED,   \
         .source = "MPICH source tree, ch3 sock: TCP_NODELAY",                                   \
         .sentence = "Nagle's algorithm: one segment below the MTU under way, more bytes wait"}, \
    {                                                                                            \
        IVC_PARAM(S, field.autocork, "autocork"),                                                \
            .fallback = "true", .kind = IVC_KIND_DOCUMENTED,                                     \
            .source = "Linux 3.14 on: sysctl tcp_autocorking",                                   \
            .sentence = "small writes are gathered while the device holds an earlier packet; "   \
                        "only where the network can tell"                                        \
    }

/** Bytes of IP and TCP headers with time stamps, and of the Ethernet header. */
#define IVC_TCP_HEADERS 52u
#define IVC_TCP_FRAME 14u

typedef enum {
    TCP_SOCKET_CALL,
    TCP_COPY_USER,
    TCP_CHECKSUM,
    TCP_TX_SEGMENT,
    TCP_RX_SEGMENT,
    TCP_ACK,
    TCP_DRIVER,
    TCP_COPY_DRIVER,
    TCP_SOFTIRQ,
    TCP_STAGES,
} IvcTcpStage;

/** The first rows of the stage table of a mechanism over TCP. */
#define IVC_TCP_STAGE_ROWS                                                                        \
    [TCP_SOCKET_CALL] = {"socket-call", "socket layer of read, write and poll", false},           \
    [TCP_COPY_USER] = {"copy-user", "copying between the user's buffer and socket buffers",       \
                       false},                                                                    \
    [TCP_CHECKSUM] = {"checksum", "TCP checksums", false},                                        \
    [TCP_TX_SEGMENT] = {"tcp-send", "TCP and IP on sending a segment", false},                    \
    [TCP_RX_SEGMENT] = {"tcp-receive", "IP and TCP on receiving a segment", false},               \
    [TCP_ACK] = {"tcp-ack", "making and taking acknowledgements", false},                         \
    [TCP_DRIVER] = {"driver", "the virtual network device's driver, for each packet", false},     \
    [TCP_COPY_DRIVER] = {"copy-driver", "copying frames into and out of the shared ring", false}, \
    [TCP_SOFTIRQ] = {"softirq", "entering and leaving the softirq", false}

/**
 * Opens connections among all ranks of the platform.
 *
 * @param stage0  id of TCP_SOCKET_CALL in the ledger
 * @param link    the network; transfer full
 * @return transfer full
 */
IvcStreams *ivc_tcp_new(IvcPlatform *platform, const IvcTcpSpec *spec, uint32_t stage0,
                        IvcLink *link);

/** Reports what can never work about the spec of the channel at `path`. */
void ivc_tcp_check(const IvcTcpSpec *spec, const IvcScenario *scenario, const char *path,
                   IvcDiags *diags);
