/** @file
 *  The split driver's state: what netfront.c, frontend.c, netback.c and netfront_digest.c share;
 *  nobody else includes it.
 */
#pragma once

#include "models/net/over_tcp.h"
#include "models/net/softirq_turn.h"
#include "models/xen/event_channel.h"
#include "models/xen/grant.h"
#include "models/xen/ring.h"
#include "models/xen/xenbus.h"

#define PAGE_BYTES 4096u
#define HEADER_BYTES (IVC_TCP_HEADERS + IVC_TCP_FRAME)

typedef struct Netfront Netfront;
typedef struct Packet Packet;
typedef struct Queue Queue;
typedef struct Vif Vif;
typedef struct BackCpu BackCpu;

/** How netback puts data before a guest. */
typedef enum {
    GIVE_COPY,   /**< copies by grant into pages that the guest has posted */
    GIVE_PAGES,  /**< gives its own pages away, for empty ones */
    GIVE_STAGED, /**< copies into pages of the guest that stay mapped; the guest copies them out */
} NetfrontGive;

/** What the two generations of netback do in their own way. */
typedef struct {
    void (*init_cpu)(BackCpu *cpu);
    void (*init)(Queue *queue);
    /** A packet waits for its guest. @return true when somebody was woken for it */
    bool (*waits)(Queue *to);
    /** Slots whose data has been delivered are to be answered. @return the same */
    bool (*delivered)(Queue *from);
    void (*digest)(const Queue *queue, IvcDigest *digest);
} NetbackOps;

/** What a value of `variant` stands for. */
typedef struct {
    const NetbackOps *back;
    NetfrontGive give;
    bool tasklets;  /**< one vCPU does all, and the limit on pending slots holds for all together */
    bool maps_head; /**< the page with the headers is mapped as the others, not copied from */
    bool staged;    /**< the guest copies what it sends into pages that stay granted and mapped */
    bool copies_in; /**< netback copies what is sent into pages of its own, and answers at once */
} NetfrontVariant;

typedef enum { NETFRONT_WAIT, NETFRONT_DROP } NetfrontOverflow;

/** Parameters beside those of the sock channel and TCP; rows in netfront.c. */
typedef struct {
    IvcXenSpec xen;
    const char *driver_domain;
    int variant;  /**< row of ivc_netfront_variants */
    int overflow; /**< NetfrontOverflow */
    uint64_t queues;
    int gro;
    uint64_t ring;
    uint64_t slots_max;
    uint64_t pending;
    uint64_t back_budget;
    uint64_t rx_batch;
    uint64_t copy_batch;
    uint64_t map_batch;
    uint64_t front_budget;
    IvcBytes gso;
    IvcBytes pull;
    uint64_t queue_limit;
    IvcBytes queue_bytes;
    IvcCost front_tx, front_tx_slot, front_tx_done;
    IvcCost front_rx, front_rx_slot;
    IvcCost back_poll;
    IvcCost back_tx, back_tx_slot, back_tx_done;
    IvcCost bridge;
    IvcCost back_rx, back_rx_slot;
    IvcCost gro_segment;
    IvcXenBusSpec bus;
} NetfrontSpec;

typedef enum {
    NETFRONT_BACK_TX = OVER_TCP_STAGES,
    NETFRONT_BRIDGE,
    NETFRONT_BACK_RX,
    NETFRONT_COPY_GRANT,
    NETFRONT_COPY_STAGING,
    NETFRONT_XEN,                                  /**< the first of the hypervisor's */
    NETFRONT_DATAGRAM = NETFRONT_XEN + XEN_STAGES, /**< the first of UDP's */
    NETFRONT_CONNECT = NETFRONT_DATAGRAM + DATAGRAM_STAGES,
    NETFRONT_STAGES,
} NetfrontStage;

/** A packet between the sender's ring and the receiver's. */
struct Packet {
    Packet *next;
    uint32_t from, to;
    uint32_t head_slots;  /**< answered before the bridge has its turn */
    uint32_t grant_slots; /**< answered when the receiver has the data */
    IvcSegment segment;
    IvcPayload payload;    /**< where its data lies now */
    IvcPayload sent;       /**< where its sender had it */
    const IvcBuffer *pool; /**< the payload lies in a buffer of this pool; NULL: where TCP has it */
    uint64_t end;          /**< stream position after it, while dom0's reader has not read it */
};

