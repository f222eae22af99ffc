/** @file
 *  The state of TCP: what tcp.c and tcp_digest.c share; nobody else includes it.
 */
#pragma once

#include "models/net/rank_sets.h"
#include "models/net/tcp.h"
#include "sim/model/pairs.h"

/** Small packets share a page. */
#define JOINED_BYTES 4096

/** The memory of a socket buffer. */
typedef struct IvcTcpData IvcTcpData;
struct IvcTcpData {
    IvcBuffer buffer; /**< first: a payload is known by it */
    uint32_t skb;     /**< index of the socket buffer that has it */
    IvcTcpData *next; /**< among those that none has */
};

/** Memory that no socket buffer has. */
typedef struct {
    IvcTcpData *first, *last;
    uint32_t n;
} IvcTcpFree;

/** A socket buffer of at most one packet; all zeros before its first use. */
typedef struct {
    IvcTcpData *data;
    uint64_t bytes;
    uint64_t reserved; /**< incoming: bytes that have their place here, come or not */
    uint64_t sent;     /**< outgoing: so many of them */
    uint64_t read;     /**< taken by the reader */
    uint64_t end;      /**< stream position after it, once sent */
    IvcTime sent_ps;   /**< when its latest part was sent */
} Skb;

/** One direction between two ranks: its socket at both ends. */
typedef struct {
    Skb *out;
    uint32_t out_first, out_sent,
        out_n;           /**< first unacknowledged; how many sent; how many in all */
    bool filling;        /**< a writer adds to the last one */
    bool transmitting;   /**< the process is sending: the softirq leaves it to it */
    bool draining;       /**< a softirq is sending: on another core, the process leaves it to it */
    uint64_t end;        /**< bytes written */
    uint64_t next;       /**< bytes sent */
    uint64_t una;        /**< bytes acknowledged */
    uint64_t edge;       /**< how far the receiver allows */
    uint64_t window;     /**< bytes that may be under way: the congestion window */
    uint64_t round_trip; /**< smoothed, in eighths of a microsecond, as Linux keeps it */
    uint64_t small;      /**< end of the last sent segment below the MTU; counts while not
                              acknowledged */
    bool wants_room;
    Skb *in;
    uint32_t in_first, in_n;
    uint64_t arrived;  /**< bytes received */
    uint64_t consumed; /**< bytes read */
    uint64_t acked;    /**< bytes acknowledged by the receiver */
    uint64_t offered;  /**< the edge it told last */
    uint32_t unacked_segments;
    bool quick;      /**< the next acknowledgement is not delayed */
    uint64_t told;   /**< the window, were nothing unread */
    uint64_t room;   /**< that the window can grow to: what the receive buffer has grown to */
    uint64_t latest; /**< bytes that the reader took in a round trip, the most so far */
    uint64_t
        read_from;   /**< position of the reader when the round trip began that is being measured */
    IvcTime read_ps; /**< and when that was */
} Way;

/** The frame of sending what the window allows. */
typedef struct {
    IvcLabel label;
    uint32_t skb;
    IvcPayload part; /**< of the socket buffer that is being sent */
    IvcLinkFrame link;
} IvcTcpTransmit;

/** A rank's network stack. */
typedef struct {
    IvcTcp *tcp;
    uint32_t rank;
    IvcSleeper sleeper; /**< its process: in poll, or for room */
    bool polls;         /**< it sleeps in poll */
    IvcAgent softirq;
    bool ack_due;   /**< the delay of some acknowledgement is over */
    bool ack_held;  /**< the network had no room for one */
    bool restarted; /**< the network has room again */
    IvcSignal work;
    IvcTimer ack_timer;
    struct {
        IvcLabel label;
    } soft_frame, packet_frame;
    struct {
        IvcLabel label;
        IvcLinkFrame link;
    } ack_frame;
    IvcTcpFree free_out; /**< the last freed is the next used: the kernel's lists of pages */
    IvcTcpFree free_in;  /**< the first freed, while as much as the driver posts ahead stays */
    IvcTcpTransmit transmit;
    IvcTcpTransmit writing; /**< the same of the process, in a write */
    uint32_t as;   /**< whose packets the softirq takes: its own, or those of another core's rank */
    uint32_t from; /**< whom it is busy with */
    Way *in;       /**< both ways between them */
    Way *out;
    char name[24];
} Stack;

