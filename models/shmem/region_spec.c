/*
 * The shared region before it exists: what is wrong with a size, which requests a region of that
 * size could ever serve, and how many at once. `check` asks this without building anything.
 */
#include "models/shmem/region.h"

const char *ivc_region_result_text(IvcRegionResult result)
{
    static const char *const texts[IVC_REGION_RESULTS] = {
        [IVC_REGION_OK] = "done",
        [IVC_REGION_NO_ACCESS] = "the guest is not listed for the region",
        [IVC_REGION_NOT_MAPPED] = "the guest has not mapped the region",
        [IVC_REGION_BAD_SIZE] = "a block needs at least one byte",
        [IVC_REGION_TOO_LARGE] = "the region could never serve a block of this size",
        [IVC_REGION_EXHAUSTED] = "the region has no free block of this size now",
        [IVC_REGION_NOT_ALLOCATED] = "no block in use begins there",
        [IVC_REGION_NOT_HOLDER] = "the guest neither owns nor reads the block",
        [IVC_REGION_HELD] = "the guest still holds blocks of the region",
    };
    return result < IVC_REGION_RESULTS ? texts[result] : "unknown";
}

static bool is_power_of_two(uint64_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* The highest power of two not above n; n is not 0. */
static uint64_t power_of_two_below(uint64_t n)
{
    return UINT64_C(1) << (63 - __builtin_clzll(n));
}

uint64_t ivc_region_block_bytes_max(uint64_t size_bytes, uint64_t block_bytes_min)
{
    if (size_bytes == 0 || size_bytes < block_bytes_min) {
        return 0;
    }
    return power_of_two_below(size_bytes);
}

uint64_t ivc_region_block_bytes_for(uint64_t bytes, uint64_t block_bytes_min)
{
    if (bytes <= block_bytes_min) {
        return block_bytes_min;
    }
    uint64_t below = power_of_two_below(bytes - 1);
    return below > UINT64_MAX / 2 ? UINT64_MAX : below * 2;
}

uint64_t ivc_region_capacity(uint64_t size_bytes, uint64_t block_bytes_min, uint64_t bytes)
{
    uint64_t block = ivc_region_block_bytes_for(bytes, block_bytes_min);
    return bytes == 0 || block == 0 ? 0 : size_bytes / block;
}

static bool lists_nobody(const IvcRegionSpec *spec)
{
    for (unsigned w = 0; w < IVC_REGION_GUEST_WORDS; w++)
        if (spec->guests[w] != 0)
            return false;
    return true;
}

const char *ivc_region_spec_problem(const IvcRegionSpec *spec)
{
    if (!is_power_of_two(spec->block_bytes_min)) {
        return "the smallest block must be a power of two";
    }
    if (spec->size_bytes == 0 || spec->size_bytes % spec->block_bytes_min != 0) {
        return "the size must be a multiple of the smallest block, and not 0";
    }
    if (spec->size_bytes / spec->block_bytes_min > IVC_REGION_BLOCKS_MAX) {
        return "the region has too many smallest blocks: more than 1048576";
    }
    if (spec->base % ivc_region_block_bytes_max(spec->size_bytes, spec->block_bytes_min) != 0) {
        return "the base must be a multiple of the largest block";
    }
    if (spec->base > UINT64_MAX - spec->size_bytes) {
        return "the region ends beyond the address space";
    }
    if (lists_nobody(spec)) {
        return "no guest may map the region";
    }
    return NULL;
}
