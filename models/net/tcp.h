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
    IvcBytes rcvbuf_initial;
    IvcBytes sndbuf_initial;
    uint64_t initial_window;
    int nagle;
    bool autocork;
    bool whole_segments;
    bool recycle;
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

typedef enum {
    IVC_NAGLE_AUTO,
    IVC_NAGLE_ON,
    IVC_NAGLE_OFF,
} IvcNagle;

/** The choices of `nagle`, in the order of IvcNagle. */
extern const char *const ivc_tcp_nagle[];

/** Rows of a mechanism's table that say when a segment goes out; `field` is the IvcTcpSpec in its
 *  spec. */
#define IVC_TCP_SENDING_PARAM_ROWS(S, field)                                                       \
    {IVC_PARAM(S, field.initial_window, "initial_window"),                                         \
     .fallback = "10",                                                                             \
     .max = "65535",                                                                               \
     .kind = IVC_KIND_DOCUMENTED,                                                                  \
     .source = "RFC 6928, Linux TCP_INIT_CWND",                                                    \
     .sentence = "segments that a new connection may have under way; doubles every round trip "    \
                 "while that is too few; 0: wide open"},                                           \
        {IVC_PARAM(S, field.rcvbuf_initial, "rcvbuf_initial"), .fallback = "0B", .max = "16MiB",   \
         .sentence = "window that a new connection is told, of a segment at least; grows by what " \
                     "comes and is read, up to 'rcvbuf'; 0: all of it from the beginning"},        \
        {IVC_PARAM(S, field.sndbuf_initial, "sndbuf_initial"), .fallback = "0B", .max = "16MiB",   \
         .sentence = "send buffer that a new connection has, at least three segments; grows to "   \
                     "twice the congestion window, up to 'sndbuf'; 0: all of it from the "         \
                     "beginning"},                                                                 \
        {IVC_PARAM(S, field.nagle, "nagle"),                                                       \
         .fallback = "auto",                                                                       \
         .choices = ivc_tcp_nagle,                                                                 \
         .kind = IVC_KIND_DOCUMENTED,                                                              \
         .source = "MPICH source tree, ch3 sock: TCP_NODELAY; Linux: on where a socket asks for "  \
                   "nothing",                                                                      \
         .sentence = "Nagle's algorithm: one segment below the MTU under way, more bytes wait; "   \
                     "auto: not below message passing, which turns it off"},                       \
        {IVC_PARAM(S, field.recycle, "recycle"), .fallback = "false", .kind = IVC_KIND_DESIGN,     \
         .sentence = "memory of socket buffers is used again, the last freed first, as by the "    \
                     "kernel's lists; else each socket buffer of a ring keeps its own, but with "  \
                     "'netfront'"},                                                                \
        {IVC_PARAM(S, field.whole_segments, "whole_segments"), .fallback = "false",                \
         .kind = IVC_KIND_DOCUMENTED,                                                              \
         .source = "Linux 2.6.18: tcp_write_xmit() trims what it gives to a device with segment "  \
                   "offload; later only below Nagle's algorithm",                                  \
         .sentence = "a packet of several segments holds whole ones: what is left of a write "     \
                     "follows in a packet of its own"},                                            \
    {                                                                                              \
        IVC_PARAM(S, field.autocork, "autocork"),                                                  \
            .fallback = "true", .kind = IVC_KIND_DOCUMENTED,                                       \
            .source = "Linux 3.14 on: sysctl tcp_autocorking",                                     \
            .sentence = "small writes are gathered while the device holds an earlier packet; "     \
                        "only where the network can tell"                                          \
    }

#define IVC_TCP_STACK                                                                             \
    "assumed: native Linux is recalled at 3,000 to 10,000 cycles for a packet, both sides (2005 " \
    "to 2010)"

/** The rows of TCP's path that all mechanisms over it share; `field` is the IvcTcpSpec in the
 *  mechanism's spec. */
