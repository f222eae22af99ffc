/** @file
 *  Virtual functions of one card between the drivers of guests: DMA over PCIe behind an IOMMU, and
 *  the card's switch. The path of mechanism `sr-iov`.
 */
#pragma once

#include "models/net/iommu.h"
#include "models/net/nic.h"

typedef enum {
    IVC_VF_INJECTED, /**< the hypervisor takes interrupts, hands them on, and sees their end */
    IVC_VF_POSTED,   /**< they come to a running guest without it */
} IvcVfDelivery;

/** Parameters; the table rows are in sriov.c. */
typedef struct {
    uint64_t vfs;
    bool trusted;
    IvcBitRate pcie_rate;
    IvcBytes tlp_payload;
    IvcBytes tlp_write, tlp_read;
    IvcBytes descriptor;
    IvcBytes rx_buffer;
    IvcSpan doorbell;
    IvcSpan dma_read, dma_write;
    IvcBitRate switch_rate;
    IvcSpan switch_delay;
    IvcBytes ahead; /**< bytes in the card at which it asks for no more */
    int delivery;   /**< IvcVfDelivery */
    IvcIommuSpec iommu;
} IvcVfSpec;

/** Bytes of an Ethernet header, which crosses PCIe with the packet. */
#define IVC_VF_ETHERNET 14u

/** Time of `bytes` that the card reads, or writes, on its link. */
IvcTime ivc_vf_read_ps(const IvcVfSpec *spec, uint64_t bytes);
IvcTime ivc_vf_write_ps(const IvcVfSpec *spec, uint64_t bytes);

/**
 * Makes a card with a function for each rank of the platform.
 *
 * @param mtu     of the guests
 * @param sndbuf  bytes that a sender's buffers go round in
 * @param rx_ring buffers that a receiver's go round in
 * @param stage0  id of IOMMU_MAP in the ledger
 * @return transfer full
 */
IvcNicPath *ivc_vf_new(IvcPlatform *platform, const IvcVfSpec *spec, uint64_t mtu, uint64_t sndbuf,
                       uint64_t rx_ring, uint32_t stage0);
