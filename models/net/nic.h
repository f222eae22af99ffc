/** @file
 *  Network cards and the wire between machines: a link of its own for each rank, joined by a switch
 *  that adds nothing. What mechanism `ethernet` is made of.
 */
#pragma once

#include "models/net/link.h"

/** Parameters; the table rows are in ethernet.c. */
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
