/** @file
 *  Network cards and the wire between machines: a link of its own for each rank, joined by a switch
 *  that adds nothing. What mechanism `ethernet` is made of; and with another path between the
 *  cards, `sr-iov`.
 */
#pragma once

#include "models/net/link.h"

/** Parameters; the rows of those that only wires have are in ethernet.c. */
typedef struct {
    IvcBitRate rate;
    IvcBytes framing;
    IvcBytes frame_min;
    IvcSpan wire;
    bool store; /**< the switch has a whole frame before it sends it on */
    IvcBytes tso;
    bool gro;
    uint64_t tx_ring;
    uint64_t rx_ring;
    IvcSpan dma_tx, dma_rx;
    IvcBitRate bus;
    IvcSpan rx_delay, tx_delay;
    IvcCost idle_wake;
    IvcCost irq;
    IvcCost tx, tx_done;
    IvcCost rx, gro_merge;
} IvcNicSpec;

/** Rows of a mechanism's table of parameters: what the card takes. `slots` are in each ring. */
#define IVC_NIC_RING_PARAM_ROWS(S, field, slots, known, tx_from, rx_from)                          \
    {IVC_PARAM(S, field.tso, "tso"),                                                               \
     .fallback = "64KiB",                                                                          \
     .min = "1B",                                                                                  \
     .max = "64KiB",                                                                               \
     .kind = IVC_KIND_DOCUMENTED,                                                                  \
     .source = "Linux: GSO_MAX_SIZE, less one byte",                                               \
     .sentence = "largest packet that the card cuts into frames; not above the MTU: it does not"}, \
        {IVC_PARAM(S, field.gro, "gro"), .fallback = "true", .kind = IVC_KIND_DOCUMENTED,          \
         .source = "Linux: on since 2.6.29 where the driver takes part",                           \
         .sentence = "whether frames that follow on each other are joined, up to 'tso'"},          \
        {IVC_PARAM(S, field.tx_ring, "tx_ring"),                                                   \
         .fallback = slots,                                                                        \
         .min = "1",                                                                               \
         .max = "65536",                                                                           \
         .kind = known,                                                                            \
         .source = tx_from,                                                                        \
         .sentence = "packets that the card has been given and the driver not taken back"},        \
    {                                                                                              \
        IVC_PARAM(S, field.rx_ring, "rx_ring"),                                                    \
            .fallback = slots, .min = "1", .max = "65536", .kind = known, .source = rx_from,       \
            .sentence = "frames from which on a card drops: those of datagrams; of streams they "  \
                        "are counted only"                                                         \
    }