typedef struct {
    Packet *first, *last;
    uint32_t n;
} PacketList;

/** Pages that serve in turn, each a buffer for one packet. */
typedef struct {
    IvcBuffer *buffers;
    uint32_t size;  /**< pages in all, and buffers */
    uint32_t next;  /**< buffer */
    uint32_t pages; /**< in this round */
} PagePool;

/** A packet in the receiver's ring. */
typedef struct {
    uint32_t from;
    uint32_t slots;
    uint32_t skb;
    IvcSegment segment;
    IvcBuffer *staged; /**< the data is still here; NULL: in its place */
} Arrival;

/** A vCPU of the driver domain. */
struct BackCpu {
    Netfront *net;
    uint32_t number;
    IvcXenVcpu vcpu;
    IvcAgent softirq;
    IvcSignal work;
    Queue *first, *last; /**< that netback polls */
    Queue *polled;       /**< the one that it is busy with */
    PacketList batch;
    uint32_t taken; /**< packets of the batch */
    struct {
        IvcLabel label;
    } frame, poll_frame, forward_frame;
    /* tasklets */
    bool starved;               /**< too many slots are pending, over all queues */
    bool gives_due;             /**< something may wait for a guest that can take it */
    bool answers_due;           /**< slots are to be answered */
    uint32_t giving, answering; /**< number of the queue that they are busy with */
    struct {
        IvcLabel label;
    } give_frame, answer_frame;
    char name[24];
};

/** A queue of a virtual interface: both ends of it. */
struct Queue {
    Netfront *net;
    Vif *vif;
    uint32_t rank;
    uint32_t number; /**< among all */
    IvcXenRing tx, rx;
    PacketList sent; /**< in the ring, not taken by netback */
    Arrival *arrivals;
    uint32_t arrivals_first, arrivals_n, arrivals_staged;
    /* frontend */
    IvcXenPort tx_done, rx_ready; /**< events for the guest */
    PagePool tx_pool, rx_pool;    /**< of pages that stay mapped */
    uint32_t reserved;            /**< slots of packets that are being written */
    bool stopped;                 /**< somebody found no room */
    bool polling;
    uint32_t visible;  /**< packets for this turn of polling: what had come when it began */
    uint32_t work;     /**< of them, those that were taken */
    uint32_t unposted; /**< slots taken from the ring of arrivals, not given back */
    uint32_t posting;  /**< of them, those that are being given back */
    uint32_t merges;   /**< from whom segments are being merged into one packet */
    uint64_t merged;   /**< bytes of that packet; 0: nothing can join it */
    struct {
        IvcLabel label;
    } poll_frame;
    /* netback */
    BackCpu *cpu;
    IvcXenPort tx_ready, rx_posted; /**< events for the driver domain */
    PagePool own;                   /**< netback's pages with copies of what was sent */
    IvcBuffer *copied;              /**< that the first packet of the batch is copied into */
    bool mapped;                    /**< the pages that are to stay mapped are */
    bool back_polling;
    bool starved; /**< requests are left because too many are pending */
    Queue *next_polled;
    uint32_t pending;   /**< slots that netback has taken and not answered */
    PacketList before;  /**< from the bridge, before the interface */
    PacketList waiting; /**< behind it, in netback's own queue */
    uint64_t waiting_bytes;
    IvcAgent rx_thread, dealloc_thread;
    IvcSleeper rx_sleeper, dealloc_sleeper;
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } rx_frame, dealloc_frame;
    PacketList held; /**< sent to the driver domain, whose reader has not copied them */
    PacketList done; /**< copied, not yet pushed */
    uint64_t operations;
    uint32_t pushed;    /**< slots of them */
    uint32_t to_answer; /**< slots whose data has been delivered */
    uint32_t answering;
    char names[2][32];
};

/** A rank's end of the network: a guest's interface, or the driver domain's own. */
struct Vif {
    Netfront *net;
    uint32_t rank;
    Queue *queues;     /**< net->n_queues of them; NULL: the driver domain's own */
    IvcXenVcpu vcpu;   /**< of a guest */
    IvcXenLock grants; /**< of its grant table */
    uint32_t polled;   /**< queue that the softirq is busy with */
    struct {
        IvcLabel label;
    } frame;
    /* the driver domain's own */
    PacketList arrived; /**< for its sockets */
    bool blocked;       /**< somebody found a guest's queue full */
    uint32_t skb;       /**< where the first of them goes */
    uint32_t taken;     /**< packets in this turn of polling */
};