struct IvcTcp {
    IvcStreams head;
    IvcPlatform *platform;
    const IvcTcpSpec *spec;
    IvcLink *link;
    IvcLinkOps net; /**< the network's hooks, without the way to them */
    uint32_t stage0;
    uint32_t n;
    uint32_t n_out;
    uint32_t n_in;
    uint32_t ack_every;
    uint64_t rcvbuf;  /**< of a socket; these two are of the spec, at hand */
    uint64_t window;  /**< that a connection begins with */
    uint64_t mss;     /**< data in a packet of the MTU */
    bool nagle;       /**< small segments wait */
    uint64_t segment; /**< data in the largest packet: as many of them as the network takes */
    uint64_t joined;  /**< arriving bytes that share a socket buffer */
    Stack *stacks;
    GPtrArray *data; /**< of IvcTcpData: all, in chunks */
    IvcTcpData *fresh;
    uint32_t fresh_left; /**< of the latest chunk: never used */
    uint32_t posted;     /**< socket buffers whose memory the driver has posted ahead */
    IvcPairs ways;       /**< of Way; both directions of a connection are made at once */
    size_t words;       /**< of a row of the sets below, each by the rank whose stack looks at it */
    uint64_t *readable; /**< from whom there is something to read */
    uint64_t *unacked;  /**< from whom there are segments to acknowledge */
    uint64_t *blocked;  /**< to whom data waits for room in the network; NULL: it does not say */
    struct {
        IvcTime socket_call, tx_segment, rx_segment, ack_tx, ack_rx, softirq, checksum_word;
    } t;
    uint64_t segments;
    uint64_t acks;
    struct IvcDatagrams *datagrams; /**< take its place on this stack; NULL: TCP is spoken */
};

static inline IvcTcp *tcp_of(const IvcStreams *streams)
{
    return (IvcTcp *)streams;
}

/** The stack of a softirq: that of the core on which a packet is taken. */
static inline Stack *stack_of(IvcAgent *softirq)
{
    return (Stack *)((char *)softirq - offsetof(Stack, softirq));
}

static inline Way *way_of(const IvcTcp *tcp, uint32_t from, uint32_t to)
{
    return ivc_pairs_find(&tcp->ways, from, to);
}

static inline Skb *out_at(const IvcTcp *tcp, const Way *way, uint32_t i)
{
    return &way->out[(way->out_first + i) % tcp->n_out];
}

static inline void mark(const IvcTcp *tcp, uint64_t *set, uint32_t row, uint32_t rank, bool on)
{
    ivc_rank_mark(set, tcp->words, row, rank, on);
}

static inline uint32_t next_marked(const IvcTcp *tcp, const uint64_t *set, uint32_t row,
                                   uint32_t at)
{
    return ivc_rank_next(set, tcp->words, row, at);
}

/* tcp.c: sending. */
/** Sends what the windows allow; run by the process or by the softirq of rank `from`. */
IvcStep ivc_tcp_transmit(IvcTcp *tcp, IvcAgent *agent, uint32_t from, uint32_t to,
                         IvcTcpTransmit *f);
/** The size of the send buffer now. */
uint64_t ivc_tcp_sndbuf(const IvcTcp *tcp, const Way *way);
/** Bytes that a writer may add now. */
uint64_t ivc_tcp_room(const IvcTcp *tcp, const Way *way);
/** Whether it is worth a write. As Linux: a writer is woken when a third of its buffer is free. */
static inline bool ivc_tcp_worth_a_write(const IvcTcp *tcp, const Way *way)
{
    return ivc_tcp_room(tcp, way) >= ivc_tcp_sndbuf(tcp, way) / 3;
}
/** Prepares a socket buffer for new bytes. */
Skb *ivc_tcp_skb_empty(IvcTcp *tcp, Skb *skb, uint32_t index, IvcTcpFree *from, uint32_t stay);

/* tcp_softirq.c */
/** Starts a rank's softirq. */
void ivc_tcp_stack_init(IvcTcp *tcp, uint32_t rank);

/* tcp_data.c: the memory of socket buffers. */
/** Gives each socket buffer of a ring memory of its own, where none is used again. */
void ivc_tcp_data_own(IvcTcp *tcp, Skb *skbs, uint32_t n);
void ivc_tcp_data_take(IvcTcp *tcp, Skb *skb, uint32_t index, IvcTcpFree *from, uint32_t stay);
void ivc_tcp_data_give(IvcTcp *tcp, Skb *skb, IvcTcpFree *to, bool last);

/** Segments that a reader is first thought to take in a round trip: Linux's TCP_INIT_CWND. */
#define IVC_TCP_LATEST_SEGMENTS 10u

/* tcp_window.c: how the receiver's window grows. */
/** The position up to which the sender may send. */
uint64_t ivc_tcp_edge(const IvcTcp *tcp, const Way *way);
void ivc_tcp_window_init(const IvcTcp *tcp, Way *way);
/** A packet has come. */
void ivc_tcp_window_arrived(const IvcTcp *tcp, Way *way, uint64_t bytes);
/** The reader has taken bytes. */
void ivc_tcp_window_read(const IvcTcp *tcp, Way *way);
void ivc_tcp_window_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest);

/* tcp_digest.c */
void ivc_tcp_digest(const IvcStreams *streams, IvcDigest *digest);
void ivc_tcp_frame_digest(const IvcStreams *streams, const IvcStreamFrame *frame, uint32_t from,
                          uint32_t to, IvcDigest *digest);
