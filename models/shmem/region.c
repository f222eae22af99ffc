/*
 * The shared region: mapping table and block allocator.
 *
 * Blocks are powers of two of the smallest block (a buddy allocator). A request takes the smallest
 * size that fits and, among free blocks, the lowest of the smallest sufficient size, split down. A
 * block that comes back merges with its buddy as long as that one is free as a whole, so the free
 * blocks are always the largest possible ones and depend only on what is in use, never on the order
 * of earlier frees. Both take O(log n) steps for n smallest blocks.
 *
 * Fragmentation: a block is less than twice the request (or the smallest block), so less than half
 * of it is lost. A request can fail while enough bytes are free in smaller pieces; equal requests
 * never suffer from that.
 *
 * Leaves out: the lock or the ownership rule that keeps guests from allocating at the same instant
 * (the caller's, with its time), the guests' virtual addresses, and every cost.
 */
#include "models/shmem/region.h"

#include "models/shmem/index_set.h"

#define ORDERS_MAX 21u /* sizes of 2^0 to 2^20 smallest blocks: IVC_REGION_BLOCKS_MAX */

/* A block in use, at the place of its first smallest block. */
typedef struct {
    uint64_t bytes_used;
    uint16_t owner;
    uint16_t holds; /* guests that hold it */
    uint8_t order;  /* it has 2^order smallest blocks */
} Block;

struct IvcRegion {
    IvcRegionSpec spec;
    uint32_t units;       /* smallest blocks in the region */
    unsigned orders;      /* sizes in use: 2^0 to 2^(orders - 1) */
    unsigned unit_shift;  /* a smallest block has 2^unit_shift bytes */
    uint32_t guest_words; /* words of a set of the guests that are listed */
    uint64_t mapped[IVC_REGION_GUEST_WORDS];
    uint32_t holds[IVC_REGION_GUESTS_MAX]; /* blocks that each guest holds; follows from blocks */
    IvcIndexSet free[ORDERS_MAX];          /* [k]: free blocks of order k, by first unit >> k */
    uint32_t free_orders;                  /* bit k: free[k] has a member; follows from free */
    uint64_t *used;                        /* bitmap: first units of the blocks in use */
    Block *blocks;                         /* by first unit */
    uint64_t *holders;                     /* sets of guests, by first unit */
    IvcRegionStats stats;
};

/* Frees the whole region as the largest aligned blocks that it divides into. */
static void fill_free(IvcRegion *region)
{
    uint32_t unit = 0;
    for (unsigned order = region->orders; order-- > 0;) {
        uint32_t span = UINT32_C(1) << order;
        if ((region->units & span) != 0) {
            ivc_index_set_add(&region->free[order], unit >> order);
            region->free_orders |= span;
            unit += span;
        }
    }
}

IvcRegion *ivc_region_new(const IvcRegionSpec *spec)
{
    g_return_val_if_fail(spec != NULL, NULL);
    if (ivc_region_spec_problem(spec) != NULL) {
        return NULL;
    }
    IvcRegion *region = g_new0(IvcRegion, 1);
    region->spec = *spec;
    region->units = (uint32_t)(spec->size_bytes / spec->block_bytes_min);
    region->unit_shift = (unsigned)__builtin_ctzll(spec->block_bytes_min);
    while (region->orders < ORDERS_MAX && region->units >> region->orders != 0) {
        ivc_index_set_init(&region->free[region->orders], region->units >> region->orders);
        region->orders++;
    }
    region->used = g_new0(uint64_t, region->units / 64 + 1);
    region->blocks = g_new0(Block, region->units);
    for (uint32_t w = 0; w < IVC_REGION_GUEST_WORDS; w++)
        if (spec->guests[w] != 0)
            region->guest_words = w + 1;
    region->holders = g_new0(uint64_t, (size_t)region->units * region->guest_words);
    fill_free(region);
    return region;
}

