/** @file
 *  An IOMMU in front of a card of several virtual functions: its translation cache, and what the
 *  driver of a guest does so that its function reaches no more than it should. No time passes in
 *  here; the caller charges what comes out.
 *
 *  Each function has memory of three areas. The descriptors' rings stay mapped. Buffers are mapped
 *  once with all the rest of the guest (passthrough), or packet by packet (lazy, strict): each
 *  mapping then has addresses of its own, which no translation is known of yet.
 */
#pragma once

#include "sim/model/platform.h"

typedef enum {
    IVC_IOMMU_NONE,        /**< a function reaches all memory */
    IVC_IOMMU_PASSTHROUGH, /**< the guest's memory, mapped when it starts */
    IVC_IOMMU_LAZY,        /**< what is mapped, and for a while what was */
    IVC_IOMMU_STRICT,      /**< what is mapped */
} IvcIommuPolicy;

/** The IOMMU that a guest under a hypervisor sees. */
typedef enum {
    IVC_IOMMU_EMULATED, /**< the hypervisor makes tables from the guest's: told of every mapping */
    IVC_IOMMU_NESTED,   /**< tables of two stages: told of invalidations only */
} IvcIommuTables;

/** Parameters; the table rows are in sriov.c. */
typedef struct {
    int policy; /**< IvcIommuPolicy */
    int tables; /**< IvcIommuTables */
    uint64_t iotlb;
    IvcBytes page; /**< of the guest's memory where it is mapped as a whole */
    IvcSpan walk;
    uint64_t walkers;
    IvcCost map, map_page;
    IvcCost unmap, unmap_page;
    IvcCost invalidate;
    uint64_t batch;
} IvcIommuSpec;

/** A page of a mapping that was made for a packet. */
#define IVC_IOMMU_PAGE 4096u

typedef enum {
    IVC_DMA_SENT,     /**< buffers that a function reads */
    IVC_DMA_RECEIVED, /**< buffers that it writes */
    IVC_DMA_RINGS,    /**< descriptors of both directions, a page each */
    IVC_DMA_AREAS,
} IvcDmaArea;

/** A translation that is cached. */
typedef struct {
    uint32_t owner;
    uint32_t area; /**< IvcDmaArea */
    uint64_t page; /**< counts on; of memory that is used round and round, within that */
} IvcIotlbEntry;

/** A function's share: pages of its buffers, counted on and on. */
typedef struct {
    uint64_t mapped[IVC_DMA_RINGS];   /**< the next page */
    uint64_t unmapped[IVC_DMA_RINGS]; /**< the first that is still mapped */
    uint64_t pages[IVC_DMA_RINGS]; /**< passthrough: of the memory that is used round and round */
    uint64_t queued;               /**< lazy: mappings whose pages were not invalidated yet */
    IvcTime map_ps, unmap_ps, invalidate_ps; /**< to be charged at once; else 0 */
    uint64_t asked; /**< the same: times that the hypervisor is asked, if there is one */
} IvcIommuShare;

typedef struct {
    IvcPlatform *platform;
    const IvcIommuSpec *spec;
    uint32_t stage0; /**< id of IOMMU_MAP in the ledger */
    uint32_t n;
    IvcIommuShare *shares;
    IvcIotlbEntry *entries; /**< latest use first */
    uint32_t used;
    struct {
        IvcTime map, map_page, unmap, unmap_page, invalidate;
    } t;
    uint64_t hits, misses;
    uint64_t maps, invalidations;
    uint64_t stale; /**< pages whose translation was still cached after they were given back */
} IvcIommu;

typedef enum {
    IOMMU_MAP,
    IOMMU_UNMAP,
    IOMMU_INVALIDATE,
    IOMMU_STAGES,
} IvcIommuStage;

/** Rows of the stage table of a mechanism; `first` is the number of IOMMU_MAP in it. */
#define IVC_IOMMU_STAGE_ROWS(first)                                                                \
    [(first) + IOMMU_MAP] = {"iommu-map", "entering buffers into the IOMMU's tables", false},      \
               [(first) + IOMMU_UNMAP] = {"iommu-unmap", "taking buffers out of them", false},     \
               [(first) + IOMMU_INVALIDATE] = {"iommu-invalidate",                                 \
                                               "asking the IOMMU to forget what it has cached of " \
                                               "them, and waiting for it",                         \
                                               true}

/**
 * Prepares an IOMMU for `n` functions.
 *
 * @param sent      bytes of the memory that a sender's buffers go round in
 * @param received  the same of a receiver's
 */
void ivc_iommu_init(IvcIommu *iommu, IvcPlatform *platform, const IvcIommuSpec *spec, uint32_t n,
                    uint64_t sent, uint64_t received, uint32_t stage0);
void ivc_iommu_clear(IvcIommu *iommu);

/** Declares the counters. */
void ivc_iommu_count(IvcIommu *iommu);

/** Pages of a buffer of `bytes` that begins with a page. */
static inline uint64_t ivc_iommu_pages(uint64_t bytes)
{
    return (bytes + IVC_IOMMU_PAGE - 1) / IVC_IOMMU_PAGE;
}

/** Whether each packet is mapped. */
static inline bool ivc_iommu_per_packet(const IvcIommu *iommu)
{
    return iommu->spec->policy >= IVC_IOMMU_LAZY;
}

/** The driver maps a buffer: what it takes is owed with the next ivc_iommu_owe(). */
void ivc_iommu_map(IvcIommu *iommu, uint32_t owner, uint64_t bytes);

/** It takes the oldest one of an area back. `quiet`: that costs nothing (nobody looks). */
void ivc_iommu_unmap(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t bytes, bool quiet);

/** Charges the agent what has come together. At most four entries of ivc_owe(). */
void ivc_iommu_owe(IvcIommu *iommu, uint32_t owner, IvcAgent *agent);

/** The card touches bytes `at` to `at` + `bytes` of the buffer that it has begun last.
 *  @return translations that were not cached */
uint64_t ivc_iommu_touch(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t at,
                         uint64_t bytes);

/** It touches descriptors. `ring`: 0 of sending, 1 of receiving. */
uint64_t ivc_iommu_touch_ring(IvcIommu *iommu, uint32_t owner, uint32_t ring);

/** It has done with a buffer of `bytes`: the next one begins. */
void ivc_iommu_pass(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t bytes);

/** How long the tables are walked in a row for so many translations, as a rate. */
IvcTime ivc_iommu_busy_ps(const IvcIommu *iommu, uint64_t misses);

void ivc_iommu_digest(const IvcIommu *iommu, IvcDigest *digest);