struct Netfront {
    IvcLink head;
    IvcPlatform *platform;
    const NetfrontSpec *spec;
    IvcXen xen;
    IvcXenBus *bus;  /**< NULL: interfaces are connected from the beginning */
    uint32_t stage0; /**< of TCP */
    uint64_t mss;
    const NetfrontVariant *variant;
    uint32_t n;
    Vif *vifs;
    Queue *queues;     /**< of all guests */
    uint32_t n_queues; /**< of one */
    uint32_t n_all;
    Vif *local; /**< NULL: no rank is in the driver domain */
    BackCpu *cpus;
    uint32_t n_cpus;
    uint32_t pending;    /**< slots over all queues, where the limit is for all */
    IvcXenLock maptrack; /**< of the driver domain */
    Packet *spare;
    GPtrArray *chunks; /**< of packets */
    struct {
        IvcTime front_tx, front_tx_slot, front_tx_done, front_rx, front_rx_slot, back_poll, back_tx,
            back_tx_slot, back_tx_done, bridge, back_rx, back_rx_slot, gro_segment;
    } t;
    uint64_t packets;    /**< sent, by frontends and by the driver domain's own stack */
    uint64_t acks;       /**< of them, those without data */
    uint64_t with_data;  /**< the others */
    uint64_t delivered;  /**< taken by frontends and by the driver domain's own stack */
    uint64_t over_limit; /**< that found an interface's queue longer than Linux lets it grow */
    uint64_t dropped;    /**< of them, those that were dropped */
    uint64_t merged;     /**< segments that joined the packet before them */
    uint64_t stops;
};

/** By NetfrontSpec.variant; and their names, NULL-terminated. */
extern const NetfrontVariant ivc_netfront_variants[];
extern const char *const ivc_netfront_variant_names[];