void ivc_region_free(IvcRegion *region)
{
    if (region == NULL) {
        return;
    }
    for (unsigned order = 0; order < region->orders; order++) {
        ivc_index_set_clear(&region->free[order]);
    }
    g_free(region->used);
    g_free(region->blocks);
    g_free(region->holders);
    g_free(region);
}

const IvcRegionSpec *ivc_region_spec(const IvcRegion *region)
{
    return &region->spec;
}

static uint64_t guest_bit(unsigned guest)
{
    return UINT64_C(1) << guest % 64;
}

static bool has_guest(const uint64_t *set, unsigned guest)
{
    return (set[guest / 64] & guest_bit(guest)) != 0;
}

static bool is_listed(const IvcRegion *region, unsigned guest)
{
    return guest / 64 < region->guest_words && has_guest(region->spec.guests, guest);
}

bool ivc_region_is_mapped(const IvcRegion *region, unsigned guest)
{
    return guest < IVC_REGION_GUESTS_MAX && has_guest(region->mapped, guest);
}

/* Who holds the block that begins at `unit`. */
static uint64_t *holders_of(const IvcRegion *region, uint32_t unit)
{
    return &region->holders[(size_t)unit * region->guest_words];
}

static void hold(IvcRegion *region, uint32_t unit, unsigned guest)
{
    holders_of(region, unit)[guest / 64] |= guest_bit(guest);
    region->blocks[unit].holds++;
    region->holds[guest]++;
}

static void let_go(IvcRegion *region, uint32_t unit, unsigned guest)
{
    holders_of(region, unit)[guest / 64] &= ~guest_bit(guest);
    region->blocks[unit].holds--;
    region->holds[guest]--;
}

/* What every use of the region by a guest asks first. */
static IvcRegionResult check_guest(const IvcRegion *region, unsigned guest)
{
    if (G_LIKELY(ivc_region_is_mapped(region, guest))) /* then it is listed */
        return IVC_REGION_OK;
    return is_listed(region, guest) ? IVC_REGION_NOT_MAPPED : IVC_REGION_NO_ACCESS;
}

IvcRegionResult ivc_region_hand(const IvcRegion *region, unsigned guest, uint64_t *ret_base,
                                uint64_t *ret_size_bytes)
{
    if (!is_listed(region, guest)) {
        return IVC_REGION_NO_ACCESS;
    }
    *ret_base = region->spec.base;
    *ret_size_bytes = region->spec.size_bytes;
    return IVC_REGION_OK;
}

IvcRegionResult ivc_region_map(IvcRegion *region, unsigned guest)
{
    if (!is_listed(region, guest)) {
        return IVC_REGION_NO_ACCESS;
    }
    region->mapped[guest / 64] |= guest_bit(guest);
    return IVC_REGION_OK;
}

IvcRegionResult ivc_region_unmap(IvcRegion *region, unsigned guest)
{
    IvcRegionResult result = check_guest(region, guest);
    if (result != IVC_REGION_OK) {
        return result;
    }
    if (region->holds[guest] != 0) {
        return IVC_REGION_HELD;
    }
    region->mapped[guest / 64] &= ~guest_bit(guest);
    return IVC_REGION_OK;
}

/* The order of the block that serves `bytes`, or region->orders when there is no such size. */
static unsigned order_for(const IvcRegion *region, uint64_t bytes)
{
    if (bytes <= region->spec.block_bytes_min) {
        return 0;
    }
    unsigned order = 64u - (unsigned)__builtin_clzll((bytes - 1) >> region->unit_shift);
    return MIN(order, region->orders);
}

static void free_add(IvcRegion *region, unsigned order, uint32_t place)
{
    ivc_index_set_add(&region->free[order], place);
    region->free_orders |= UINT32_C(1) << order;
}

static void free_remove(IvcRegion *region, unsigned order, uint32_t place)
{
    ivc_index_set_remove(&region->free[order], place);
    if (ivc_index_set_is_empty(&region->free[order])) {
        region->free_orders &= ~(UINT32_C(1) << order);
    }
}