/** Rows of its interrupts and its driver. */
#define IVC_NIC_DRIVER_PARAM_ROWS(S, field, rx_delay_from, tx_delay_from, driver)               \
    {IVC_PARAM(S, field.rx_delay, "rx_delay"),                                                  \
     .fallback = "3us",                                                                         \
     .max = "10ms",                                                                             \
     .kind = IVC_KIND_ASSUMED,                                                                  \
     .source = rx_delay_from,                                                                   \
     .sentence = "interrupt moderation: from the first frame until the interrupt"},             \
        {IVC_PARAM(S, field.tx_delay, "tx_delay"),                                              \
         .fallback = "50us",                                                                    \
         .max = "10ms",                                                                         \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = tx_delay_from,                                                               \
         .sentence =                                                                            \
             "the same from the first sent packet, where a sender may wait for it: datagrams"}, \
        {IVC_PARAM(S, field.idle_wake, "idle_wake"),                                            \
         .fallback = "2us",                                                                     \
         .max = "1s",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = "recalled: 1 to 3 us from C1, 10 to 100 us from deep states",                \
         .sentence = "how much later when the core is idle; no work is done meanwhile"},        \
        {IVC_PARAM(S, field.irq, "irq"),                                                        \
         .fallback = "600cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = driver,                                                                      \
         .sentence = "the driver's handler of an interrupt, beyond its entry and exit"},        \
        {IVC_PARAM(S, field.tx, "tx"),                                                          \
         .fallback = "800cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = driver,                                                                      \
         .sentence = "the driver on sending a packet: descriptors and the doorbell"},           \
        {IVC_PARAM(S, field.tx_done, "tx_done"),                                                \
         .fallback = "150cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = driver,                                                                      \
         .sentence = "the driver on taking a sent packet back"},                                \
        {IVC_PARAM(S, field.rx, "rx"),                                                          \
         .fallback = "700cycles",                                                               \
         .max = "1ms",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                              \
         .source = driver,                                                                      \
         .sentence = "the driver on taking a frame, with a new buffer for the ring"},           \
    {                                                                                           \
        IVC_PARAM(S, field.gro_merge, "gro_merge"),                                             \
            .fallback = "200cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED, .source = driver,  \
            .sentence = "joining a frame to those before it"                                    \
    }

/** Time of a frame on the wire: `bytes` of IP and what surrounds them. */
IvcTime ivc_nic_wire_ps(const IvcNicSpec *spec, uint64_t bytes);

/**
 * Makes a card for each rank of the platform.
 *
 * @param mss     data in a packet of the MTU
 * @param tso     segments that the card takes in one packet; 1: it does not cut
 * @param stage0  id of TCP_SOCKET_CALL in the ledger
 * @return transfer full
 */
IvcLink *ivc_nic_link_new(IvcPlatform *platform, const IvcNicSpec *spec, uint64_t mss, uint64_t tso,
                          uint32_t stage0);

typedef struct IvcNicPath IvcNicPath;

/** What lies between the drivers instead of cards and a wire. Bytes are those of IP packets. */
typedef struct {
    void (*free)(IvcNicPath *path);
    /** Counters may be declared. */
    void (*start)(IvcNicPath *path);
    /** The driver of a rank is about to give a packet to its card: may owe its part. */
    void (*give)(IvcNicPath *path, IvcAgent *agent, uint32_t rank, uint64_t bytes);
    /** The card of a rank has a packet more: see ivc_nic_next_frame(). */
    void (*told)(IvcNicPath *path, uint32_t rank);
    /** The driver takes back a packet that has left, or a frame that came (`quiet`: that the card
     *  lost). What it takes is owed with the next call of `owe`. */
    void (*sent)(IvcNicPath *path, uint32_t rank, uint64_t bytes);
    void (*taken)(IvcNicPath *path, uint32_t rank, bool quiet);
    void (*owe)(IvcNicPath *path, IvcAgent *agent, uint32_t rank);
    /** An interrupt comes to a core, or its handler is at the end (`ends`): may owe what that takes
     *  beyond what it does on any chip. */
    void (*interrupt)(IvcNicPath *path, IvcAgent *agent, bool ends);
    void (*digest)(const IvcNicPath *path, IvcDigest *digest);
} IvcNicPathOps;

/** Every path begins with this. */
struct IvcNicPath {
    const IvcNicPathOps *ops;
    IvcLink *link; /**< whose path it is */
};

/** What a card sends next. */
typedef struct {
    uint32_t to;
    bool first, last; /**< of its packet */
    uint64_t headers; /**< these two: bytes of IP */
    uint64_t data;
    uint64_t packet; /**< bytes of IP of the whole packet */
} IvcNicFrame;

/* For paths: */

/** The next frame of a rank's card. @return false when it has none */
bool ivc_nic_next_frame(const IvcLink *link, uint32_t rank, IvcNicFrame *ret_frame);

/** That frame is under way: when the sender's card has done with it, and when it is in the
 *  receiver's memory. */
void ivc_nic_sent_frame(IvcLink *link, uint32_t rank, IvcTime left_ps, IvcTime arrives_ps);

/** Puts a path between the cards of a link; transfer full. Before the link is started. */
void ivc_nic_link_over(IvcLink *link, IvcNicPath *path);
