/** @file
 *  The shared region and the module that manages it, without time: who may map it, which blocks are
 *  in use, by whom, and what a full region answers. Waiting and waking is the caller's: this module
 *  says IVC_REGION_EXHAUSTED and, when a block is back, that it is back.
 *
 *  Life of a block: its owner allocates it, fills it, shares it with its readers and frees its own
 *  hold; each reader frees its hold after reading; the last free gives the memory back.
 */
#pragma once

#include "sim/engine/digest.h"

/** Guests have numbers below this. */
#define IVC_REGION_GUESTS_MAX 1024u

/** Guests, one bit each: guest g is bit g % 64 of word g / 64. */
#define IVC_REGION_GUEST_WORDS (IVC_REGION_GUESTS_MAX / 64)

/** The most blocks of the smallest size that a region may have. */
#define IVC_REGION_BLOCKS_MAX (UINT32_C(1) << 20)

typedef enum {
    IVC_REGION_OK,
    IVC_REGION_NO_ACCESS,     /**< the guest is not listed for this region */
    IVC_REGION_NOT_MAPPED,    /**< listed, but has not mapped it (any more) */
    IVC_REGION_BAD_SIZE,      /**< 0 bytes */
    IVC_REGION_TOO_LARGE,     /**< no empty region of this size could serve it */
    IVC_REGION_EXHAUSTED,     /**< not now: wait until a block is given back, then try again */
    IVC_REGION_NOT_ALLOCATED, /**< no block begins there: never allocated, or freed already */
    IVC_REGION_NOT_HOLDER,    /**< the guest neither owns the block nor reads it (any more) */
    IVC_REGION_HELD,          /**< the guest still holds blocks */
    IVC_REGION_RESULTS,
} IvcRegionResult;

/** Returns a sentence part for messages: "the region has no free block of this size". Static. */
const char *ivc_region_result_text(IvcRegionResult result);

/** What the hypervisor sets up at start-up. */
typedef struct {
    uint64_t base;            /**< physical address; a multiple of the largest block */
    uint64_t size_bytes;      /**< a multiple of block_bytes_min */
    uint64_t block_bytes_min; /**< a power of two: the smallest block and the unit of indexes */
    uint64_t guests[IVC_REGION_GUEST_WORDS]; /**< that are listed and may map the region */
} IvcRegionSpec;

/**
 * Says what is wrong with a spec.
 *
 * @return NULL when it is fine, else a static text in lower case without a full stop
 */
const char *ivc_region_spec_problem(const IvcRegionSpec *spec);

/**
 * Returns the largest block that an empty region of this size serves, in bytes: the highest power
 * of two not above size_bytes. 0 when not even one smallest block fits. For static checks.
 */
uint64_t ivc_region_block_bytes_max(uint64_t size_bytes, uint64_t block_bytes_min);

/** Returns the size of the block that serves a request: bytes rounded up to a power of two. */
uint64_t ivc_region_block_bytes_for(uint64_t bytes, uint64_t block_bytes_min);

/** Returns how many requests of `bytes` an empty region serves at the same time; 0: never one. */
uint64_t ivc_region_capacity(uint64_t size_bytes, uint64_t block_bytes_min, uint64_t bytes);

typedef struct IvcRegion IvcRegion;

/**
 * Makes an empty region that nobody has mapped; all memory that it will ever need is taken here.
 *
 * @return transfer full; NULL when the spec has a problem
 */
IvcRegion *ivc_region_new(const IvcRegionSpec *spec);
void ivc_region_free(IvcRegion *region);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcRegion, ivc_region_free)

const IvcRegionSpec *ivc_region_spec(const IvcRegion *region);

/**
 * What the hypervisor does as it loads a guest: hands base and size to a listed guest.
 *
 * @return IVC_REGION_OK or IVC_REGION_NO_ACCESS (nothing is handed over)
 */
IvcRegionResult ivc_region_hand(const IvcRegion *region, unsigned guest, uint64_t *ret_base,
                                uint64_t *ret_size_bytes);

/** The guest maps the region; mapping it twice is harmless. OK or NO_ACCESS. */
IvcRegionResult ivc_region_map(IvcRegion *region, unsigned guest);

