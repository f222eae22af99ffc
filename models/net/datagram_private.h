/** @file
 *  The state of datagrams: what datagram.c, datagram_receive.c and datagram_digest.c share, and
 *  what tcp.c hands on to them; nobody else includes it.
 */
#pragma once

#include "models/mpi/match.h"
#include "models/net/datagram.h"
#include "models/net/softirq_turn.h"
#include "models/net/tcp_private.h"

/** A packet of a datagram, or a fragment of it. */
typedef struct {
    IvcBuffer data;
    uint32_t index;    /**< in its pool */
    uint64_t bytes;    /**< of data */
    uint64_t datagram; /**< its number */
    uint64_t of;       /**< bytes of the whole datagram */
    uint32_t headers;  /**< on its way: bytes of them */
} Piece;

/** Packets that one end of a lane has made so far. The one that was freed last is used first. */
typedef struct {
    GPtrArray *all; /**< of Piece */
    GArray *spare;  /**< of uint32_t, a stack */
} Pool;

/** A queue of pieces of a pool, by their numbers. */
typedef struct {
    uint32_t *items;
    uint32_t capacity; /**< a power of two */
    uint32_t first;
    uint32_t n;
} PieceQueue;

/** One direction between two ranks: its socket at both ends. */
typedef struct Lane Lane;
struct Lane {
    uint32_t from, to;
    /* the sender's end */
    Pool out;
    PieceQueue waiting; /**< packets that wait for room in the device */
    uint64_t held;      /**< what its packets take of the send buffer */
    uint64_t leaving;   /**< of it, what the device has done with and not told yet */
    bool transmitting;  /**< somebody sends: others leave it to him */
    bool restarting;    /**< the softirq does, because there was room again */
    bool wants_room;
    const Piece *sending;
    struct {
        IvcLabel label;
        IvcPayload part;
        IvcLinkFrame link;
    } transmit;
    /* the receiver's end */
    Pool in;
    PieceQueue queue;       /**< the packets of `ready` datagrams, and `partial` of another one */
    uint32_t ready;         /**< datagrams in the socket */
    uint32_t partial;       /**< packets of the datagram that is being put together */
    uint64_t partial_bytes; /**< data in them */
    uint32_t echoed;        /**< of them, those that have been copied into the answer */
    uint64_t held_in;       /**< what the socket's packets take of the receive buffer */
    /* what the simulation knows */
    IvcArrivals sent;     /**< datagrams neither received nor settled as lost */
    Lane *book;           /**< where these are: with echoes, the lane of the answers */
    const uint64_t *base; /**< messages that its reader has had */
};

/** What has become of a datagram in `sent`. */
enum { UNDER_WAY, LOST };

/** Where one was dropped. */
enum { PLACE_SOCKET, PLACE_DEVICE, PLACE_NETWORK, PLACES };

/** A rank's sockets. */
typedef struct {
    IvcDatagrams *datagrams;
    bool receives;    /**< its process sleeps in recvfrom() */
    IvcTimer retry;   /**< its process has waited for an answer for long enough */
    GPtrArray *lanes; /**< of Lane, that it sends on */
    uint64_t done;    /**< of a sendto(): bytes in packets */
} SocketEnd;

struct IvcDatagrams {
    IvcPlatform *platform;
    const IvcDatagramSpec *spec;
    IvcTcp *tcp;
    IvcRank *ranks;
    uint32_t stage0;
    uint64_t packet;   /**< data with the header of UDP in a packet of the MTU */
    uint64_t fragment; /**< the same in a fragment: a multiple of eight */
    SocketEnd *ends;
    IvcSoftirqTurn *turns; /**< of each core */
    IvcPairs lanes;        /**< of Lane; both directions are made at once */
    struct {
        IvcTime turn, udp_tx, udp_rx, ip_tx, ip_rx, icmp;
    } t;
    uint64_t datagrams; /**< sent */
    uint64_t packets;   /**< of them */
    uint64_t received;
    uint64_t drops[PLACES];
    uint64_t in_flight;
};

/** The lane between two ranks; who asks first opens both ways. */
Lane *ivc_datagram_lane(IvcDatagrams *datagrams, uint32_t from, uint32_t to);

Piece *ivc_piece_take(IvcDatagrams *datagrams, Pool *pool);
void ivc_piece_free(Pool *pool, Piece *piece);
void ivc_pieces_push(PieceQueue *queue, const Piece *piece);
Piece *ivc_pieces_at(const PieceQueue *queue, const Pool *pool, uint32_t i);
Piece *ivc_pieces_pop(PieceQueue *queue, const Pool *pool);

/** What a packet takes of a socket's buffer. */
static inline uint64_t ivc_piece_cost(const IvcDatagrams *datagrams, const Piece *piece)
{
    return datagrams->spec->overhead.n + piece->bytes;
}

/** Makes a packet that goes out on a lane: the one from byte `at` of a datagram on. */
Piece *ivc_datagram_piece(IvcDatagrams *datagrams, Lane *lane, uint64_t datagram, uint64_t of,
                          uint64_t at, uint64_t bytes);

/** A datagram is lost: the first of its packets that was dropped says where. */
void ivc_datagram_lose(IvcDatagrams *datagrams, Lane *lane, uint64_t datagram, int place);

/** Sends the packets that wait, as far as the device has room. */
IvcStep ivc_datagrams_transmit(IvcDatagrams *datagrams, IvcAgent *agent, Lane *lane);

/* What tcp.c hands on. */

/** The turn of the softirqs on an agent's core. */
static inline IvcSoftirqTurn *ivc_datagrams_turn(const IvcDatagrams *datagrams,
                                                 const IvcAgent *agent)
{
    return &datagrams->turns[agent->core->id];
}

IvcBuffer *ivc_datagrams_place(IvcDatagrams *datagrams, uint32_t from, uint32_t to, uint64_t bytes,
                               uint32_t *ret_skb, uint64_t *ret_at);
IvcStep ivc_datagrams_receive(IvcDatagrams *datagrams, IvcAgent *agent, uint32_t from, uint32_t to,
                              const IvcSegment *segment, uint32_t skb);
IvcStep ivc_datagrams_respond(IvcDatagrams *datagrams, IvcAgent *agent, uint32_t to);
IvcStep ivc_datagrams_restart(IvcDatagrams *datagrams, IvcAgent *agent, uint32_t from, uint32_t to);
void ivc_datagrams_stamp(IvcDatagrams *datagrams, uint32_t from, uint32_t to, IvcSegment *segment);
void ivc_datagrams_segment_digest(const IvcDatagrams *datagrams, uint32_t from, uint32_t to,
                                  const IvcSegment *segment, IvcDigest *digest);
void ivc_datagrams_place_digest(const IvcDatagrams *datagrams, uint32_t from, uint32_t to,
                                uint32_t skb, IvcDigest *digest);
void ivc_datagrams_payload_digest(const IvcDatagrams *datagrams, uint32_t from, uint32_t to,
                                  const IvcPayload *payload, IvcDigest *digest);