/* Takes the lowest free block of the smallest order that is enough, and splits it down. */
static bool take_free(IvcRegion *region, unsigned order, uint32_t *ret_unit)
{
    uint32_t enough = region->free_orders >> order;
    if (enough == 0) {
        return false;
    }
    unsigned from = order + (unsigned)__builtin_ctz(enough);
    uint32_t place = ivc_index_set_first(&region->free[from]);
    free_remove(region, from, place);
    while (from > order) {
        from--;
        place *= 2;
        free_add(region, from, place + 1); /* the upper half stays free */
    }
    *ret_unit = place << order;
    return true;
}

/* Makes a block free, merged with its buddy as long as that one is free as a whole. */
static void give_free(IvcRegion *region, uint32_t unit, unsigned order)
{
    uint32_t place = unit >> order;
    while (order + 1 < region->orders && ivc_index_set_has(&region->free[order], place ^ 1)) {
        free_remove(region, order, place ^ 1);
        place /= 2;
        order++;
    }
    free_add(region, order, place);
}

static IvcRegionResult alloc_failed(IvcRegion *region, IvcRegionResult why)
{
    if (why == IVC_REGION_EXHAUSTED) {
        region->stats.failures_exhausted++;
    } else {
        region->stats.failures_refused++;
    }
    return why;
}

G_NO_INLINE IvcRegionResult ivc_region_block_alloc(IvcRegion *region, unsigned guest,
                                                   uint64_t bytes, uint32_t *ret_index)
{
    IvcRegionResult result = check_guest(region, guest);
    if (result != IVC_REGION_OK) {
        return alloc_failed(region, result);
    }
    if (bytes == 0) {
        return alloc_failed(region, IVC_REGION_BAD_SIZE);
    }
    unsigned order = order_for(region, bytes);
    if (order == region->orders) {
        return alloc_failed(region, IVC_REGION_TOO_LARGE);
    }
    uint32_t unit = 0;
    if (!take_free(region, order, &unit)) {
        return alloc_failed(region, IVC_REGION_EXHAUSTED);
    }
    region->used[unit / 64] |= UINT64_C(1) << (unit % 64);
    region->blocks[unit] =
        (Block){.bytes_used = bytes, .owner = (uint16_t)guest, .order = (uint8_t)order};
    hold(region, unit, guest);
    region->stats.allocations++;
    region->stats.blocks_used++;
    region->stats.bytes_requested += bytes;
    region->stats.bytes_used += region->spec.block_bytes_min << order;
    region->stats.bytes_high_water = MAX(region->stats.bytes_high_water, region->stats.bytes_used);
    *ret_index = unit;
    return IVC_REGION_OK;
}

/* Whether a block in use begins at `index`. */
static bool is_used(const IvcRegion *region, uint32_t index)
{
    return index < region->units && region->blocks[index].holds != 0;
}

/* Whether `guest` holds the block that begins at `index`. */
static IvcRegionResult check_holder(const IvcRegion *region, unsigned guest, uint32_t index)
{
    if (!is_used(region, index)) {
        return IVC_REGION_NOT_ALLOCATED;
    }
    bool holds = guest / 64 < region->guest_words && has_guest(holders_of(region, index), guest);
    return holds ? IVC_REGION_OK : IVC_REGION_NOT_HOLDER;
}

IvcRegionResult ivc_region_block_share(IvcRegion *region, unsigned guest, uint32_t index,
                                       unsigned reader)
{
    IvcRegionResult result = check_holder(region, guest, index);
    if (result == IVC_REGION_OK) {
        result = check_guest(region, reader);
    }
    if (result != IVC_REGION_OK) {
        return result;
    }
    if (!has_guest(holders_of(region, index), reader)) {
        hold(region, index, reader);
    }
    return IVC_REGION_OK;
}

