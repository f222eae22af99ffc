/** @file
 *  The network below TCP: what TCP asks of it, and what it hands up. TCP does not know which one
 *  it is: a virtual network of two drivers that share a ring (virtual_link.c), netfront, netback
 * and a bridge in a driver domain (netfront.c), FIFOs that two guests share (xen_fifo.c), the
 * loopback device of one guest (loopback.c), or two machines' cards and a wire (nic.c).
 */
#pragma once

#include "sim/model/platform.h"

typedef struct IvcTcp IvcTcp;
typedef struct IvcLink IvcLink;

/** What a packet carries: data of one connection, and an acknowledgement of the other way; or data
 *  of a datagram. */
typedef struct {
    uint64_t bytes; /**< of data; 0: it only acknowledges */
    union {
        uint64_t ack;      /**< position in the stream of the other way up to which all has come */
        uint64_t datagram; /**< which one */
    };
    union {
        uint64_t edge; /**< position up to which the sender of the other way may send */
        struct {
            uint32_t of;      /**< bytes of the whole datagram */
            uint32_t headers; /**< bytes of IP's and, in its first packet, UDP's or ICMP's */
        };
    };
} IvcSegment;

/** The data of a segment, where the sending TCP keeps it until it is acknowledged. */
typedef struct {
    IvcBuffer *buffer; /**< NULL: none */
    uint64_t at;
    uint64_t bytes;
} IvcPayload;

/** The frame of a send; its owner keeps it, and feeds it to digests. */
typedef struct {
    IvcLabel label;
    uint32_t slots;
    IvcSegment segment;
    IvcBuffer *staged; /**< copied here on the way */
} IvcLinkFrame;

/** What a network provides. All hooks are required unless said otherwise. */
typedef struct {
    /** TCP is there: agents may be made. */
    void (*start)(IvcLink *link);
    void (*free)(IvcLink *link);
    /** A rank's part of the set-up, before any packet. NULL: none. */
    IvcStep (*setup)(IvcLink *link, IvcAgent *agent, uint32_t rank);
    /** A direction between two ranks is used for the first time. NULL: nothing to do. */
    void (*open)(IvcLink *link, uint32_t from, uint32_t to);
    /** Whether a packet can be handed over now. When not, and `restarts` is set,
     *  ivc_tcp_link_ready() follows. */
    bool (*room)(IvcLink *link, uint32_t from, uint32_t to);
    /** Sends a packet, as part of `agent` on the core of rank `from`. There was room. */
    IvcStep (*send)(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                    const IvcPayload *payload, IvcLinkFrame *frame);
    /** Whether the device holds packets that it was given and has not sent; when it is rid of some,
     *  ivc_tcp_link_ready() follows. NULL: it cannot tell. */
    bool (*holds)(const IvcLink *link, uint32_t from, uint32_t to);
    /** Whether the softirq of a rank has something to do for the network. */
    bool (*due)(const IvcLink *link, uint32_t rank);
    /** That part of the softirq, which `agent` is: hands packets up by ivc_tcp_receive() and
     * ivc_tcp_respond(). */
    IvcStep (*poll)(IvcLink *link, IvcAgent *agent, uint32_t rank);
    /** The core whose softirq a rank's stack runs in. NULL, or NULL returned: the rank's own. */
    IvcCore *(*softirq_core)(IvcLink *link, uint32_t rank);
    /** The process of rank `to` has read up to a position in the stream. NULL: nothing to do. */
    void (*read)(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to, uint64_t position);
    /** Packets that were sent and not handed up, dropped ones left out. NULL: TCP sees them all. */
    uint64_t (*in_flight)(const IvcLink *link);
    void (*digest)(const IvcLink *link, IvcDigest *digest);
    /** Feeds a frame of a send from rank `from`. */
    void (*frame_digest)(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from, uint32_t to,
                         IvcDigest *digest);
} IvcLinkOps;

