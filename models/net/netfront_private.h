/** @file
 *  The split driver's state: what netfront.c, frontend.c, netback.c and netfront_digest.c share;
 *  nobody else includes it.
 */
#pragma once

#include "models/net/datagram.h"
#include "models/net/link.h"
#include "models/net/sock.h"
#include "models/net/tcp.h"
#include "models/xen/event_channel.h"
#include "models/xen/grant.h"
#include "models/xen/ring.h"

#define PAGE_BYTES 4096u
#define HEADER_BYTES (IVC_TCP_HEADERS + IVC_TCP_FRAME)

/** How netback gets at the pages of guests. */
typedef enum {
    NETFRONT_MAP_COPY, /**< maps what is sent, copies what is received: Linux since 3.x */
} NetfrontVariant;

/** Parameters beside those of the sock channel and TCP; rows in netfront.c. */
typedef struct {
    IvcXenSpec xen;
    const char *driver_domain;
    int variant; /**< NetfrontVariant */
    uint64_t ring;
    uint64_t slots_max;
    uint64_t pending;
    uint64_t back_budget;
    uint64_t rx_batch;
    uint64_t copy_batch;
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
} NetfrontSpec;

typedef enum {
    NETFRONT_BACK_TX = TCP_STAGES + SOCK_STAGES,
    NETFRONT_BRIDGE,
    NETFRONT_BACK_RX,
    NETFRONT_COPY_GRANT,
    NETFRONT_XEN,                                  /**< the first of the hypervisor's */
    NETFRONT_DATAGRAM = NETFRONT_XEN + XEN_STAGES, /**< the first of UDP's */
    NETFRONT_STAGES = NETFRONT_DATAGRAM + DATAGRAM_STAGES,
} NetfrontStage;

typedef struct Netfront Netfront;
typedef struct Packet Packet;
typedef struct Vif Vif;

/** A packet between the sender's ring and the receiver's. */
struct Packet {
    Packet *next;
    uint32_t from, to;
    uint32_t head_slots;  /**< answered before the bridge has its turn */
    uint32_t grant_slots; /**< answered when the receiver has the data */
    IvcSegment segment;
    IvcPayload payload;
};

typedef struct {
    Packet *first, *last;
    uint32_t n;
} PacketList;

/** A packet in the receiver's ring. */
typedef struct {
    uint32_t from;
    uint32_t slots;
    uint32_t skb;
    IvcSegment segment;
} Arrival;

/** A vCPU of the driver domain. */
typedef struct {
    Netfront *net;
    IvcXenVcpu vcpu;
    IvcAgent softirq;
    IvcSignal work;
    Vif *first, *last; /**< that netback polls */
    Vif *polled;       /**< the one that it is busy with */
    PacketList batch;
    uint32_t taken; /**< packets of the batch */
    struct {
        IvcLabel label;
    } frame, poll_frame;
    char name[24];
} BackCpu;

/** A virtual interface with one queue: both ends of it. */
struct Vif {
    Netfront *net;
    uint32_t rank;
    IvcXenRing tx, rx;
    PacketList sent; /**< in the ring, not taken by netback */
    Arrival *arrivals;
    uint32_t arrivals_first, arrivals_n, arrivals_staged;
    /* frontend */
    IvcXenVcpu vcpu;
    IvcXenPort tx_done, rx_ready; /**< events for the guest */
    uint32_t reserved;            /**< slots of packets that are being written */
    bool stopped;                 /**< somebody found no room */
    bool polling;
    uint32_t work;     /**< packets in this turn of polling */
    uint32_t unposted; /**< slots taken from the ring of arrivals, not given back */
    struct {
        IvcLabel label;
    } poll_frame;
    /* netback */
    BackCpu *cpu;
    IvcXenPort tx_ready, rx_posted; /**< events for the driver domain */
    bool back_polling;
    bool starved; /**< requests are left because too many are pending */
    Vif *next_polled;
    uint32_t pending; /**< slots that netback has taken and not answered */
    PacketList queue; /**< from the bridge */
    uint64_t queue_bytes;
    IvcAgent rx_thread, dealloc_thread;
    IvcSleeper rx_sleeper, dealloc_sleeper;
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } rx_frame, dealloc_frame;
    PacketList done; /**< copied, not yet pushed */
    uint64_t operations;
    uint32_t pushed;    /**< slots of them */
    uint32_t to_answer; /**< slots whose data has been delivered */
    uint32_t answering;
    char names[2][24];
};

struct Netfront {
    IvcLink head;
    IvcPlatform *platform;
    const NetfrontSpec *spec;
    IvcXen xen;
    uint32_t stage0; /**< of TCP */
    uint64_t mss;
    uint32_t n;
    Vif *vifs;
    BackCpu *cpus;
    uint32_t n_cpus;
    Packet *spare;
    GPtrArray *chunks; /**< of packets */
    struct {
        IvcTime front_tx, front_tx_slot, front_tx_done, front_rx, front_rx_slot, back_poll, back_tx,
            back_tx_slot, back_tx_done, bridge, back_rx, back_rx_slot;
    } t;
    uint64_t packets;    /**< sent by frontends */
    uint64_t delivered;  /**< taken by frontends */
    uint64_t over_limit; /**< that found a vif's queue longer than Linux lets it grow */
    uint64_t stops;
};

/** Pages that data takes, from the beginning of the first. */
static inline uint32_t ivc_netfront_pages(uint64_t bytes)
{
    return (uint32_t)((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
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

/* frontend.c: the guests' side. */
void ivc_frontend_init(Vif *vif);
bool ivc_frontend_room(IvcLink *link, uint32_t from, uint32_t to);
bool ivc_frontend_holds(const IvcLink *link, uint32_t from, uint32_t to);
IvcStep ivc_frontend_send(IvcLink *link, IvcAgent *agent, uint32_t from, uint32_t to,
                          const IvcPayload *payload, IvcLinkFrame *frame);
bool ivc_frontend_due(const IvcLink *link, uint32_t rank);
IvcStep ivc_frontend_poll(IvcLink *link, IvcAgent *agent, uint32_t rank);

/* netback.c: the driver domain's. */
void ivc_netback_cpu_init(BackCpu *cpu, Netfront *net, uint32_t core, uint32_t number);
void ivc_netback_init(Vif *vif, BackCpu *cpu);

/* netfront_digest.c */
void ivc_netfront_digest(const IvcLink *link, IvcDigest *digest);
void ivc_netfront_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest);