IvcRegionResult ivc_region_block_hand(IvcRegion *region, unsigned guest, uint32_t index,
                                      unsigned reader)
{
    IvcRegionResult result = check_holder(region, guest, index);
    if (result == IVC_REGION_OK) {
        result = check_guest(region, reader);
    }
    if (result != IVC_REGION_OK || guest == reader) {
        return result;
    }
    uint64_t *holders = holders_of(region, index);
    holders[guest / 64] &= ~guest_bit(guest);
    region->holds[guest]--;
    if (has_guest(holders, reader)) {
        region->blocks[index].holds--;
    } else { /* one for the other: as many hold it as before */
        holders[reader / 64] |= guest_bit(reader);
        region->holds[reader]++;
    }
    return IVC_REGION_OK;
}

IvcRegionResult ivc_region_block_free(IvcRegion *region, unsigned guest, uint32_t index,
                                      bool *ret_back)
{
    IvcRegionResult result = check_holder(region, guest, index);
    if (result != IVC_REGION_OK) {
        return result;
    }
    Block *block = &region->blocks[index];
    let_go(region, index, guest);
    *ret_back = block->holds == 0;
    if (block->holds == 0) {
        region->stats.frees++;
        region->stats.blocks_used--;
        region->stats.bytes_requested -= block->bytes_used;
        region->stats.bytes_used -= region->spec.block_bytes_min << block->order;
        region->used[index / 64] &= ~(UINT64_C(1) << (index % 64));
        give_free(region, index, block->order);
        *block = (Block){0};
    }
    return IVC_REGION_OK;
}

IvcRegionResult ivc_region_block_access(const IvcRegion *region, unsigned guest, uint32_t index,
                                        uint64_t bytes)
{
    IvcRegionResult result = check_guest(region, guest);
    if (result == IVC_REGION_OK) {
        result = check_holder(region, guest, index);
    }
    if (result == IVC_REGION_OK && bytes > region->spec.block_bytes_min
                                               << region->blocks[index].order) {
        result = IVC_REGION_TOO_LARGE;
    }
    return result;
}

IvcRegionResult ivc_region_block_get(const IvcRegion *region, uint32_t index,
                                     IvcRegionBlock *ret_block)
{
    if (!is_used(region, index)) {
        return IVC_REGION_NOT_ALLOCATED;
    }
    const Block *block = &region->blocks[index];
    *ret_block = (IvcRegionBlock){
        .address = region->spec.base + index * region->spec.block_bytes_min,
        .bytes = region->spec.block_bytes_min << block->order,
        .bytes_used = block->bytes_used,
        .owner = block->owner,
        .holds = block->holds,
    };
    return IVC_REGION_OK;
}

IvcRegionStats ivc_region_stats(const IvcRegion *region)
{
    return region->stats;
}

uint64_t ivc_region_bytes_used(const IvcRegion *region)
{
    return region->stats.bytes_used;
}

uint64_t ivc_region_block_bytes_free_max(const IvcRegion *region)
{
    if (region->free_orders == 0) {
        return 0;
    }
    return region->spec.block_bytes_min << (31 - __builtin_clz(region->free_orders));
}

void ivc_region_digest(const IvcRegion *region, IvcDigest *digest)
{
    for (uint32_t w = 0; w < region->guest_words; w++)
        ivc_digest_u64(digest, region->mapped[w]);
    ivc_digest_u64(digest, region->stats.blocks_used); /* how many records follow */
    for (uint32_t word = 0; word <= region->units / 64; word++) {
        for (uint64_t left = region->used[word]; left != 0; left &= left - 1) {
            uint32_t unit = word * 64 + (uint32_t)__builtin_ctzll(left);
            const Block *block = &region->blocks[unit];
            ivc_digest_u64(digest,
                           (uint64_t)unit << 32 | (uint64_t)block->owner << 8 | block->order);
            for (uint32_t w = 0; w < region->guest_words; w++)
                ivc_digest_u64(digest, holders_of(region, unit)[w]);
            ivc_digest_u64(digest, block->bytes_used);
        }
    }
}
