/* What may be forgotten of virtual functions, their card and the IOMMU. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: sr-iov, iommu_page: 4KiB, iotlb: 6, walk: 2us,\n"
               "  sndbuf: 16KiB, rcvbuf: 16KiB, rx_ring: 8, pcie_rate: 2Gbit/s}}\n"
               "workload: {kind: pingpong, message: 2856B, ",
    OCTEON TWO "channels: {c: {mechanism: sr-iov, iommu: lazy, flush_batch: 5, iotlb: 6,\n"
               "  sndbuf: 16KiB, rcvbuf: 16KiB, walk: 3us, walkers: 1, tx_ring: 3}}\n"
               "workload: {kind: stream, message: 5000B, ",
    OCTEON TWO "channels: {c: {mechanism: sr-iov, switch_rate: 3Gbit/s, tso: 4KiB,\n"
               "  sndbuf: 16KiB, rcvbuf: 16KiB, card_buffer: 4KiB, doorbell: 2us}}\n"
               "workload: {kind: stream, message: 2856B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "iommu.c: behind(iommu, &iommu->entries[i])",
    "iommu.c: iommu->entries[i].area",
    "iommu.c: iommu->entries[i].owner",
    "iommu.c: share->queued",
    "vf.c: MAX(card->have_ps, now)",
    "vf.c: MAX(card->ports[r].arrived_ps, now)",
    "vf.c: MAX(card->switch_ps, now)",
    "vf.c: MAX(card->up_ps, now)",
    "vf.c: held->written_ps",
    NULL,
};

const ForgetGroup forget_sriov = {"sriov", scenarios, must_be_missed};