/** Pages that data takes, from the beginning of the first. */
static inline uint32_t ivc_netfront_pages(uint64_t bytes)
{
    return (uint32_t)((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
}

/** Whether a packet's headers and data lie in one piece of memory: those of datagrams, which the
 *  driver domains of 2.6.18 map as they are. */
static inline bool ivc_netfront_is_linear(const Netfront *net)
{
    return net->head.tells && net->variant->maps_head;
}

static inline void ivc_packets_push(PacketList *list, Packet *packet)
{
    packet->next = NULL;
    if (list->last)
        list->last->next = packet;
    else
        list->first = packet;
    list->last = packet;
    list->n++;
}

static inline Packet *ivc_packets_pop(PacketList *list)
{
    Packet *packet = list->first;
    list->first = packet->next;
    if (!list->first)
        list->last = NULL;
    list->n--;
    return packet;
}

/** A packet, all zeros. */
Packet *ivc_netfront_packet(Netfront *net);
void ivc_netfront_packet_free(Netfront *net, Packet *packet);
/** Counts a packet that is sent. */
void ivc_netfront_count(Netfront *net, uint64_t bytes);

/** The queue of a guest for the connection with another rank. */
static inline Queue *ivc_netfront_queue(const Netfront *net, uint32_t rank, uint32_t other)
{
    Queue *queues = net->vifs[rank].queues;
    if (G_LIKELY(net->n_queues == 1))
        return queues;
    /* The hash of a connection is that of both ways. */
    uint64_t flow = (uint64_t)MIN(rank, other) << 32 | MAX(rank, other);
    return &queues[(flow * UINT64_C(0x9e3779b97f4a7c15) >> 32) % net->n_queues];
}

/* netfront_pool.c */
void ivc_page_pool_init(PagePool *pool, IvcPlatform *platform, uint32_t pages);
void ivc_page_pool_clear(PagePool *pool);
/** The next buffer, for `bytes`. */
IvcBuffer *ivc_page_pool_take(PagePool *pool, uint64_t bytes);
void ivc_page_pool_digest(const PagePool *pool, const IvcMemory *memory, IvcDigest *digest);

/* netfront_check.c: what can never work. */
void ivc_netfront_check(const NetfrontSpec *front, const IvcTcpSpec *tcp,
                        const IvcScenario *scenario, const char *path, IvcDiags *diags);

/* frontend.c: the guests' side. */
void ivc_frontend_init(Queue *queue);
IvcStep ivc_frontend_send(Queue *queue, IvcAgent *agent, uint32_t to, const IvcPayload *payload,
                          IvcLinkFrame *frame);
bool ivc_frontend_room(Queue *queue);
bool ivc_frontend_holds(const Queue *queue);
IvcStep ivc_frontend_poll(Queue *queue, IvcAgent *agent);

/* netback_local.c: the driver domain's own sockets. */
bool ivc_local_room(Vif *vif, uint32_t to);
IvcStep ivc_local_send(Vif *vif, IvcAgent *agent, uint32_t to, const IvcPayload *payload,
                       IvcLinkFrame *frame);
/** The bridge has a packet for them. */
void ivc_local_arrive(Vif *vif, Packet *packet);
IvcStep ivc_local_poll(Vif *vif, IvcAgent *agent);
/** A reader of the driver domain has read up to a position of what `from` sent: owes the wake-up of
 *  who gives the pages back. */
void ivc_local_read(Vif *vif, IvcAgent *agent, uint32_t from, uint64_t position);
/** There is room again in a guest's queue. */
void ivc_local_restart(Netfront *net, const Queue *to);

/* netback_common.c: what both generations of netback do. */
void ivc_netback_cpu_init(BackCpu *cpu, Netfront *net, uint32_t core, uint32_t number);
void ivc_netback_init(Queue *queue, BackCpu *cpu);
void ivc_netback_schedule(Queue *queue);
/** Waits until somebody has work for the softirq of a vCPU. A request like ivc_wait(). */
bool ivc_netback_wait(BackCpu *cpu);
void ivc_netback_begin(const BackCpu *cpu);
/** Whether another softirq waits for its vCPU: after each queue that one has its turn. */
bool ivc_netback_is_one_of_many(const BackCpu *cpu);
/** Whether it finds datagrams without end, and processes wait for its vCPU: it makes way. */
bool ivc_netback_is_long(const BackCpu *cpu);
bool ivc_netback_gives_way(BackCpu *cpu);
void ivc_netback_goes_on(BackCpu *cpu);
/** A thread of the driver domain is about to sleep. */
void ivc_netback_turn_over(const BackCpu *cpu);
void ivc_netback_append(Queue *queue);
Queue *ivc_netback_next(BackCpu *cpu);
bool ivc_netback_may_take(const Queue *queue);
/** Takes the first packet out of a queue's ring into the batch of its vCPU. */
const Packet *ivc_netback_take(Queue *queue);
/** What the batch of one vCPU costs: owes the slots that were taken, the operations on grants. */
void ivc_netback_owe_batch(BackCpu *cpu, IvcAgent *agent, Queue *queue, uint32_t packets,
                           uint32_t slots, uint32_t pages);
/** The first packet of the batch goes to the bridge: copied first, where the variant says so, and
 *  answered as far as it can be. */
IvcStep ivc_netback_forward(BackCpu *cpu, IvcAgent *agent);
bool ivc_netback_can_give(Queue *queue);
/** Takes the first packet that waits, and its slots, and puts its data before the guest. A request
 *  like ivc_copy(). */
bool ivc_netback_give(Queue *queue, IvcAgent *agent);
/** The hypercalls of what was given since the last push. */
IvcTime ivc_netback_give_ps(Netfront *net, uint64_t operations, uint64_t batch);
/** What was given becomes visible to the guest. @return true when it must be told */
bool ivc_netback_push(Queue *queue);
/** The data has reached its receiver: its pages go back to the sender.
 *  @return true when somebody was woken for that */
bool ivc_netback_finish(Netfront *net, Packet *packet);
/** Owes what it takes to answer slots: their pages are unmapped, unless they stay mapped. */
void ivc_netback_owe_unmap(Queue *queue, IvcAgent *agent, uint32_t slots);
/** A packet that the bridge has: waits for its guest, or is dropped. @return as NetbackOps.waits */
bool ivc_netback_enqueue(Netfront *net, Packet *packet);
/** Slots have been answered. */
void ivc_netback_answered(Queue *queue, uint32_t slots);

/* netback.c: NAPI and threads. netback_tasklets.c: the tasklets of Linux 2.6.18. */
extern const NetbackOps ivc_netback_threads;
extern const NetbackOps ivc_netback_tasklets;

/* netfront_digest.c */
void ivc_netfront_digest(const IvcLink *link, IvcDigest *digest);
void ivc_netfront_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest);
