/** @file
 *  The state of the packet FIFOs: what xen_fifo.c, xen_fifo_io.c and xen_fifo_digest.c share;
 *  nobody else includes it.
 */
#pragma once

#include "models/guard/guard.h"
#include "models/net/backlog.h"
#include "models/net/over_tcp.h"
#include "models/net/rank_sets.h"
#include "models/xen/byte_ring.h"
#include "models/xen/connect.h"
#include "models/xen/event_channel.h"
#include "sim/model/pairs.h"

/** Bytes before each packet in the FIFO: its length and kind. Packets begin at multiples of it. */
#define XEN_FIFO_ENTRY 8u

/** Parameters beside those of the sock channel and TCP; rows in xen_fifo.c. */
typedef struct {
    IvcXenSpec xen;
    IvcXenConnectSpec connect;
    IvcBytes fifo;
    IvcBytes gso;
    bool fragments;
    bool suppress;
    uint64_t waiting;
    IvcCost hook;
    IvcCost put;
    IvcCost tasklet;
    IvcCost take;
    IvcGuardSpec guard;
} XenFifoSpec;

typedef enum {
    XEN_FIFO_HOOK = OVER_TCP_STAGES,
    XEN_FIFO_CONTROL,
    XEN_FIFO_COPY_IN,
    XEN_FIFO_COPY_OUT,
    XEN_FIFO_GUARD,                               /**< the first of guard.h's */
    XEN_FIFO_XEN = XEN_FIFO_GUARD + GUARD_STAGES, /**< the first of the hypervisor's */
    XEN_FIFO_CONNECT = XEN_FIFO_XEN + XEN_GRANT,  /**< nothing is granted later */
    XEN_FIFO_DATAGRAM,
    XEN_FIFO_STAGES = XEN_FIFO_DATAGRAM + DATAGRAM_STAGES,
} XenFifoStage;

typedef struct XenFifos XenFifos;

/** A packet on the sender's list: its data is still where TCP has it. */
typedef struct {
    IvcSegment segment;
    IvcPayload payload;
} WaitingPacket;

/** One direction between two ranks. */
typedef struct {
    XenFifos *fifos;
    uint32_t from, to;
    IvcXenByteRing fifo;
    IvcBuffer *pages;
    IvcBacklog packets; /**< IvcSegment: in the FIFO */
    IvcBacklog waiting; /**< WaitingPacket: not yet in it */
    bool filling;       /**< somebody puts packets into it */
    bool stopped;       /**< TCP was told that there is no room */
    IvcXenPort port;    /**< at the receiver: packets here, room the other way */
    IvcLine own_line;   /**< positions and requests of both directions: they share a line */
    IvcLine *control;   /**< that of the direction from the lower rank */
    struct {
        IvcLabel label;
    } fill_frame, move_frame;
    uint32_t piece; /**< bytes that are being copied in */
    uint32_t done;  /**< bytes of the packet that have been */
} FifoWay;

/** A rank's end. */
typedef struct {
    XenFifos *fifos;
    uint32_t rank;
    IvcXenVcpu vcpu;
    uint32_t from;      /**< whom the tasklet is busy with */
    IvcSegment segment; /**< the packet that it takes */
    uint32_t skb;       /**< these three: where its data goes */
    IvcBuffer *place;
    uint64_t at;
    uint32_t piece, done; /**< as in a way, copied out */
    struct {
        IvcLabel label;
    } poll_frame, take_frame;
} FifoEnd;

struct XenFifos {
    IvcLink head;
    IvcPlatform *platform;
    const XenFifoSpec *spec;
    IvcXen xen;
    IvcXenConnect *connect;
    uint32_t stage0; /**< of TCP */
    uint32_t n;
    FifoEnd *ends;
    IvcPairs ways; /**< of FifoWay; both directions are made at once */
    size_t words;  /**< of a row of the set below */
    uint64_t *due; /**< for each rank, whose events it has to look at */
    IvcTime hook, put, tasklet, take;
    IvcGuard guard;
    uint64_t sent, taken; /**< packets */
    uint64_t queued;      /**< packets that had to wait for room */
    uint64_t full;        /**< times that the sender asked for room */
    uint64_t stops;       /**< times that TCP was told to wait */
};

static inline FifoWay *xen_fifo_way(const XenFifos *fifos, uint32_t from, uint32_t to)
{
    return ivc_pairs_find(&fifos->ways, from, to);
}

/** Bytes that a packet takes in the FIFO: so many with its headers. */
static inline uint32_t xen_fifo_entry(uint64_t bytes)
{
    uint64_t all = XEN_FIFO_ENTRY + bytes;
    return (uint32_t)((all + XEN_FIFO_ENTRY - 1) / XEN_FIFO_ENTRY * XEN_FIFO_ENTRY);
}

/** The same of a packet's. */
static inline uint32_t xen_fifo_bytes(const XenFifos *fifos, const IvcSegment *segment)
{
    return xen_fifo_entry(ivc_packet_headers(&fifos->head, segment) + segment->bytes);
}

/** What stands before its data: notes, headers, and what fills the entry up, so that a FIFO is
 *  written and read without gaps. */
static inline uint32_t xen_fifo_head(const XenFifos *fifos, const IvcSegment *segment)
{
    return xen_fifo_bytes(fifos, segment) - (uint32_t)segment->bytes;
}

/* xen_fifo_io.c */
void ivc_xen_fifo_open(IvcLink *link, uint32_t from, uint32_t to);
bool ivc_xen_fifo_room(IvcLink *link, uint32_t from, uint32_t to);
IvcStep ivc_xen_fifo_send(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                          const IvcPayload *payload, IvcLinkFrame *frame);
bool ivc_xen_fifo_due(const IvcLink *link, uint32_t rank);
IvcStep ivc_xen_fifo_poll(IvcLink *link, IvcAgent *agent, uint32_t rank);

/* xen_fifo_digest.c */
void ivc_xen_fifo_digest(const IvcLink *link, IvcDigest *digest);
void ivc_xen_fifo_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest);