/** The guest gives its mapping up. OK, NO_ACCESS, NOT_MAPPED, or HELD while it holds a block. */
IvcRegionResult ivc_region_unmap(IvcRegion *region, unsigned guest);

bool ivc_region_is_mapped(const IvcRegion *region, unsigned guest);

/**
 * Allocates the lowest free block that fits best, of at least `bytes`; the guest becomes its owner
 * and holds it.
 *
 * @param ret_index  set on success: the block's first byte / block_bytes_min
 * @return OK, NO_ACCESS, NOT_MAPPED, BAD_SIZE, TOO_LARGE or EXHAUSTED
 */
IvcRegionResult ivc_region_block_alloc(IvcRegion *region, unsigned guest, uint64_t bytes,
                                       uint32_t *ret_index);

/**
 * A holder of the block lets `reader` read it: reader holds it, too. Sharing with a guest that
 * holds it already changes nothing.
 *
 * @return OK, NOT_ALLOCATED, NOT_HOLDER (guest), NO_ACCESS or NOT_MAPPED (reader)
 */
IvcRegionResult ivc_region_block_share(IvcRegion *region, unsigned guest, uint32_t index,
                                       unsigned reader);

/**
 * A holder of the block hands it over: reader holds it then, and the guest no longer, unless they
 * are the same. As sharing it and freeing the own hold.
 *
 * @return OK, NOT_ALLOCATED, NOT_HOLDER (guest), NO_ACCESS or NOT_MAPPED (reader)
 */
IvcRegionResult ivc_region_block_hand(IvcRegion *region, unsigned guest, uint32_t index,
                                      unsigned reader);

/**
 * Ends the guest's hold. The last one gives the block back and merges it with free neighbours.
 *
 * @param ret_back  set on success: true when the memory is free now, so that waiters may be woken
 * @return OK, NOT_ALLOCATED or NOT_HOLDER
 */
IvcRegionResult ivc_region_block_free(IvcRegion *region, unsigned guest, uint32_t index,
                                      bool *ret_back);

/**
 * Whether the guest may touch the first `bytes` of the block now.
 *
 * @return OK, NO_ACCESS, NOT_MAPPED, NOT_ALLOCATED, NOT_HOLDER or TOO_LARGE
 */
IvcRegionResult ivc_region_block_access(const IvcRegion *region, unsigned guest, uint32_t index,
                                        uint64_t bytes);

/** A block in use. */
typedef struct {
    uint64_t address;    /**< physical */
    uint64_t bytes;      /**< size of the block */
    uint64_t bytes_used; /**< what was asked for */
    unsigned owner;
    unsigned holds; /**< the reference count: number of guests that hold it; never 0 */
} IvcRegionBlock;

/** Looks a block up. @return OK or NOT_ALLOCATED (nothing is set) */
IvcRegionResult ivc_region_block_get(const IvcRegion *region, uint32_t index,
                                     IvcRegionBlock *ret_block);

/** Counters; none of them influences what the region does. */
typedef struct {
    uint64_t bytes_used;       /**< in blocks in use, now */
    uint64_t bytes_requested;  /**< of these, what was asked for */
    uint64_t bytes_high_water; /**< the most that bytes_used has been */
    uint64_t blocks_used;      /**< now */
    uint64_t allocations;
    uint64_t frees; /**< blocks given back */
    uint64_t failures_exhausted;
    uint64_t failures_refused; /**< every other refusal of an allocation */
} IvcRegionStats;

IvcRegionStats ivc_region_stats(const IvcRegion *region);

/** The bytes of the blocks in use. */
uint64_t ivc_region_bytes_used(const IvcRegion *region);

/** Returns the largest block that could be allocated now, in bytes; 0 when the region is full. */
uint64_t ivc_region_block_bytes_free_max(const IvcRegion *region);

/**
 * Feeds who has mapped the region, and the blocks in use with sizes and holders, in order of
 * address. The free blocks follow from these: they are always merged as far as they go.
 */
void ivc_region_digest(const IvcRegion *region, IvcDigest *digest);
