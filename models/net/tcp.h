/** @file
 *  TCP between guests: sockets, segments, windows and acknowledgements, over a network.
 */
#pragma once

#include "models/net/link.h"

/** Parameters; the table rows are in the mechanism's file. */
typedef struct {
    IvcBytes mtu;
    IvcBytes sndbuf;
    IvcBytes rcvbuf;
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

/** The frame of sending what the window allows. */
typedef struct {
    IvcLabel label;
    uint32_t skb;
    IvcPayload part; /**< of the socket buffer that is being sent */
    IvcLinkFrame link;
} IvcTcpTransmit;

/** The frame of a read or write by a process. */
typedef struct {
    IvcLabel label;
    uint64_t left;
    uint64_t part;
    uint64_t of_header; /**< bytes of the part that belong to the header */
    uint64_t at;
    IvcTcpTransmit transmit;
    IvcSleepFrame sleep;
} IvcTcpFrame;

/**
 * Opens connections among all ranks of the platform.
 *
 * @param stage0  id of TCP_SOCKET_CALL in the ledger
 * @param link    the network; transfer full
 * @return transfer full
 */
IvcTcp *ivc_tcp_new(IvcPlatform *platform, const IvcTcpSpec *spec, uint32_t stage0, IvcLink *link);
void ivc_tcp_free(IvcTcp *tcp);

/**
 * writev(): puts a header of `header` bytes and `bytes` of `buffer` from `at` on the connection;
 * blocks while the socket buffer is full. The header lies in L1. `buffer` may be NULL with 0 bytes.
 */
IvcStep ivc_tcp_write(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, uint64_t header,
                      IvcBuffer *buffer, uint64_t at, uint64_t bytes, IvcTcpFrame *frame);

/** Bytes that can be read from `from` now. */
uint64_t ivc_tcp_readable(const IvcTcp *tcp, uint32_t from, uint32_t to);

/** The next rank after `after`, in a round, from which `to` can read something; or NOBODY. */
uint32_t ivc_tcp_next_readable(const IvcTcp *tcp, uint32_t after, uint32_t to);

/**
 * read(): takes up to `bytes` that have arrived from `from`; frame->at says how many. At least one
 * must be readable. `buffer` NULL: they go into a header.
 */
IvcStep ivc_tcp_read(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to, IvcBuffer *buffer,
                     uint64_t at, uint64_t bytes, IvcTcpFrame *frame);

/** poll(): a system call that sleeps until anything can be read from anybody. */
IvcStep ivc_tcp_poll(IvcTcp *tcp, IvcAgent *agent, uint32_t rank, IvcTcpFrame *frame);

/** Says what cannot work about a spec: static text, or NULL. `ret_key` names the parameter. */
const char *ivc_tcp_spec_problem(const IvcTcpSpec *spec, const char **ret_key);

/** Bytes written and not read yet, over all connections, and packets inside the network. */
uint64_t ivc_tcp_in_flight(const IvcTcp *tcp);

void ivc_tcp_digest(const IvcTcp *tcp, IvcDigest *digest);

/** Feeds the frame of a call by rank `from`, which may write to rank `to`. */
void ivc_tcp_frame_digest(const IvcTcp *tcp, const IvcTcpFrame *frame, uint32_t from, uint32_t to,
                          IvcDigest *digest);
