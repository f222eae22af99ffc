/** @file
 *  The state of the network cards: what nic.c and nic_digest.c share; nobody else includes it.
 */
#pragma once

#include "models/net/backlog.h"
#include "models/net/nic.h"
#include "models/net/tcp.h"

/** A frame on its way, or in the receiver's ring. */
typedef struct {
    uint32_t from;
    IvcTime arrives_ps; /**< when it is in the receiver's memory */
    IvcSegment segment;
    bool lost; /**< it found the ring full */
} Frame;

/** A packet in the sender's ring. */
typedef struct {
    IvcTime leaves_ps;
    uint32_t to;
    uint64_t bytes;     /**< of IP */
    IvcSegment segment; /**< over a path: what it carries */
    IvcPayload payload; /**< of a datagram, whose socket waits to be rid of it */
} SentPacket;

typedef struct Nics Nics;

/** A rank's card and driver. */
typedef struct {
    Nics *nics;
    uint32_t rank;
    IvcTime sent_ps;    /**< up to when its wire to the switch is busy */
    IvcTime arrived_ps; /**< up to when its wire from the switch is */
    IvcTime fetched_ps; /**< up to when it fetches from memory */
    IvcTime written_ps; /**< up to when it writes to memory */
    IvcBacklog sending; /**< SentPacket: the ring, in order */
    IvcBacklog frames;  /**< Frame: for this rank, in the order of arrival */
    uint32_t read;      /**< over a path: the first so many packets of the ring were read */
    uint64_t read_data; /**< and so many bytes of the next one's data */
    uint32_t seen;      /**< of datagrams' frames: the first so many have come to the ring */
    uint32_t held;      /**< and so many of them are in it */
    bool stopped;       /**< TCP found the ring full */
    bool asserted;      /**< the interrupt is here, and not handled */
    bool polling;       /**< NAPI: the softirq looks by itself, and the card is silent */
    bool waking;        /**< the idle core is on its way back */
    IvcTimer interrupt;
    IvcSignal line;
    IvcAgent handler;
    uint32_t from;      /**< these five: what the softirq takes */
    IvcSegment segment; /**< one frame, or several joined */
    uint32_t skb;
    uint32_t joined; /**< frames */
    struct {
        IvcLabel label;
    } handler_frame, poll_frame;
    char name[24];
} Nic;

struct Nics {
    IvcLink head;
    IvcPlatform *platform;
    const IvcNicSpec *spec;
    IvcNicPath *path; /**< NULL: a wire */
    uint64_t mss;
    uint64_t merged_max; /**< bytes of joined frames */
    uint32_t stage0;
    uint32_t n;
    Nic *nics;
    struct {
        IvcTime idle_wake, irq, tx, tx_done, rx, gro_merge;
    } t;
    uint64_t sent, taken; /**< frames */
    uint64_t unread;      /**< packets that a path has not sent all of */
    uint64_t packets;
    uint64_t interrupts;
    uint64_t over_ring;
    uint64_t stops;
};

/* nic_digest.c */
void ivc_nic_digest(const IvcLink *link, IvcDigest *digest);
void ivc_nic_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                          uint32_t to, IvcDigest *digest);