#define IVC_TCP_PATH_PARAM_ROWS(S, field)                                                        \
    IVC_TCP_SENDING_PARAM_ROWS(S, field),                                                        \
        {IVC_PARAM(S, field.ack_every, "ack_every"),                                             \
         .fallback = "2",                                                                        \
         .min = "1",                                                                             \
         .max = "64",                                                                            \
         .kind = IVC_KIND_DOCUMENTED,                                                            \
         .source = "RFC 1122 4.2.3.2: every second full segment",                                \
         .sentence = "segments of the MTU after which the receiver acknowledges"},               \
        {IVC_PARAM(S, field.ack_delay, "ack_delay"),                                             \
         .fallback = "40ms",                                                                     \
         .max = "1s",                                                                            \
         .kind = IVC_KIND_DOCUMENTED,                                                            \
         .source = "Linux TCP_DELACK_MIN",                                                       \
         .sentence = "time after which it acknowledges in any case"},                            \
        {IVC_PARAM(S, field.socket_call, "socket_call"),                                         \
         .fallback = "600cycles",                                                                \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_TCP_STACK,                                                                \
         .sentence = "socket layer of a read, write or poll, beyond the system call"},           \
        {IVC_PARAM(S, field.tx_segment, "tx_segment"),                                           \
         .fallback = "3000cycles",                                                               \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_TCP_STACK,                                                                \
         .sentence = "TCP and IP on sending a packet, of whatever size"},                        \
        {IVC_PARAM(S, field.rx_segment, "rx_segment"),                                           \
         .fallback = "3500cycles",                                                               \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_TCP_STACK,                                                                \
         .sentence = "IP and TCP on receiving a packet, of whatever size"},                      \
        {IVC_PARAM(S, field.ack_tx, "ack_tx"),                                                   \
         .fallback = "1500cycles",                                                               \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = IVC_TCP_STACK,                                                                \
         .sentence = "making a bare acknowledgement"},                                           \
    {                                                                                            \
        IVC_PARAM(S, field.ack_rx, "ack_rx"), .fallback = "1800cycles", .max = "1ms",            \
                                              .kind = IVC_KIND_ASSUMED, .source = IVC_TCP_STACK, \
                                              .sentence = "taking a bare acknowledgement"        \
    }

/** All rows of TCP of a mechanism whose defaults are those of a Xeon with segment offload: what
 *  differs is the MTU, its greatest value and where they are from, and the same of checksums. */
#define IVC_TCP_PARAM_ROWS(S, field, mtu_default, mtu_max, mtu_source, sum_default, sum_source) \
    {IVC_PARAM(S, field.mtu, "mtu"),                                                            \
     .fallback = mtu_default,                                                                   \
     .min = "576B",                                                                             \
     .max = mtu_max,                                                                            \
     .kind = IVC_KIND_DOCUMENTED,                                                               \
     .source = mtu_source,                                                                      \
     .sentence = "largest packet without segment offload"},                                     \
        {IVC_PARAM(S, field.sndbuf, "sndbuf"),                                                  \
         .fallback = "256KiB",                                                                  \
         .min = "4KiB",                                                                         \
         .max = "16MiB",                                                                        \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "assumed: auto-tuning moves it between 16 KiB and 4 MiB (tcp_wmem)",         \
         .sentence = "socket send buffer"},                                                     \
        {IVC_PARAM(S, field.rcvbuf, "rcvbuf"),                                                  \
         .fallback = "256KiB",                                                                  \
         .min = "4KiB",                                                                         \
         .max = "16MiB",                                                                        \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "assumed: auto-tuning moves it up from 128 KiB (tcp_rmem)",                  \
         .sentence = "socket receive buffer: the window"},                                      \
        IVC_TCP_PATH_PARAM_ROWS(S, field),                                                      \
        {IVC_PARAM(S, field.softirq, "softirq"),                                                \
         .fallback = "400cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = IVC_TCP_STACK,                                                               \
         .sentence = "entering and leaving the softirq"},                                       \
    {                                                                                           \
        IVC_PARAM(S, field.checksum_word, "checksum"),                                          \
            .fallback = sum_default, .max = "1us", .kind = IVC_KIND_DOCUMENTED,                 \
            .source = sum_source,                                                               \
            .sentence = "checksum of eight bytes, on each side; 0 when it is left out"          \
    }

/** Bytes of IP and TCP headers with time stamps, and of the Ethernet header. */
#define IVC_TCP_HEADERS 52u
#define IVC_TCP_FRAME 14u

/** Bytes of headers that a packet has from IP on. */
static inline uint32_t ivc_packet_headers(const IvcLink *link, const IvcSegment *segment)
{
    return G_UNLIKELY(link->tells) ? segment->headers : IVC_TCP_HEADERS;
}

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

/** Bytes of data in a segment: what the MTU leaves, and at most half of the largest window, as
 * Linux bounds it, so that a receiver with one unread segment can take another. */
static inline uint64_t ivc_tcp_mss(const IvcTcpSpec *spec)
{
    uint64_t mss = spec->mtu.n - IVC_TCP_HEADERS;
    return MIN(mss, spec->rcvbuf.n / 2);
}

/** Segments of the MTU that the largest packet carries, `gso` bytes with its headers, and at most
 * half of the largest window; 1: no offload. */
static inline uint64_t ivc_tcp_offload(const IvcTcpSpec *spec, IvcBytes gso)
{
    uint64_t data = gso.n > IVC_TCP_HEADERS ? gso.n - IVC_TCP_HEADERS : 0;
    return MAX(1, MIN(data, spec->rcvbuf.n / 2) / ivc_tcp_mss(spec));
}