/** Every network begins with this. */
struct IvcLink {
    const IvcLinkOps *ops;
    IvcTcp *tcp;
    uint32_t window;       /**< packets of one connection that can be under way */
    uint64_t segment_mtus; /**< segments of the MTU that one packet may carry; 1: no offload */
    bool restarts; /**< it says when there is room again; below TCP, unless there always is */
    bool tells; /**< set by datagrams: it may drop packets, and calls the three functions below */
    bool recycles;         /**< memory of socket buffers is used again as the kernel's pages are */
    bool stored;           /**< somebody runs what sets it up: see IvcStreams */
    uint64_t posted_bytes; /**< that the driver posts ahead for what arrives */
};

/* ---- what TCP provides to it ---- */

/** Fills in what the stack of `from` knows now about both ways; the segment goes out now. */
void ivc_tcp_stamp(IvcTcp *tcp, uint32_t from, uint32_t to, IvcSegment *segment);

/** Finds the place for bytes that arrive at `to`. @return where they are to be copied */
IvcBuffer *ivc_tcp_place(IvcTcp *tcp, uint32_t from, uint32_t to, uint64_t bytes, uint32_t *ret_skb,
                         uint64_t *ret_at);

/** IP and TCP take a segment whose data lies in `skb`; `agent` is the softirq of `to`, or that of
 *  another rank on whose core packets for `to` are taken. The segment must stay where it is. */
IvcStep ivc_tcp_receive(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to,
                        const IvcSegment *segment, uint32_t skb);

/** The data of a segment in `skb` joins what ivc_tcp_receive() took last (GRO): no time passes. */
void ivc_tcp_merge(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcSegment *segment,
                   uint32_t skb);

/** Data received so far at `to`: a position in the stream. */
uint64_t ivc_tcp_arrived(const IvcTcp *tcp, uint32_t from, uint32_t to);

/** What follows from the segment that `to` received last: processes are woken, segments
 *  acknowledged and sent. */
IvcStep ivc_tcp_respond(IvcTcp *tcp, IvcAgent *agent, uint32_t to);

/** The softirq of a rank has something to do. */
void ivc_tcp_raise(IvcTcp *tcp, uint32_t rank);

/** There is room again for packets of this rank. */
void ivc_tcp_link_ready(IvcTcp *tcp, uint32_t rank);

/* A network that `tells` (and for each packet with data) calls these: */

/** The bytes of a packet from rank `from` are not needed any more. */
void ivc_tcp_done(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcPayload *payload);

/** The driver of a rank has taken back all packets for which ivc_tcp_done() was called.
 *  @return true when its process was woken for that: the caller charges it */
bool ivc_tcp_freed(IvcTcp *tcp, uint32_t rank);

/** How long a softirq of the network may find packets without end before it makes way for processes
 *  that wait for its core. 0: it need not, because windows bound what is under way. */
IvcTime ivc_tcp_turn_ps(const IvcTcp *tcp);

/** The turn of the softirqs on an agent's core: see softirq_turn.h. With datagrams only. */
struct IvcSoftirqTurn *ivc_tcp_turn(const IvcTcp *tcp, const IvcAgent *agent);

/** Whether the process of a rank waits for the core of an agent. With datagrams only. */
bool ivc_tcp_process_waits(const IvcTcp *tcp, uint32_t rank, const IvcAgent *agent);

/** A packet was dropped on its way; ivc_tcp_done() is called all the same. */
void ivc_tcp_dropped(IvcTcp *tcp, uint32_t from, uint32_t to, const IvcSegment *segment);

/** Feeds a segment on its way: positions count by their distance from what was read. */
void ivc_tcp_segment_digest(const IvcTcp *tcp, uint32_t from, uint32_t to,
                            const IvcSegment *segment, IvcDigest *digest);

/** Feeds a place that ivc_tcp_place() gave, by its distance from the first. */
void ivc_tcp_place_digest(const IvcTcp *tcp, uint32_t from, uint32_t to, uint32_t skb,
                          IvcDigest *digest);

/** Feeds which bytes of the sending TCP a packet on its way stands for. */
void ivc_tcp_payload_digest(const IvcTcp *tcp, uint32_t from, uint32_t to,
                            const IvcPayload *payload, IvcDigest *digest);
